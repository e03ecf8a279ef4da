import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucketName, describeBaseline } from '@atelier/account-baseline';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { createPodmanEngine, type PodmanEngine } from '../containers/index.ts';
import type { TemporaryKeys } from '../iam/access.ts';
import { createLogs, type Logs } from '../logs/index.ts';
import type { StudioCore } from '../module.ts';
import { createRuntime } from '../runtime/index.ts';
import { createS3, type S3 } from '../s3/index.ts';
import { createSageMaker, type SageMaker } from '../sagemaker/index.ts';
import { createSpaces, type Spaces, type SpacesLimits } from '../spaces/index.ts';
import { listen } from '../wire/server.ts';
import { testImage } from './test-image.ts';
import { startTestStudio, type TestStudio } from './test-studio.ts';

export interface SpacesStudio extends TestStudio {
  readonly engine: PodmanEngine;
  readonly spaces: Spaces;
  client(keys: TemporaryKeys): SageMakerClient;
  /** An account with the baseline's bucket and domain. */
  createWorkbench(): Promise<{ accountId: string; bucket: string }>;
  /** New engine and new spaces over what the present ones leave, as after a crash of Studio: containers run on. */
  restartSpaces(): Promise<void>;
}

/** Studio with spaces, jobs, endpoints, S3 and logs over real containers. `stop` ends every container it started. */
export const startSpacesStudio = async (
  options: {
    limits?: Partial<SpacesLimits>;
    launchPageUrl?: string;
    /** Stands where the front-door does; answers `front-door` when not given. */
    frontDoor?: RequestListener;
  } = {},
): Promise<SpacesStudio> => {
  const home = await mkdtemp(join(tmpdir(), 'atelier-spaces-'));
  let port = 0;
  const makeEngine = (core: StudioCore): Promise<PodmanEngine> =>
    createPodmanEngine({
      home: join(home, 'containers'),
      runDirectory: join(home, 'run'),
      uidClaimsDirectory: join(home, 'claims'),
      ...testImage(),
      serveSocket: async (socket, accountId, path) => {
        if (socket === 'studio') return core.listenForAccount(accountId, path);
        const frontDoor = createServer(
          options.frontDoor ?? ((_request, response) => response.end('front-door')),
        );
        await listen(frontDoor, { path });
        return { close: async () => void frontDoor.close() };
      },
    });
  const makeSpaces = (core: StudioCore, engine: PodmanEngine, logs: Logs): Spaces =>
    createSpaces({
      database: core.database,
      engine,
      volumes: engine.volumes,
      uidOf: (accountId) => engine.uidOf(accountId),
      roles: core.roleSessions,
      logWriter: logs.writer,
      logger: core.logger,
      audit: core.audit,
      providerAccountId: core.providerAccountId,
      home: join(home, 'spaces'),
      notebookKit: join(import.meta.dirname, '../../../notebook-kit'),
      publicPort: () => port,
      bucketOf: async (accountId) => bucketName(accountId),
      launchPageUrl: options.launchPageUrl ?? null,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
    });

  const composed = Promise.withResolvers<{
    core: StudioCore;
    logs: Logs;
    s3: S3;
    sagemaker: SageMaker;
  }>();
  let current: { engine: PodmanEngine; spaces: Spaces } | null = null;
  const now = (): { engine: PodmanEngine; spaces: Spaces } => {
    if (current === null) throw new Error('nothing was composed');
    return current;
  };
  const studio = await startTestStudio({
    compose: async (core) => {
      const { database, logger, authorizer } = core;
      const s3 = await createS3({ database, folder: join(home, 's3'), authorizer, logger });
      const logs = createLogs({ database, logger });
      const engine = await makeEngine(core);
      current = { engine, spaces: makeSpaces(core, engine, logs) };
      const sagemaker = createSageMaker({
        database,
        engine,
        objects: s3.objects,
        roleSessions: core.roleSessions,
        logs: logs.writer,
        logger,
        region: core.region,
      });
      composed.resolve({ core, logs, s3, sagemaker });
      return [
        {
          ...current.spaces.module,
          // Whichever spaces are the present ones.
          spaces: {
            handleRequest: (...args) => now().spaces.module.spaces.handleRequest(...args),
            handleUpgrade: (...args) => now().spaces.module.spaces.handleUpgrade(...args),
          },
          accountSocket: (...args) => now().spaces.module.accountSocket(...args),
          close: () => now().spaces.module.close(),
        },
        {
          rpc: [sagemaker.service],
          rest: [createRuntime({ fleet: sagemaker.fleet, region: core.region })],
          start: () => sagemaker.start(),
          close: () => sagemaker.close(),
        },
        { rpc: [logs.service], close: () => logs.close() },
        { rest: [s3.service], close: () => s3.close() },
      ];
    },
  });
  port = studio.port;
  const { core, logs, s3, sagemaker } = await composed.promise;
  const clients: SageMakerClient[] = [];
  const accounts: string[] = [];
  return {
    ...studio,
    get engine() {
      return now().engine;
    },
    get spaces() {
      return now().spaces;
    },
    client(keys) {
      const client = new SageMakerClient({
        endpoint: studio.url,
        region: 'us-east-1',
        credentials: keys,
      });
      clients.push(client);
      return client;
    },
    async createWorkbench() {
      const accountId = await studio.createAccount();
      accounts.push(accountId);
      const bucket = bucketName(accountId);
      await s3.buckets.ensureBucket({ name: bucket, accountId, region: 'us-east-1' });
      const { domain } = describeBaseline({
        accountId,
        providerAccountId: studio.studio.platform.providerAccountId,
        region: 'us-east-1',
      });
      await now().spaces.module.baseline.createDomain?.(accountId, domain);
      return { accountId, bucket };
    },
    async restartSpaces() {
      await now().spaces.module.close();
      await now().engine.close();
      const engine = await makeEngine(core);
      current = { engine, spaces: makeSpaces(core, engine, logs) };
      await current.spaces.module.start();
    },
    async stop() {
      const { engine, spaces } = now();
      for (const client of clients) client.destroy();
      for (const accountId of accounts) {
        await sagemaker.deleteForAccount(accountId);
        await spaces.module.removeAccount(accountId);
      }
      await studio.stop();
      await engine.close();
      await rm(home, { recursive: true, force: true });
    },
  };
};
