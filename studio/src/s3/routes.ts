import type { S3Core } from './core.ts';
import {
  deleteBucketLifecycle,
  getBucketLifecycle,
  putBucketLifecycle,
} from './operations/bucket-lifecycle.ts';
import {
  deleteBucketPolicy,
  getBucketPolicy,
  putBucketPolicy,
} from './operations/bucket-policy.ts';
import {
  createBucket,
  deleteBucket,
  getBucketAcl,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
} from './operations/buckets.ts';
import { copyObject } from './operations/copy-object.ts';
import { deleteObject, deleteObjects } from './operations/delete-objects.ts';
import { getObject } from './operations/get-object.ts';
import { listMultipartUploads, listParts } from './operations/list-multipart.ts';
import { listObjectsV1, listObjectsV2 } from './operations/list-objects.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
  uploadPartCopy,
} from './operations/multipart.ts';
import {
  deleteObjectTagging,
  getObjectTagging,
  putObjectTagging,
} from './operations/object-tagging.ts';
import { putObject } from './operations/put-object.ts';
import type { S3Operation, S3Request } from './request.ts';
import { methodNotAllowed, notImplemented } from './s3-errors.ts';

type Level = 'service' | 'bucket' | 'object';

interface Route {
  readonly method: string;
  readonly level: Level;
  /** Query keys that must all be there. */
  readonly query: readonly string[];
  readonly copies?: boolean;
  readonly operation: (core: S3Core) => S3Operation;
}

/** The first that fits is taken, so what asks for more stands first. */
const routes: readonly Route[] = [
  { method: 'GET', level: 'service', query: [], operation: listBuckets },

  { method: 'GET', level: 'bucket', query: ['location'], operation: getBucketLocation },
  { method: 'GET', level: 'bucket', query: ['versioning'], operation: getBucketVersioning },
  { method: 'GET', level: 'bucket', query: ['acl'], operation: getBucketAcl },
  { method: 'GET', level: 'bucket', query: ['policy'], operation: getBucketPolicy },
  { method: 'PUT', level: 'bucket', query: ['policy'], operation: putBucketPolicy },
  { method: 'DELETE', level: 'bucket', query: ['policy'], operation: deleteBucketPolicy },
  { method: 'GET', level: 'bucket', query: ['lifecycle'], operation: getBucketLifecycle },
  { method: 'PUT', level: 'bucket', query: ['lifecycle'], operation: putBucketLifecycle },
  { method: 'DELETE', level: 'bucket', query: ['lifecycle'], operation: deleteBucketLifecycle },
  { method: 'GET', level: 'bucket', query: ['uploads'], operation: listMultipartUploads },
  { method: 'POST', level: 'bucket', query: ['delete'], operation: deleteObjects },
  { method: 'GET', level: 'bucket', query: ['list-type'], operation: listObjectsV2 },
  { method: 'GET', level: 'bucket', query: [], operation: listObjectsV1 },
  { method: 'HEAD', level: 'bucket', query: [], operation: headBucket },
  { method: 'PUT', level: 'bucket', query: [], operation: createBucket },
  { method: 'DELETE', level: 'bucket', query: [], operation: deleteBucket },

  { method: 'POST', level: 'object', query: ['uploads'], operation: createMultipartUpload },
  { method: 'PUT', level: 'object', query: ['uploadId'], copies: true, operation: uploadPartCopy },
  { method: 'PUT', level: 'object', query: ['uploadId'], operation: uploadPart },
  { method: 'POST', level: 'object', query: ['uploadId'], operation: completeMultipartUpload },
  { method: 'DELETE', level: 'object', query: ['uploadId'], operation: abortMultipartUpload },
  { method: 'GET', level: 'object', query: ['uploadId'], operation: listParts },
  { method: 'GET', level: 'object', query: ['tagging'], operation: getObjectTagging },
  { method: 'PUT', level: 'object', query: ['tagging'], operation: putObjectTagging },
  { method: 'DELETE', level: 'object', query: ['tagging'], operation: deleteObjectTagging },
  { method: 'PUT', level: 'object', query: [], copies: true, operation: copyObject },
  { method: 'PUT', level: 'object', query: [], operation: putObject },
  { method: 'GET', level: 'object', query: [], operation: getObject },
  { method: 'HEAD', level: 'object', query: [], operation: getObject },
  { method: 'DELETE', level: 'object', query: [], operation: deleteObject },
];

/** Query keys that name a part of a bucket or object; one that no route knows must not be taken for the whole. */
const subresources = [
  'accelerate',
  'acl',
  'analytics',
  'append',
  'attributes',
  'cors',
  'delete',
  'encryption',
  'intelligent-tiering',
  'inventory',
  'legal-hold',
  'lifecycle',
  'location',
  'logging',
  'metadataConfiguration',
  'metadataTable',
  'metrics',
  'notification',
  'object-lock',
  'ownershipControls',
  'policy',
  'policyStatus',
  'publicAccessBlock',
  'renameObject',
  'replication',
  'requestPayment',
  'restore',
  'retention',
  'select',
  'session',
  'tagging',
  'torrent',
  'uploadId',
  'uploads',
  'versionId',
  'versioning',
  'versions',
  'website',
];

const levelOf = (request: Pick<S3Request, 'bucket' | 'key'>): Level =>
  request.bucket === '' ? 'service' : request.key === '' ? 'bucket' : 'object';

export interface Router {
  /** Throws `NotImplemented`, `MethodNotAllowed`. */
  find(request: Pick<S3Request, 'method' | 'bucket' | 'key' | 'query' | 'headers'>): S3Operation;
}

export function createRouter(core: S3Core): Router {
  const table = routes.map((route) => ({ ...route, run: route.operation(core) }));
  return {
    find(request) {
      const level = levelOf(request);
      const copies = 'x-amz-copy-source' in request.headers;
      const route = table.find(
        (candidate) =>
          candidate.level === level &&
          candidate.method === request.method &&
          (candidate.copies ?? false) ===
            (copies && request.method === 'PUT' && level === 'object') &&
          candidate.query.every((name) => request.query.has(name)),
      );
      const other = subresources.find(
        (name) => request.query.has(name) && !route?.query.includes(name),
      );
      if (other !== undefined) throw notImplemented(other);
      if (!route) throw methodNotAllowed(request.method);
      return route.run;
    },
  };
}
