import {
  createIdentityProvider,
  identityProviderMigrations,
  openSigningKeys,
} from '@atelier/identity-provider';
import * as tenantManagement from '@atelier/tenant-management';
import { loginOf } from '../databases/logins.ts';
import { createMailApp } from '../mail/app.ts';
import { createMailStore } from '../mail/mail-store.ts';
import { startSmtpCatcher } from '../mail/smtp-catcher.ts';
import { type Hosted, host } from './hosted.ts';
import type { Platform } from './platform.ts';
import { serviceDepsOf } from './service-deps.ts';
import { applicationNames, webClientOf } from './web-clients.ts';

/** Mail is caught from the start, since services may send some while they start. */
async function composeMail({ instance }: Platform): Promise<Hosted> {
  const store = createMailStore({ folder: instance.path('mail') });
  const catcher = await startSmtpCatcher({ store, port: instance.portOf('smtp') });
  const app = createMailApp({ store });
  return host('mail', app, async () => {
    await app.close();
    await catcher.stop();
  });
}

async function composeIdentityProvider(platform: Platform): Promise<Hosted> {
  const { instance, secrets, connections } = platform;
  await connections.migrate('identity-provider', identityProviderMigrations);
  const { app, close } = createIdentityProvider({
    pool: connections.poolOf(loginOf('identity-provider', 'app'), { schema: 'identity-provider' }),
    issuer: instance.addresses.identity,
    apiAudience: instance.addresses.api,
    clients: applicationNames.map((application) => webClientOf(instance, secrets, application)),
    signingKeys: await openSigningKeys(instance.path('secrets', 'identity-provider.json')),
    cookieSecret: secrets.secretFor('identity-provider/cookies'),
  });
  return host('identity-provider', app, close);
}

async function composeTenantManagement(platform: Platform): Promise<Hosted> {
  const { app, close } = tenantManagement.createApp(
    await serviceDepsOf(platform, 'tenant-management', {
      migrations: tenantManagement.MIGRATIONS,
      actsInAccounts: false,
    }),
  );
  return host('tenant-management', app, close);
}

/** In the order of their needs: who is called at start comes before who calls. */
export async function composeServices(platform: Platform): Promise<Hosted[]> {
  return [
    await composeMail(platform),
    await composeIdentityProvider(platform),
    await composeTenantManagement(platform),
  ];
}
