import type { Checksum } from '../checksums.ts';
import type { Blob } from './blob-store.ts';

/** What a client may say about an object when it puts it. */
export interface Description {
  /** Kept and sent back as they came: `content-type`, `cache-control`, … in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Names without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface StoredObject extends Description {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly modifiedAt: Date;
  readonly checksum: Checksum | null;
  readonly uploadId: string | null;
}

/** With the files that hold it, one for each part of a multipart upload. */
export interface ReadableObject extends StoredObject {
  readonly blobs: readonly Blob[];
}

/** What a put makes visible once its bytes are on disk. */
export interface NewObject extends Description {
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  readonly modifiedAt: Date;
  readonly checksum: Checksum | null;
}

export interface ObjectRow {
  bucket: string;
  key: Buffer;
  bytes: string;
  etag: string;
  modified_at: Date;
  headers: Record<string, string>;
  metadata: Record<string, string>;
  tags: Record<string, string>;
  checksum: Checksum | null;
  upload_id: string | null;
}

export const objectColumns =
  'o.bucket, o.key, o.bytes, o.etag, o.modified_at, o.headers, o.metadata, o.tags, o.checksum, o.upload_id';

export const keyBytes = (key: string): Buffer => Buffer.from(key, 'utf8');

export const objectFromRow = (row: ObjectRow): StoredObject => ({
  bucket: row.bucket,
  key: row.key.toString('utf8'),
  bytes: Number(row.bytes),
  etag: row.etag,
  modifiedAt: row.modified_at,
  headers: row.headers,
  metadata: row.metadata,
  tags: row.tags,
  checksum: row.checksum,
  uploadId: row.upload_id,
});
