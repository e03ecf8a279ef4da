import { authorizeBucket, requestedBucket } from '../bucket-access.ts';
import type { S3Core } from '../core.ts';
import { type LifecycleRule, parseLifecycle, renderLifecycle } from '../lifecycle/rules.ts';
import type { S3Operation } from '../request.ts';
import { noSuchLifecycle } from '../s3-errors.ts';
import { readXml } from '../xml.ts';

export const putBucketLifecycle =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeBucket(request, bucket, 's3:PutLifecycleConfiguration');
    const rules = parseLifecycle(await readXml(request.body, 'LifecycleConfiguration'));
    await core.buckets.setLifecycle(bucket.name, rules);
    return { status: 200 };
  };

export const getBucketLifecycle =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeBucket(request, bucket, 's3:GetLifecycleConfiguration');
    const rules = await core.buckets.getLifecycle(bucket.name);
    if (rules === null) throw noSuchLifecycle(bucket.name);
    return { status: 200, body: renderLifecycle(rules as readonly LifecycleRule[]) };
  };

export const deleteBucketLifecycle =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeBucket(request, bucket, 's3:PutLifecycleConfiguration');
    await core.buckets.setLifecycle(bucket.name, null);
    return { status: 204 };
  };
