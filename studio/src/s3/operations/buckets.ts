import { AwsError } from '../../wire/errors.ts';
import { authorizeBucket, requestedBucket } from '../bucket-access.ts';
import { checkBucketName } from '../bucket-name.ts';
import { canonicalUserId } from '../canonical-user.ts';
import type { S3Core } from '../core.ts';
import { checkWriteHeaders } from '../object-headers.ts';
import type { S3Operation, S3Request } from '../request.ts';
import { bucketExists, invalidArgument } from '../s3-errors.ts';
import { childText, document, element, readXml, xml } from '../xml.ts';

const maxBuckets = 10_000;

function bucketLimit(query: URLSearchParams): number {
  const text = query.get('max-buckets');
  if (text === null) return maxBuckets;
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= maxBuckets) return limit;
  throw invalidArgument(
    'Argument max-buckets must be an integer between 1 and 10000',
    'max-buckets',
    text,
  );
}

/** Those of the caller's account; another's never show. */
export const listBuckets =
  (core: S3Core): S3Operation =>
  async (request) => {
    const { caller, query } = request;
    const limit = bucketLimit(query);
    await request.authorize({ action: 's3:ListAllMyBuckets', resource: 'arn:aws:s3:::*' });
    const token = query.get('continuation-token');
    const prefix = query.get('prefix') ?? '';
    const found = await core.buckets.ofAccount(caller.accountId, {
      prefix: prefix.replaceAll('\0', ''),
      after: Buffer.from(token ?? '', 'base64url')
        .toString('utf8')
        .replaceAll('\0', ''),
      limit: limit + 1,
    });
    const shown = found.slice(0, limit);
    const next = found.length > shown.length ? shown.at(-1)?.name : undefined;
    return {
      status: 200,
      body: document('ListAllMyBucketsResult', [
        xml`<Owner><ID>${canonicalUserId(caller.accountId)}</ID></Owner>`,
        element(
          'Buckets',
          shown.map(
            (bucket) =>
              xml`<Bucket><Name>${bucket.name}</Name><CreationDate>${bucket.createdAt.toISOString()}</CreationDate><BucketRegion>${bucket.region}</BucketRegion></Bucket>`,
          ),
        ),
        element('ContinuationToken', next && Buffer.from(next).toString('base64url')),
        element('Prefix', query.get('prefix')),
      ]),
    };
  };

async function checkLocation(request: S3Request): Promise<void> {
  if (request.contentLength === 0 || request.contentLength === null) return;
  const body = await readXml(request.body, 'CreateBucketConfiguration');
  const location = childText(body, 'LocationConstraint');
  if (location === null || location === '') return;
  if (location === 'us-east-1') {
    throw new AwsError(
      'InvalidLocationConstraint',
      'The specified location-constraint is not valid',
    );
  }
  if (location === request.region) return;
  throw new AwsError(
    'IllegalLocationConstraintException',
    `The ${location} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

export const createBucket =
  (core: S3Core): S3Operation =>
  async (request) => {
    const { caller, bucket: name, region } = request;
    checkBucketName(name);
    checkWriteHeaders(request.headers);
    await request.authorize({ action: 's3:CreateBucket', resource: `arn:aws:s3:::${name}` });
    await checkLocation(request);
    const { accountId } = caller;
    const created = await core.buckets.create({ name, accountId, region, createdAt: core.now() });
    if (!created) {
      // In us-east-1 to create one's own bucket again succeeds, as it always has.
      const bucket = await core.buckets.get(name);
      if (bucket.accountId !== accountId) throw bucketExists(name);
      if (region !== 'us-east-1') {
        throw new AwsError(
          'BucketAlreadyOwnedByYou',
          'Your previous request to create the named bucket succeeded and you already own it.',
          { status: 409, details: { BucketName: name } },
        );
      }
    }
    return { status: 200, headers: { location: `/${name}` } };
  };

export const headBucket =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeBucket(request, bucket, 's3:ListBucket');
    return {
      status: 200,
      headers: { 'x-amz-bucket-region': bucket.region, 'x-amz-access-point-alias': 'false' },
    };
  };

export const deleteBucket =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeBucket(request, bucket, 's3:DeleteBucket');
    await core.buckets.delete(bucket.name);
    return { status: 204 };
  };

/** An empty location is us-east-1. */
export const getBucketLocation =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeBucket(request, bucket, 's3:GetBucketLocation');
    const { region } = bucket;
    return {
      status: 200,
      body: document('LocationConstraint', region === 'us-east-1' ? '' : region),
    };
  };

/** Buckets here have no versions: as a bucket that never had them switched on. */
export const getBucketVersioning =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeBucket(request, bucket, 's3:GetBucketVersioning');
    return { status: 200, body: document('VersioningConfiguration', '') };
  };

/** ACLs are off, as in every new bucket of Amazon's: the owner has everything. */
export const getBucketAcl =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeBucket(request, bucket, 's3:GetBucketAcl');
    const id = canonicalUserId(bucket.accountId);
    return {
      status: 200,
      body: document(
        'AccessControlPolicy',
        xml`<Owner><ID>${id}</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"><ID>${id}</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant></AccessControlList>`,
      ),
    };
  };
