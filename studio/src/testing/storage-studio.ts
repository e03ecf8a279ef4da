import { join } from 'node:path';
import { type PolicyDocument, policy } from '@atelier/account-baseline';
import type { Caller } from '../iam/access.ts';
import type { StudioCore } from '../module.ts';
import { composeStorage, type Storage } from './storage-parts.ts';
import { startTestStudio, type TestKeys, type TestStudio } from './test-studio.ts';

export interface StorageStudio extends Pick<Storage, 's3' | 'logs'> {
  readonly studio: TestStudio;
  /** Where the content of objects lies. */
  readonly folder: string;
  /** Keys of a new role with these rights, and the session that a job under it would have. */
  identity(accountId: string, permissions: PolicyDocument): Promise<StorageIdentity>;
  stop(): Promise<void>;
}

export interface StorageIdentity {
  readonly keys: TestKeys;
  readonly caller: Caller;
}

/** A real Studio that has S3 and CloudWatch Logs beside accounts, IAM and STS. */
export async function startStorageStudio(now: () => Date): Promise<StorageStudio> {
  let started: { core: StudioCore; storage: Storage; folder: string } | null = null;
  const studio = await startTestStudio({
    async compose(core) {
      const folder = join(core.home, 's3');
      const storage = await composeStorage(core, { folder, now });
      started = { core, storage, folder };
      return storage.modules;
    },
  });
  // The compiler does not see that `compose` has run.
  const composed = started as { core: StudioCore; storage: Storage; folder: string } | null;
  if (!composed) throw new Error('Studio did not compose its parts');
  const { core, storage, folder } = composed;
  const service = 'sagemaker.amazonaws.com';
  return {
    ...storage,
    studio,
    folder,
    async identity(accountId, permissions) {
      const keys = await studio.createKeys({
        accountId,
        permissions,
        trust: policy({
          Effect: 'Allow',
          Principal: { Service: service },
          Action: ['sts:AssumeRole'],
        }),
      });
      const caller = await core.roleSessions.assumeForService(keys.roleArn, service, 'job');
      return { keys, caller };
    },
    stop: () => studio.stop(),
  };
}
