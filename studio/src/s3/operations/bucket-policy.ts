import { authorizeBucket, requestedBucket } from '../bucket-access.ts';
import { checkBucketPolicy } from '../bucket-policy.ts';
import type { S3Core } from '../core.ts';
import type { S3Operation } from '../request.ts';
import { messageTooLong, noSuchBucketPolicy } from '../s3-errors.ts';

const bodyLimitBytes = 64 << 10;

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > bodyLimitBytes) throw messageTooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export const putBucketPolicy =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeBucket(request, bucket, 's3:PutBucketPolicy');
    const policy = await readText(request.body);
    checkBucketPolicy(policy, bucket.name);
    await core.buckets.setPolicy(bucket.name, policy);
    return { status: 204 };
  };

export const getBucketPolicy =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeBucket(request, bucket, 's3:GetBucketPolicy');
    if (bucket.policy === null) throw noSuchBucketPolicy(bucket.name);
    return { status: 200, headers: { 'content-type': 'application/json' }, body: bucket.policy };
  };

export const deleteBucketPolicy =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeBucket(request, bucket, 's3:DeleteBucketPolicy');
    await core.buckets.setPolicy(bucket.name, null);
    return { status: 204 };
  };
