import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LifecycleRule as BaselineRule, bucketName, json } from '@atelier/account-baseline';
import { workbenchImage } from '../image/recipe.ts';
import type { BaselineTargets } from './accounts/baseline-targets.ts';
import type { StudioConfig } from './config.ts';
import { createPodmanEngine, type PodmanEngine } from './containers/index.ts';
import type { Logger } from './logger.ts';
import { createLogs } from './logs/index.ts';
import type { StudioCore, StudioModule } from './module.ts';
import { createRuntime } from './runtime/index.ts';
import { createS3, type LifecycleRule, type S3 } from './s3/index.ts';
import { createSageMaker } from './sagemaker/index.ts';
import { relayToFrontDoor } from './spaces/front-door-relay.ts';
import { createSpaces } from './spaces/index.ts';

const notebookKit = fileURLToPath(new URL('../../notebook-kit', import.meta.url));

/** Every part of Studio beside accounts and IAM, S3's last since it takes whatever path nobody else has. */
export async function composeStudio(
  config: StudioConfig,
  core: StudioCore,
): Promise<readonly StudioModule[]> {
  const { database, authorizer, roleSessions, logger, now, region } = core;
  const s3 = await createS3({
    database,
    folder: join(config.home, 's3'),
    authorizer,
    logger,
    now,
  });
  const logs = createLogs({ database, logger, now });
  const engine = await createEngine(config, core);
  const sageMaker = createSageMaker({
    database,
    engine,
    objects: s3.objects,
    roleSessions,
    logs: logs.writer,
    logger,
    region,
    now,
  });
  const spaces = createSpaces({
    database,
    engine,
    volumes: engine.volumes,
    uidOf: (accountId) => engine.uidOf(accountId),
    roles: roleSessions,
    logWriter: logs.writer,
    logger,
    audit: core.audit,
    providerAccountId: core.providerAccountId,
    home: join(config.home, 'spaces'),
    notebookKit,
    publicPort: () => config.port,
    bucketOf: async (accountId) => bucketName(accountId),
    launchPageUrl: config.launchPageUrl,
    region,
  });

  return [
    spaces.module,
    {
      rpc: [sageMaker.service],
      rest: [createRuntime({ fleet: sageMaker.fleet, region })],
      removeAccount: (accountId) => sageMaker.deleteForAccount(accountId),
      start: () => sageMaker.start(),
      close: () => sageMaker.close(),
    },
    {
      rpc: [logs.service],
      baseline: {
        createLogGroup: (accountId, group) => logs.ensureGroup({ accountId, ...group }),
      },
      removeAccount: (accountId) => logs.deleteForAccount(accountId),
      close: () => logs.close(),
    },
    {
      rest: [s3.service],
      baseline: { createBucket: bucketsOf(s3, region) },
      removeAccount: async (accountId) => {
        for (const name of await s3.buckets.ofAccount(accountId)) {
          await s3.buckets.deleteBucketWithObjects(name);
        }
        await engine.forgetAccount(accountId);
      },
      close: async () => {
        await s3.close();
        await engine.close();
      },
    },
  ];
}

/** The engine starts no tenant code where the machine lacks a required protection. */
async function createEngine(config: StudioConfig, core: StudioCore): Promise<PodmanEngine> {
  const image = workbenchImage(config.imageCache ?? undefined);
  const engine = await createPodmanEngine({
    home: join(config.home, 'containers'),
    imageStore: image.store,
    image: image.reference,
    serveSocket: (socket, accountId, path) =>
      socket === 'studio'
        ? core.listenForAccount(accountId, path)
        : relayToFrontDoor({ accountId, path, frontDoor: config.frontDoorSocket }),
  });
  // Trying them takes seconds on a busy machine, and every container waits for the outcome anyway.
  reportProtections(engine, core.logger).catch((error: unknown) =>
    core.logger.error('the protections of tenant code could not be tried', { error }),
  );
  return engine;
}

async function reportProtections(engine: PodmanEngine, logger: Logger): Promise<void> {
  for (const { name, on, detail, required } of await engine.probe()) {
    const report = on || !required ? logger.info : logger.error;
    report('protection of tenant code', { name, on, detail, required });
  }
}

const bucketsOf =
  (s3: S3, region: string): BaselineTargets['createBucket'] =>
  async (accountId, bucket) => {
    await s3.buckets.ensureBucket({ name: bucket.name, accountId, region });
    await s3.buckets.setPolicy(bucket.name, json(bucket.policy));
    await s3.buckets.setLifecycle(bucket.name, bucket.lifecycle.map(lifecycleRule));
  };

const lifecycleRule = (rule: BaselineRule): LifecycleRule => ({
  id: rule.id,
  enabled: true,
  prefix: rule.prefix,
  tags: {},
  largerThanBytes: null,
  smallerThanBytes: null,
  expirationDays: rule.expirationDays,
  expirationDate: null,
  abortAfterDays: rule.abortMultipartDays,
});
