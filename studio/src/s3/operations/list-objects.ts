import { authorizeBucket, requestedBucket } from '../bucket-access.ts';
import { canonicalUserId } from '../canonical-user.ts';
import type { S3Core } from '../core.ts';
import { encoder, pageLimit } from '../listing-parameters.ts';
import type { S3Operation, S3Request } from '../request.ts';
import { invalidArgument } from '../s3-errors.ts';
import type { Bucket } from '../store/bucket-store.ts';
import { type ListedObject, type ListingEntry, listObjects, startAfter } from '../store/listing.ts';
import { document, element, type Xml, xml } from '../xml.ts';

async function authorizedBucket(core: S3Core, request: S3Request): Promise<Bucket> {
  const { query } = request;
  const bucket = await requestedBucket(core.buckets, request);
  const context: Record<string, string> = { 's3:prefix': query.get('prefix') ?? '' };
  const delimiter = query.get('delimiter');
  if (delimiter !== null) context['s3:delimiter'] = delimiter;
  const maxKeys = query.get('max-keys');
  if (maxKeys !== null) context['s3:max-keys'] = maxKeys;
  await authorizeBucket(request, bucket, 's3:ListBucket', context);
  return bucket;
}

const isObject = (entry: ListingEntry): entry is ListedObject => 'key' in entry;

function renderEntries(
  entries: readonly ListingEntry[],
  encode: (text: string) => string,
  ownerId: string | null,
): Xml[] {
  const objects = entries.filter(isObject);
  return [
    ...objects.map((object) =>
      element('Contents', [
        xml`<Key>${encode(object.key)}</Key><LastModified>${object.modifiedAt.toISOString()}</LastModified>`,
        xml`<ETag>"${object.etag}"</ETag>`,
        element('ChecksumAlgorithm', object.checksumAlgorithm),
        element('ChecksumType', object.checksumType),
        xml`<Size>${object.bytes}</Size>`,
        element('Owner', ownerId && xml`<ID>${ownerId}</ID>`),
        xml`<StorageClass>${object.storageClass}</StorageClass>`,
      ]),
    ),
    ...entries.flatMap((entry) =>
      isObject(entry)
        ? []
        : [xml`<CommonPrefixes><Prefix>${encode(entry.commonPrefix)}</Prefix></CommonPrefixes>`],
    ),
  ];
}

const lastName = (entries: readonly ListingEntry[]): string => {
  const last = entries.at(-1);
  if (!last) return '';
  return isObject(last) ? last.key : last.commonPrefix;
};

/** What comes before the entries in both versions. */
const renderParameters = (
  bucket: Bucket,
  query: URLSearchParams,
  encode: (text: string) => string,
): Xml[] => [
  element('Name', bucket.name),
  element('Prefix', encode(query.get('prefix') ?? '')),
  element('Delimiter', query.get('delimiter') ? encode(query.get('delimiter') ?? '') : null),
  element('EncodingType', query.get('encoding-type')),
];

/** ListObjects, version 1: goes on after a marker, which is a key or a common prefix. */
export const listObjectsV1 =
  (core: S3Core): S3Operation =>
  async (request) => {
    const { query } = request;
    const limit = pageLimit(query, 'max-keys');
    const encode = encoder(query);
    const bucket = await authorizedBucket(core, request);
    const prefix = query.get('prefix') ?? '';
    const delimiter = query.get('delimiter') ?? '';
    const marker = query.get('marker') ?? '';
    const page = await listObjects(core.database, {
      bucket: bucket.name,
      prefix,
      delimiter,
      start: marker === '' ? Buffer.alloc(0) : startAfter(marker, prefix, delimiter),
      limit,
    });
    const truncated = page.next !== null;
    // Without a delimiter the client takes the last key itself.
    const nextMarker = truncated && delimiter !== '' ? encode(lastName(page.entries)) : null;
    return {
      status: 200,
      body: document('ListBucketResult', [
        ...renderParameters(bucket, query, encode),
        xml`<Marker>${encode(marker)}</Marker>`,
        element('NextMarker', nextMarker),
        xml`<MaxKeys>${limit}</MaxKeys><IsTruncated>${truncated}</IsTruncated>`,
        ...renderEntries(page.entries, encode, canonicalUserId(bucket.accountId)),
      ]),
    };
  };

/** A continuation token is where the next page begins; a forged one only starts elsewhere within the same prefix. */
function startOfPage(query: URLSearchParams, prefix: string, delimiter: string): Buffer {
  const token = query.get('continuation-token');
  if (token !== null) {
    if (!/^[A-Za-z0-9_-]+$/.test(token)) {
      throw invalidArgument(
        'The continuation token provided is incorrect',
        'continuation-token',
        token,
      );
    }
    return Buffer.from(token, 'base64url');
  }
  const after = query.get('start-after') ?? '';
  return after === '' ? Buffer.alloc(0) : startAfter(after, prefix, delimiter);
}

export const listObjectsV2 =
  (core: S3Core): S3Operation =>
  async (request) => {
    const { query } = request;
    const limit = pageLimit(query, 'max-keys');
    const encode = encoder(query);
    const bucket = await authorizedBucket(core, request);
    const prefix = query.get('prefix') ?? '';
    const delimiter = query.get('delimiter') ?? '';
    const page = await listObjects(core.database, {
      bucket: bucket.name,
      prefix,
      delimiter,
      start: startOfPage(query, prefix, delimiter),
      limit,
    });
    const owner = query.get('fetch-owner') === 'true' ? canonicalUserId(bucket.accountId) : null;
    const after = query.get('start-after');
    return {
      status: 200,
      body: document('ListBucketResult', [
        ...renderParameters(bucket, query, encode),
        element('ContinuationToken', query.get('continuation-token')),
        element('NextContinuationToken', page.next?.toString('base64url')),
        element('StartAfter', after ? encode(after) : null),
        xml`<KeyCount>${page.entries.length}</KeyCount><MaxKeys>${limit}</MaxKeys>`,
        xml`<IsTruncated>${page.next !== null}</IsTruncated>`,
        ...renderEntries(page.entries, encode, owner),
      ]),
    };
  };
