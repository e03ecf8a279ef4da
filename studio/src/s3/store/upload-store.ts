import { randomBytes, randomUUID } from 'node:crypto';
import { type Database, type Transaction, transaction } from '../../database.ts';
import type { ChecksumAlgorithm, ChecksumType } from '../checksums.ts';
import { noSuchBucket, noSuchKey, noSuchUpload, preconditionFailed } from '../s3-errors.ts';
import type { UnrecordedBlob } from './blob-store.ts';
import type { WriteCondition } from './conditions.ts';
import { isForeignKeyViolation } from './postgres-errors.ts';
import { recordBlob } from './record-blob.ts';
import { type Description, keyBytes, type NewObject } from './stored-object.ts';

export interface UploadChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumType;
}

export interface Upload extends Description {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  readonly initiatedAt: Date;
  readonly initiatorArn: string;
  readonly checksum: UploadChecksum | null;
}

export interface Part {
  readonly number: number;
  readonly bytes: number;
  /** MD5 in hex. */
  readonly etag: string;
  readonly modifiedAt: Date;
  /** Base64, of the upload's algorithm. */
  readonly checksum: string | null;
}

export interface UploadStore {
  create(upload: Omit<Upload, 'id'>): Promise<Upload>;
  /** Throws `NoSuchUpload`; also for an upload of another key. */
  get(bucket: string, key: string, id: string): Promise<Upload>;
  /** Puts or replaces a part, or removes the blob. Throws `NoSuchUpload`. */
  recordPart(uploadId: string, part: Part, blob: UnrecordedBlob): Promise<void>;
  parts(uploadId: string, after: number, limit: number): Promise<Part[]>;
  /**
   * Makes the parts that `choose` returns the object, in their order, and ends the upload, all at once. `choose` sees
   * the parts as they are then and throws what is wrong with them.
   */
  complete(
    upload: Upload,
    condition: WriteCondition,
    choose: (parts: readonly Part[]) => Promise<{ parts: readonly Part[]; object: NewObject }>,
  ): Promise<void>;
  abort(upload: Upload): Promise<void>;
  list(
    bucket: string,
    page: { prefix: string; keyMarker: string; idMarker: string; limit: number },
  ): Promise<Upload[]>;
  /** Ends uploads of the prefix that began before the time; returns how many. */
  abortOlder(bucket: string, prefix: string, before: Date): Promise<number>;
}

interface UploadRow extends Description {
  id: string;
  bucket: string;
  key: Buffer;
  initiated_at: Date;
  initiator_arn: string;
  checksum: UploadChecksum | null;
}

interface PartRow {
  number: number;
  content_id: string;
  bytes: string;
  etag: string;
  modified_at: Date;
  checksum: string | null;
}

const uploadFromRow = (row: UploadRow): Upload => ({
  id: row.id,
  bucket: row.bucket,
  key: row.key.toString('utf8'),
  initiatedAt: row.initiated_at,
  initiatorArn: row.initiator_arn,
  headers: row.headers,
  metadata: row.metadata,
  tags: row.tags,
  checksum: row.checksum,
});

const partFromRow = (row: PartRow): Part => ({
  number: row.number,
  bytes: Number(row.bytes),
  etag: row.etag,
  modifiedAt: row.modified_at,
  checksum: row.checksum,
});

const RECORD_PART = `
  with stored as (
    insert into s3.part (upload_id, number, content_id, bytes, etag, modified_at, checksum)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (upload_id, number) do update set content_id = excluded.content_id,
      bytes = excluded.bytes, etag = excluded.etag, modified_at = excluded.modified_at,
      checksum = excluded.checksum
    returning content_id
  )
  insert into s3.blob (id, content_id, position, bytes)
  select $8::uuid, content_id, 0, $4::bigint from stored`;

const INSERT_OBJECT = `
  insert into s3.object as o
    (bucket, key, content_id, bytes, etag, modified_at, headers, metadata, tags, checksum, upload_id)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
  on conflict (bucket, key) do update set
    content_id = excluded.content_id, bytes = excluded.bytes, etag = excluded.etag,
    modified_at = excluded.modified_at, headers = excluded.headers, metadata = excluded.metadata,
    tags = excluded.tags, checksum = excluded.checksum, upload_id = excluded.upload_id`;

const MOVE_BLOBS = `
  update s3.blob b set content_id = $1, position = chosen.position
  from unnest($2::uuid[]) with ordinality as chosen (content_id, position)
  where b.content_id = chosen.content_id`;

