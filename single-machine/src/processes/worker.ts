import { createPostgresExtractor } from '@atelier/cloud/single-machine';
import { createWorker, MIGRATIONS, SERVICE } from '@atelier/data-management-worker';
import { CLOUD, loginOf } from '../databases/logins.ts';
import { dropPrivileges } from './drop-privileges.ts';
import { openProcess } from './open-process.ts';
import { createPlatform } from './platform.ts';
import { runProcess } from './run-process.ts';
import { cloudAddressOf, peersOf, tenantCredentialsOf } from './service-deps.ts';

function log(level: 'info' | 'warn' | 'error', message: string, detail: object): void {
  const time = new Date().toISOString();
  process.stdout.write(
    `${JSON.stringify({ time, level, service: SERVICE, message, ...detail })}\n`,
  );
}

/** Runs extracts from the replica; it listens to nobody. */
await runProcess(async () => {
  const { instance, secrets, user } = await openProcess();
  const platform = createPlatform({ instance, secrets });
  const { connections } = platform;
  await connections.migrateCloud();
  await connections.migrate(SERVICE, MIGRATIONS);
  const peers = peersOf(platform, SERVICE);
  const tenantCredentials = await tenantCredentialsOf(platform, SERVICE, peers);
  const address = cloudAddressOf(platform);
  const extractor = createPostgresExtractor({
    pool: connections.poolOf(CLOUD, { max: 4 }),
    secrets: platform.secretStore,
    replica: platform.replica,
    s3: { ...address, forcePathStyle: true },
    credentialsFor: ({ tenantId, purpose }) => tenantCredentials(tenantId, purpose)(),
    folder: instance.path('worker'),
    onError: (detail, runId) => log('error', 'an extract failed', { detail, runId }),
  });
  const pool = (on: 'primary' | 'replica') =>
    connections.poolOf(loginOf(SERVICE, 'app'), { max: 3, schema: SERVICE, on });
  const worker = createWorker({
    stateStore: platform.stateStore,
    workQueue: (kind) => platform.queue(`work/${kind}`),
    eventBus: platform.eventBus,
    extractor,
    peers,
    tenantCredentials,
    address,
    primary: pool('primary'),
    replica: pool('replica'),
    log,
  });
  dropPrivileges(user);
  await worker.start();
  return {
    async stop() {
      await worker.stop();
      await extractor.close();
      await platform.close();
    },
  };
});
