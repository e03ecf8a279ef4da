import { createFrontDoor, frontDoorMigrations } from '@atelier/front-door';
import { loginOf } from '../databases/logins.ts';
import { WORKBENCH_AUDIENCE } from './cloud-names.ts';
import { dropPrivileges } from './drop-privileges.ts';
import { openProcess } from './open-process.ts';
import { createPlatform } from './platform.ts';
import { runProcess } from './run-process.ts';
import { applicationsOf } from './web-clients.ts';

/** The one public entrance, in a process of its own: sessions and event streams outlive a restart of the services. */
await runProcess(async () => {
  const { instance, secrets, user } = await openProcess();
  const { addresses } = instance;
  const platform = createPlatform({ instance, secrets });
  const { connections } = platform;
  await connections.migrate('front-door', frontDoorMigrations);
  const loopback = (listener: 'identity-provider' | 'mail') =>
    `http://127.0.0.1:${instance.portOf(listener)}`;
  const frontDoor = await createFrontDoor({
    databaseUrl: connections.urlOf(loginOf('front-door', 'app')),
    operatorDatabaseUrl: connections.urlOf(loginOf('front-door', 'operator')),
    eventBus: platform.eventBus,
    signingKey: secrets.signingKeys['front-door'],
    cookieSecret: secrets.secretFor('front-door/cookies'),
    serviceAddresses: platform.serviceAddresses,
    applications: applicationsOf(instance, secrets, process.env.ATELIER_APPLICATIONS ?? ''),
    passThroughs: [
      { name: 'identity', origin: addresses.identity, address: loopback('identity-provider') },
      { name: 'mail', origin: addresses.mail, address: loopback('mail') },
    ],
    accessTokens: {
      issuer: addresses.identity,
      audience: addresses.api,
      type: 'at+jwt',
      algorithms: ['ES256'],
      requiredClaims: {},
    },
    workbench: {
      issuer: `${addresses.studio}/sts`,
      jwksUri: `${addresses.studio}/sts/jwks`,
      audience: WORKBENCH_AUDIENCE,
    },
  });
  await frontDoor.listenForRelay(instance.path('front-door.sock'));
  await frontDoor.app.listen({ host: '127.0.0.1', port: instance.portOf('front-door') });
  dropPrivileges(user);
  return {
    async stop() {
      await frontDoor.close();
      await platform.close();
    },
  };
});