async function checkCondition(
  client: Transaction,
  object: NewObject,
  condition: WriteCondition,
): Promise<void> {
  if (!condition) return;
  const where = [object.bucket, keyBytes(object.key)];
  // Two writers of a key that is not there yet have no row to lock; the advisory lock makes them take turns.
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `${object.bucket}/${where[1]?.toString('hex')}`,
  ]);
  const { rows } = await client.query<{ etag: string }>(
    'select etag from s3.object where bucket = $1 and key = $2 for update',
    where,
  );
  const present = rows[0]?.etag;
  if ('ifAbsent' in condition) {
    if (present !== undefined) throw preconditionFailed('If-None-Match');
  } else if (present === undefined) {
    throw noSuchKey(object.key);
  } else if (present !== condition.ifEtag) {
    throw preconditionFailed('If-Match');
  }
}

export function createUploadStore(deps: {
  database: Database;
  onGarbage: () => void;
}): UploadStore {
  const { database, onGarbage } = deps;

  return {
    async create(upload) {
      const id = randomBytes(24).toString('base64url');
      try {
        await database.query(
          `insert into s3.upload
             (id, bucket, key, initiated_at, initiator_arn, headers, metadata, tags, checksum)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
          [
            id,
            upload.bucket,
            keyBytes(upload.key),
            upload.initiatedAt,
            upload.initiatorArn,
            JSON.stringify(upload.headers),
            JSON.stringify(upload.metadata),
            JSON.stringify(upload.tags),
            upload.checksum && JSON.stringify(upload.checksum),
          ],
        );
      } catch (error) {
        throw isForeignKeyViolation(error) ? noSuchBucket(upload.bucket) : error;
      }
      return { id, ...upload };
    },

    async get(bucket, key, id) {
      if (id.includes('\0')) throw noSuchUpload(id);
      const { rows } = await database.query<UploadRow>(
        'select * from s3.upload where id = $1 and bucket = $2 and key = $3',
        [id, bucket, keyBytes(key)],
      );
      const [row] = rows;
      if (!row) throw noSuchUpload(id);
      return uploadFromRow(row);
    },

    async recordPart(uploadId, part, blob) {
      await recordBlob(blob, async () => {
        try {
          await database.query(RECORD_PART, [
            uploadId,
            part.number,
            randomUUID(),
            part.bytes,
            part.etag,
            part.modifiedAt,
            part.checksum,
            blob.id,
          ]);
          return null;
        } catch (error) {
          if (isForeignKeyViolation(error)) return noSuchUpload(uploadId);
          throw error;
        }
      });
      onGarbage();
    },

    async parts(uploadId, after, limit) {
      const { rows } = await database.query<PartRow>(
        'select * from s3.part where upload_id = $1 and number > $2 order by number limit $3',
        [uploadId, after, limit],
      );
      return rows.map(partFromRow);
    },

    async complete(upload, condition, choose) {
      await transaction(database, async (client) => {
        const lock = await client.query('select 1 from s3.upload where id = $1 for update', [
          upload.id,
        ]);
        if (lock.rowCount === 0) throw noSuchUpload(upload.id);
        const { rows } = await client.query<PartRow>(
          'select * from s3.part where upload_id = $1 order by number',
          [upload.id],
        );
        const contentIds = new Map(rows.map((row) => [row.number, row.content_id]));
        const { parts, object } = await choose(rows.map(partFromRow));
        await checkCondition(client, object, condition);
        const contentId = randomUUID();
        await client.query(INSERT_OBJECT, [
          object.bucket,
          keyBytes(object.key),
          contentId,
          parts.reduce((sum, part) => sum + part.bytes, 0),
          object.etag,
          object.modifiedAt,
          JSON.stringify(object.headers),
          JSON.stringify(object.metadata),
          JSON.stringify(object.tags),
          object.checksum && JSON.stringify(object.checksum),
          upload.id,
        ]);
        await client.query(MOVE_BLOBS, [
          contentId,
          parts.map((part) => contentIds.get(part.number)),
        ]);
        await client.query('delete from s3.upload where id = $1', [upload.id]);
      });
      onGarbage();
    },

    async abort(upload) {
      const { rowCount } = await database.query('delete from s3.upload where id = $1', [upload.id]);
      if (rowCount === 0) throw noSuchUpload(upload.id);
      onGarbage();
    },

    async list(bucket, { prefix, keyMarker, idMarker, limit }) {
      const { rows } = await database.query<UploadRow>(
        `select * from s3.upload
         where bucket = $1 and substring(key for $3) = $2 and (key > $4 or (key = $4 and id > $5 and $5 <> ''))
         order by key, id limit $6`,
        [bucket, keyBytes(prefix), keyBytes(prefix).length, keyBytes(keyMarker), idMarker, limit],
      );
      return rows.map(uploadFromRow);
    },

    async abortOlder(bucket, prefix, before) {
      const { rowCount } = await database.query(
        `delete from s3.upload
         where bucket = $1 and substring(key for $3) = $2 and initiated_at < $4`,
        [bucket, keyBytes(prefix), keyBytes(prefix).length, before],
      );
      if (rowCount) onGarbage();
      return rowCount ?? 0;
    },
  };
}
