import type { Database } from '../database.ts';
import type { BlobStore } from './store/blob-store.ts';
import type { BucketStore } from './store/bucket-store.ts';
import type { ObjectStore } from './store/object-store.ts';
import type { UploadStore } from './store/upload-store.ts';

/** What the operations stand on. */
export interface S3Core {
  readonly database: Database;
  readonly buckets: BucketStore;
  readonly objects: ObjectStore;
  readonly uploads: UploadStore;
  readonly blobs: BlobStore;
  readonly now: () => Date;
}
