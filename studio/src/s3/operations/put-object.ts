import { authorizeObject, requestedBucket } from '../bucket-access.ts';
import type { Checksum } from '../checksums.ts';
import { checksumHeader } from '../checksums.ts';
import { writeCondition } from '../conditions.ts';
import type { S3Core } from '../core.ts';
import { describeFromHeaders } from '../object-headers.ts';
import { receiveBody } from '../receive-body.ts';
import type { S3Operation } from '../request.ts';

/** Headers in which an answer tells an object's checksum. */
export const checksumHeaders = (checksum: Checksum | null): Record<string, string> =>
  checksum
    ? {
        [checksumHeader(checksum.algorithm)]: checksum.value,
        'x-amz-checksum-type': checksum.type,
      }
    : {};

export const putObject =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeObject(request, bucket, request.key, 's3:PutObject');
    const description = describeFromHeaders(request.headers);
    const condition = writeCondition(request.headers);
    const { blob, md5, checksum } = await receiveBody(core.blobs, request, null);
    const stored: Checksum | null = checksum && { ...checksum, type: 'FULL_OBJECT' };
    await core.objects.record(
      {
        ...description,
        bucket: bucket.name,
        key: request.key,
        etag: md5,
        modifiedAt: core.now(),
        checksum: stored,
      },
      blob,
      condition,
    );
    return { status: 200, headers: { etag: `"${md5}"`, ...checksumHeaders(stored) } };
  };
