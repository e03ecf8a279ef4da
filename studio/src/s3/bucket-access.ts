import type { AccessRequest } from '../iam/access.ts';
import { AwsError } from '../wire/errors.ts';
import type { Actor, S3Request } from './request.ts';
import { accessDeniedBare } from './s3-errors.ts';
import type { Bucket, BucketStore } from './store/bucket-store.ts';

type Context = NonNullable<AccessRequest['context']>;

function accessRequest(
  actor: Actor,
  bucket: Bucket,
  action: string,
  key: string | null,
  context: Context,
): AccessRequest {
  const foreign = bucket.accountId !== actor.caller.accountId;
  const path = key === null ? bucket.name : `${bucket.name}/${key}`;
  return {
    action,
    resource: `arn:aws:s3:::${path}`,
    ...(foreign ? { resourceAccountId: bucket.accountId } : {}),
    resourcePolicy: bucket.policy,
    context: { 's3:ResourceAccount': bucket.accountId, ...context },
  };
}

async function authorize(actor: Actor, bucket: Bucket, request: AccessRequest): Promise<void> {
  try {
    await actor.authorize(request);
  } catch (error) {
    if (!(error instanceof AwsError) || error.status !== 403) throw error;
    // Another account's bucket says no more than that the answer is no.
    if (bucket.accountId !== actor.caller.accountId) throw accessDeniedBare();
    throw new AwsError('AccessDenied', error.message, { status: 403, cause: error });
  }
}

/** Throws `AccessDenied`. */
export const authorizeBucket = (
  actor: Actor,
  bucket: Bucket,
  action: string,
  context: Context = {},
): Promise<void> => authorize(actor, bucket, accessRequest(actor, bucket, action, null, context));

/** Throws `AccessDenied`. */
export const authorizeObject = (
  actor: Actor,
  bucket: Bucket,
  key: string,
  action: string,
  context: Context = {},
): Promise<void> => authorize(actor, bucket, accessRequest(actor, bucket, action, key, context));

/** Whether the actor may learn that a key is not there. */
export const mayList = (actor: Actor, bucket: Bucket, key: string): Promise<boolean> =>
  actor.isAllowed(accessRequest(actor, bucket, 's3:ListBucket', null, { 's3:prefix': key }));

/** The bucket that a request names, if it belongs to whom the client expects. Throws `NoSuchBucket`, `AccessDenied`. */
export async function requestedBucket(buckets: BucketStore, request: S3Request): Promise<Bucket> {
  const bucket = await buckets.get(request.bucket);
  const expected = request.headers['x-amz-expected-bucket-owner'];
  if (expected !== undefined && expected !== bucket.accountId) throw accessDeniedBare();
  return bucket;
}
