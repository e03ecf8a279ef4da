import type { Database } from '../database.ts';
import type { Authorizer } from '../iam/access.ts';
import type { Logger } from '../logger.ts';
import type { RestService } from '../wire/operation.ts';
import { checkBucketName } from './bucket-name.ts';
import { checkBucketPolicy } from './bucket-policy.ts';
import type { S3Core } from './core.ts';
import type { LifecycleRule } from './lifecycle/rules.ts';
import { sweepLifecycle } from './lifecycle/sweep.ts';
import type { Objects } from './objects.ts';
import { createRoleObjects } from './role-objects.ts';
import { bucketExists } from './s3-errors.ts';
import { createS3Service } from './service.ts';
import { createBlobStore } from './store/blob-store.ts';
import { createBucketStore } from './store/bucket-store.ts';
import { createGarbageCollector } from './store/garbage-collector.ts';
import { createObjectStore } from './store/object-store.ts';
import { createUploadStore } from './store/upload-store.ts';

const sweepEveryMs = 3_600_000;
const deleteBatch = 1_000;

export type { LifecycleRule } from './lifecycle/rules.ts';

/** Buckets as the account factory makes and removes them: Studio's own work, under nobody's policies. */
export interface Buckets {
  /** Makes the bucket unless the account has it. Throws `BucketAlreadyExists` when it is another account's. */
  ensureBucket(bucket: { name: string; accountId: string; region: string }): Promise<void>;
  setPolicy(name: string, policy: string | null): Promise<void>;
  setLifecycle(name: string, rules: readonly LifecycleRule[]): Promise<void>;
  /** Removes the bucket, its objects and uploads; nothing when there is none. */
  deleteBucketWithObjects(name: string): Promise<void>;
  /** Names of an account's buckets, in order. */
  ofAccount(accountId: string): Promise<string[]>;
}

export interface S3 {
  readonly service: RestService;
  readonly objects: Objects;
  readonly buckets: Buckets;
  /** Applies the lifecycle rules of every bucket now; returns how many objects and uploads went. */
  sweepLifecycle(): Promise<number>;
  /** Removes the files of what was deleted, replaced or left by a crash so far, those being read excepted. */
  collectGarbage(): Promise<void>;
  close(): Promise<void>;
}

function createBuckets(core: S3Core): Buckets {
  async function ofAccount(accountId: string): Promise<string[]> {
    const names: string[] = [];
    for (;;) {
      const after = names.at(-1) ?? '';
      const page = await core.buckets.ofAccount(accountId, { prefix: '', after, limit: 1_000 });
      names.push(...page.map(({ name }) => name));
      if (page.length < 1_000) return names;
    }
  }

  return {
    ofAccount,
    async ensureBucket({ name, accountId, region }) {
      checkBucketName(name);
      if (await core.buckets.create({ name, accountId, region, createdAt: core.now() })) return;
      const present = await core.buckets.get(name);
      if (present.accountId !== accountId) throw bucketExists(name);
    },
    async setPolicy(name, policy) {
      if (policy !== null) checkBucketPolicy(policy, name);
      await core.buckets.setPolicy(name, policy);
    },
    setLifecycle: (name, rules) => core.buckets.setLifecycle(name, rules.length > 0 ? rules : null),
    async deleteBucketWithObjects(name) {
      // Objects that are put meanwhile keep the bucket from going; they go in the next round.
      for (;;) {
        while ((await core.objects.deleteSome(name, deleteBatch)) === deleteBatch);
        try {
          return await core.buckets.delete(name);
        } catch (error) {
          if (!(error instanceof Error && 'code' in error && error.code === 'BucketNotEmpty'))
            throw error;
        }
      }
    },
  };
}

/**
 * S3 over `folder` (content) and the database (everything else). Cleans up after a crash before it resolves, except for
 * files that no row names: those go in the background.
 */
export async function createS3(deps: {
  readonly database: Database;
  readonly folder: string;
  readonly authorizer: Authorizer;
  readonly logger: Logger;
  readonly now?: () => Date;
  /** Writes are refused while the disk has less room than this, 1 GiB when not given: it is the database's too. */
  readonly reserveBytes?: number;
}): Promise<S3> {
  const { database, authorizer, logger } = deps;
  const report = (what: string) => (error: unknown) => logger.error(what, { error });
  const blobs = await createBlobStore({
    folder: deps.folder,
    reserveBytes: deps.reserveBytes ?? 2 ** 30,
  });
  const garbage = createGarbageCollector({
    database,
    blobs,
    onError: report('removing files of deleted objects failed'),
  });
  const core: S3Core = {
    database,
    blobs,
    buckets: createBucketStore({ database, onGarbage: garbage.wake }),
    objects: createObjectStore({ database, blobs, onGarbage: garbage.wake }),
    uploads: createUploadStore({ database, onGarbage: garbage.wake }),
    now: deps.now ?? (() => new Date()),
  };
  async function sweep(): Promise<number> {
    const removed = await sweepLifecycle(core);
    if (removed > 0) garbage.wake();
    return removed;
  }
  const sweepAndReport = () => sweep().catch(report('applying lifecycle rules failed'));

  garbage.wake();
  const orphans = garbage.removeOrphans().catch(report('removing orphaned files failed'));
  const timer = setInterval(() => void sweepAndReport(), sweepEveryMs);
  timer.unref();

  return {
    service: createS3Service({ core, authorizer }),
    objects: createRoleObjects({ core, authorizer }),
    buckets: createBuckets(core),
    sweepLifecycle: sweep,
    async collectGarbage() {
      await orphans;
      await garbage.collect();
    },
    async close() {
      clearInterval(timer);
      await garbage.close();
      await orphans;
    },
  };
}
