import { randomUUID } from 'node:crypto';
import type { Database } from '../../database.ts';
import { noSuchBucket, noSuchKey, preconditionFailed } from '../s3-errors.ts';
import type { Blob, BlobStore, Held, UnrecordedBlob } from './blob-store.ts';
import type { WriteCondition } from './conditions.ts';
import { isForeignKeyViolation } from './postgres-errors.ts';
import { recordBlob } from './record-blob.ts';
import {
  keyBytes,
  type NewObject,
  type ObjectRow,
  objectColumns,
  objectFromRow,
  type ReadableObject,
  type StoredObject,
} from './stored-object.ts';

export interface ObjectStore {
  find(bucket: string, key: string): Promise<StoredObject | null>;
  /** Keeps the object's files on disk until released. */
  hold(bucket: string, key: string): Promise<Held<ReadableObject> | null>;
  /** Makes the blob the content of the key, or removes it. Throws `PreconditionFailed`, `NoSuchKey` (If-Match) or `NoSuchBucket`. */
  record(object: NewObject, blob: UnrecordedBlob, condition: WriteCondition): Promise<void>;
  /** False when the condition did not hold; true also when there was no such key. */
  delete(bucket: string, key: string, ifEtag: string | null): Promise<boolean>;
  deleteMany(bucket: string, keys: readonly string[]): Promise<void>;
  /** Up to `limit` keys, so that a whole bucket never sits in memory; returns how many it removed. */
  deleteSome(bucket: string, limit: number): Promise<number>;
  setTags(bucket: string, key: string, tags: Record<string, string>): Promise<boolean>;
}

const FIND = `select ${objectColumns} from s3.object o where o.bucket = $1 and o.key = $2`;

const FIND_WITH_BLOBS = `
  select ${objectColumns}, (
    select json_agg(json_build_object('id', b.id, 'bytes', b.bytes) order by b.position)
    from s3.blob b where b.content_id = o.content_id
  ) as blobs
  from s3.object o where o.bucket = $1 and o.key = $2`;

const INSERT = `
  insert into s3.object as o
    (bucket, key, content_id, bytes, etag, modified_at, headers, metadata, tags, checksum)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

const ON_CONFLICT = {
  replace: `on conflict (bucket, key) do update set
    content_id = excluded.content_id, bytes = excluded.bytes, etag = excluded.etag,
    modified_at = excluded.modified_at, headers = excluded.headers, metadata = excluded.metadata,
    tags = excluded.tags, checksum = excluded.checksum, upload_id = null`,
  keep: 'on conflict (bucket, key) do nothing',
};

const UPDATE_IF_ETAG = `
  update s3.object set content_id = $3, bytes = $4, etag = $5, modified_at = $6, headers = $7,
    metadata = $8, tags = $9, checksum = $10, upload_id = null
  where bucket = $1 and key = $2 and etag = $12`;

/** Object and blob in one statement: there is no moment at which one is there without the other. */
const withBlob = (write: string): string => `
  with stored as (${write} returning content_id)
  insert into s3.blob (id, content_id, position, bytes) select $11::uuid, content_id, 0, $4::bigint from stored`;

const statements = {
  always: { name: 's3-put', text: withBlob(`${INSERT} ${ON_CONFLICT.replace}`) },
  ifAbsent: { name: 's3-put-if-absent', text: withBlob(`${INSERT} ${ON_CONFLICT.keep}`) },
  ifEtag: { name: 's3-put-if-etag', text: withBlob(UPDATE_IF_ETAG) },
};

function statementFor(condition: WriteCondition) {
  if (condition === null) return statements.always;
  return 'ifAbsent' in condition ? statements.ifAbsent : statements.ifEtag;
}

export function createObjectStore(deps: {
  database: Database;
  blobs: BlobStore;
  /** Called after something was replaced or deleted. */
  onGarbage: () => void;
}): ObjectStore {
  const { database, blobs, onGarbage } = deps;

  async function find(bucket: string, key: string): Promise<StoredObject | null> {
    const { rows } = await database.query<ObjectRow>({
      name: 's3-find',
      text: FIND,
      values: [bucket, keyBytes(key)],
    });
    const [row] = rows;
    return row ? objectFromRow(row) : null;
  }

  async function findWithBlobs(bucket: string, key: string): Promise<ReadableObject | null> {
    const { rows } = await database.query<ObjectRow & { blobs: Blob[] }>({
      name: 's3-find-with-blobs',
      text: FIND_WITH_BLOBS,
      values: [bucket, keyBytes(key)],
    });
    const [row] = rows;
    return row ? { ...objectFromRow(row), blobs: row.blobs } : null;
  }

  async function unmet(object: NewObject, condition: WriteCondition): Promise<Error> {
    if (condition && 'ifAbsent' in condition) return preconditionFailed('If-None-Match');
    const present = await find(object.bucket, object.key);
    return present ? preconditionFailed('If-Match') : noSuchKey(object.key);
  }

  return {
    find,

    async hold(bucket, key) {
      const held = await blobs.hold(async () => {
        const found = await findWithBlobs(bucket, key);
        return { found, blobIds: found?.blobs.map(({ id }) => id) ?? [] };
      });
      return held.found ? { found: held.found, release: held.release } : null;
    },

    async record(object, blob, condition) {
      const values = [
        object.bucket,
        keyBytes(object.key),
        randomUUID(),
        blob.bytes,
        object.etag,
        object.modifiedAt,
        JSON.stringify(object.headers),
        JSON.stringify(object.metadata),
        JSON.stringify(object.tags),
        object.checksum && JSON.stringify(object.checksum),
        blob.id,
        ...(condition && 'ifEtag' in condition ? [condition.ifEtag] : []),
      ];
      await recordBlob(blob, async () => {
        try {
          const { rowCount } = await database.query({ ...statementFor(condition), values });
          return rowCount === 1 ? null : await unmet(object, condition);
        } catch (error) {
          if (isForeignKeyViolation(error)) return noSuchBucket(object.bucket);
          throw error;
        }
      });
      onGarbage();
    },

    async delete(bucket, key, ifEtag) {
      const { rowCount } = await database.query(
        `delete from s3.object where bucket = $1 and key = $2 and ($3::text is null or etag = $3)`,
        [bucket, keyBytes(key), ifEtag],
      );
      if (rowCount) onGarbage();
      return Boolean(rowCount) || ifEtag === null || (await find(bucket, key)) === null;
    },

    async deleteMany(bucket, keys) {
      await database.query('delete from s3.object where bucket = $1 and key = any($2::bytea[])', [
        bucket,
        keys.map(keyBytes),
      ]);
      onGarbage();
    },

    async deleteSome(bucket, limit) {
      const { rowCount } = await database.query(
        `delete from s3.object where bucket = $1 and key in
           (select key from s3.object where bucket = $1 order by key limit $2)`,
        [bucket, limit],
      );
      if (rowCount) onGarbage();
      return rowCount ?? 0;
    },

    async setTags(bucket, key, tags) {
      const { rowCount } = await database.query(
        'update s3.object set tags = $3 where bucket = $1 and key = $2',
        [bucket, keyBytes(key), JSON.stringify(tags)],
      );
      return rowCount === 1;
    },
  };
}
