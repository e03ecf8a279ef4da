import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PolicyDocument, policy } from '@atelier/account-baseline';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { createPodmanEngine, type PodmanEngine } from '../containers/index.ts';
import type { TemporaryKeys } from '../iam/access.ts';
import { createLogs } from '../logs/index.ts';
import type { StudioCore, StudioModule } from '../module.ts';
import { createRuntime } from '../runtime/index.ts';
import { createS3, type S3 } from '../s3/index.ts';
import { createSageMaker, type SageMaker } from '../sagemaker/index.ts';
import type { Quotas } from '../sagemaker/quotas.ts';
import { testImage } from './test-image.ts';
import { allowAll, startTestStudio, type TestStudio } from './test-studio.ts';

export interface SageMakerParts {
  readonly engine: PodmanEngine;
  readonly s3: S3;
  readonly sagemaker: SageMaker;
  readonly modules: readonly StudioModule[];
}

/** Containers, S3, logs, the control plane and the runtime, over one folder. */
export const composeSageMaker = async (
  core: StudioCore,
  home: string,
  quotas: Partial<Quotas> = {},
): Promise<SageMakerParts> => {
  const engine = await createPodmanEngine({
    home: join(home, 'containers'),
    runDirectory: join(home, 'run'),
    uidClaimsDirectory: join(home, 'claims'),
    ...testImage(),
    serveSocket: (_socket, accountId, path) => core.listenForAccount(accountId, path),
  });
  const { database, logger, authorizer, region, roleSessions } = core;
  const s3 = await createS3({ database, folder: join(home, 's3'), authorizer, logger });
  const logs = createLogs({ database, logger });
  const sagemaker = createSageMaker({
    database,
    engine,
    objects: s3.objects,
    roleSessions,
    logs: logs.writer,
    logger,
    region,
    quotas,
  });
  return {
    engine,
    s3,
    sagemaker,
    modules: [
      {
        rpc: [sagemaker.service],
        rest: [createRuntime({ fleet: sagemaker.fleet, region })],
        start: () => sagemaker.start(),
        close: () => sagemaker.close(),
        removeAccount: (accountId) => sagemaker.deleteForAccount(accountId),
      },
      { rpc: [logs.service], close: () => logs.close() },
      { rest: [s3.service], close: () => s3.close() },
    ],
  };
};

export interface Clients {
  readonly sagemaker: SageMakerClient;
  readonly runtime: SageMakerRuntimeClient;
  readonly s3: S3Client;
  readonly logs: CloudWatchLogsClient;
  destroy(): void;
}

export const clientsOf = (endpoint: string, credentials: TemporaryKeys): Clients => {
  const options = { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 };
  const sagemaker = new SageMakerClient(options);
  const runtime = new SageMakerRuntimeClient(options);
  const s3 = new S3Client({ ...options, forcePathStyle: true });
  const logs = new CloudWatchLogsClient(options);
  return {
    sagemaker,
    runtime,
    s3,
    logs,
    destroy() {
      for (const client of [sagemaker, runtime, s3, logs]) client.destroy();
    },
  };
};

/** One account with a bucket, a role for jobs, and somebody who may do everything. */
export interface TestTenant extends Clients {
  readonly accountId: string;
  readonly bucket: string;
  readonly roleArn: string;
}

export const executionTrust: PolicyDocument = policy({
  Effect: 'Allow',
  Principal: { Service: 'sagemaker.amazonaws.com' },
  Action: ['sts:AssumeRole'],
});

export interface SageMakerStudio extends TestStudio, SageMakerParts {
  createTenant(): Promise<TestTenant>;
}

/** Studio with jobs and endpoints over real containers. `stop` ends every container it started. */
export const startSageMakerStudio = async (
  quotas: Partial<Quotas> = {},
): Promise<SageMakerStudio> => {
  const home = await mkdtemp(join(tmpdir(), 'atelier-sagemaker-'));
  const made: SageMakerParts[] = [];
  const studio = await startTestStudio({
    compose: async (core) => {
      const parts = await composeSageMaker(core, home, quotas);
      made.push(parts);
      return parts.modules;
    },
  });
  const [parts] = made;
  if (parts === undefined) throw new Error('nothing was composed');
  const tenants: TestTenant[] = [];
  return {
    ...studio,
    ...parts,
    async createTenant() {
      const accountId = await studio.createAccount();
      const bucket = `test-${accountId}`;
      await parts.s3.buckets.ensureBucket({ name: bucket, accountId, region: 'us-east-1' });
      const role = await studio.createKeys({
        accountId,
        name: 'Execution',
        trust: executionTrust,
        permissions: allowAll,
      });
      const keys = await studio.createKeys({ accountId, permissions: allowAll });
      const tenant = {
        ...clientsOf(studio.url, keys),
        accountId,
        bucket,
        roleArn: role.roleArn,
      };
      tenants.push(tenant);
      return tenant;
    },
    async stop() {
      for (const tenant of tenants) {
        tenant.destroy();
        await parts.sagemaker.deleteForAccount(tenant.accountId);
      }
      await studio.stop();
      await parts.engine.close();
      await rm(home, { recursive: true, force: true });
    },
  };
};
