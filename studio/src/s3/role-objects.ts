import { createHash } from 'node:crypto';
import type { Authorizer, Caller } from '../iam/access.ts';
import { authorizeBucket, authorizeObject } from './bucket-access.ts';
import type { S3Core } from './core.ts';
import type { ObjectSummary, Objects } from './objects.ts';
import { holdReadable } from './operations/get-object.ts';
import type { Actor } from './request.ts';
import { keyTooLong } from './s3-errors.ts';
import { listObjects } from './store/listing.ts';
import type { StoredObject } from './store/stored-object.ts';

const pageSize = 1_000;

const summaryOf = (object: StoredObject): ObjectSummary => ({
  key: object.key,
  bytes: object.bytes,
  etag: object.etag,
  lastModified: object.modifiedAt,
});

/** S3 with the rights of a role session, without the wire. */
export function createRoleObjects(deps: { core: S3Core; authorizer: Authorizer }): Objects {
  const { core, authorizer } = deps;

  const actorFor = (caller: Caller): Actor => ({
    caller,
    authorize: (request) => authorizer.authorize(caller, request),
    isAllowed: (request) => authorizer.isAllowed(caller, request),
  });

  return {
    async *list(caller, bucketName, prefix) {
      const bucket = await core.buckets.get(bucketName);
      await authorizeBucket(actorFor(caller), bucket, 's3:ListBucket', { 's3:prefix': prefix });
      let start: Buffer | null = Buffer.alloc(0);
      while (start) {
        const page = await listObjects(core.database, {
          bucket: bucketName,
          prefix,
          delimiter: '',
          start,
          limit: pageSize,
        });
        for (const entry of page.entries) {
          if ('commonPrefix' in entry) continue;
          const { key, bytes, etag, modifiedAt } = entry;
          yield { key, bytes, etag, lastModified: modifiedAt };
        }
        start = page.next;
      }
    },

    async get(caller, bucketName, key) {
      const bucket = await core.buckets.get(bucketName);
      const { found, release } = await holdReadable(core, actorFor(caller), bucket, key);
      async function* body() {
        try {
          yield* core.blobs.read(found.blobs, 0, found.bytes - 1);
        } finally {
          release();
        }
      }
      return { ...summaryOf(found), body: body() };
    },

    async put(caller, bucketName, key, body, options = {}) {
      if (Buffer.byteLength(key) > 1024) throw keyTooLong();
      const bucket = await core.buckets.get(bucketName);
      await authorizeObject(actorFor(caller), bucket, key, 's3:PutObject');
      const md5 = createHash('md5');
      const blob = await core.blobs.write(body, (chunk) => md5.update(chunk));
      const object = {
        bucket: bucketName,
        key,
        etag: md5.digest('hex'),
        modifiedAt: core.now(),
        headers: options.contentType ? { 'content-type': options.contentType } : {},
        metadata: {},
        tags: {},
        checksum: null,
      };
      await core.objects.record(object, blob, null);
      return { key, bytes: blob.bytes, etag: object.etag, lastModified: object.modifiedAt };
    },
  };
}
