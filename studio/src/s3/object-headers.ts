import { validateHeaderValue } from 'node:http';
import { AwsError } from '../wire/errors.ts';
import {
  type ChecksumAlgorithm,
  checksumAlgorithms,
  checksumHeader,
  isChecksumAlgorithm,
} from './checksums.ts';
import type { Headers } from './request.ts';
import {
  invalidArgument,
  invalidDigest,
  invalidRequest,
  metadataTooLarge,
  notImplemented,
} from './s3-errors.ts';
import type { Description, StoredObject } from './store/stored-object.ts';

/** Sent back with the object as they came. */
const keptHeaders = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
  'x-amz-website-redirect-location',
];

const storageClasses = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'DEEP_ARCHIVE',
  'GLACIER_IR',
];

const metadataPrefix = 'x-amz-meta-';
const metadataLimitBytes = 2048;

/** Headers that change what a put means and are not done here: refused, since to ignore them would break a promise. */
const refusedHeaders =
  /^x-amz-(server-side-encryption-customer-|object-lock-|bucket-object-lock-|write-offset-bytes)/;

function checkAcl(headers: Headers): void {
  const acl = headers['x-amz-acl'];
  const grants = Object.keys(headers).some((name) => name.startsWith('x-amz-grant-'));
  const owners = ['private', 'bucket-owner-full-control', 'bucket-owner-read'];
  if (!grants && (acl === undefined || owners.includes(acl))) return;
  throw new AwsError('AccessControlListNotSupported', 'The bucket does not allow ACLs');
}

/** Throws what is wrong with headers that a put, a copy or a multipart upload may carry. */
export function checkWriteHeaders(headers: Headers): void {
  for (const name of Object.keys(headers)) {
    if (refusedHeaders.test(name)) throw notImplemented(name);
  }
  checkAcl(headers);
  const encryption = headers['x-amz-server-side-encryption'];
  if (encryption !== undefined && !['AES256', 'aws:kms', 'aws:kms:dsse'].includes(encryption)) {
    throw invalidArgument(
      'The encryption method specified is not supported',
      'x-amz-server-side-encryption',
      encryption,
    );
  }
}

export function parseTags(text: string | undefined): Record<string, string> {
  const pairs = [...new URLSearchParams(text ?? '')];
  const tags = Object.fromEntries(pairs);
  checkTags(tags, pairs.length);
  return tags;
}

/** Letters, blanks, digits and some signs, as Amazon allows them. */
const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

export function checkTags(tags: Readonly<Record<string, string>>, count: number): void {
  const names = Object.keys(tags);
  if (count > 10) {
    throw new AwsError('BadRequest', 'Object tags cannot be greater than 10');
  }
  const valid = names.every((name) => {
    const value = tags[name] ?? '';
    return name.length <= 128 && value.length <= 256 && tagText.test(name) && tagText.test(value);
  });
  if (names.length !== count || !valid) {
    throw new AwsError('InvalidTag', 'The TagKey or TagValue you have provided is invalid');
  }
}

/** What is kept of a put's headers. `aws-chunked` is how the body travelled, not how it is encoded. */
export function describeFromHeaders(headers: Headers): Description {
  checkWriteHeaders(headers);
  const kept: Record<string, string | undefined> = {};
  for (const name of keptHeaders) {
    const value = headers[name];
    if (value !== undefined) kept[name] = value;
  }
  const encodings = (headers['content-encoding'] ?? '')
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== '' && encoding !== 'aws-chunked');
  kept['content-encoding'] = encodings.length > 0 ? encodings.join(',') : undefined;

  const storageClass = headers['x-amz-storage-class'];
  if (storageClass !== undefined && !storageClasses.includes(storageClass)) {
    throw new AwsError('InvalidStorageClass', 'The storage class you specified is not valid');
  }
  if (storageClass !== undefined && storageClass !== 'STANDARD') {
    kept['x-amz-storage-class'] = storageClass;
  }
  return {
    headers: withoutAbsent(kept),
    metadata: metadataFrom(headers),
    tags: parseTags(headers['x-amz-tagging']),
  };
}

const withoutAbsent = (headers: Headers): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );

function metadataFrom(headers: Headers): Record<string, string> {
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(metadataPrefix) || value === undefined) continue;
    const short = name.slice(metadataPrefix.length);
    bytes += short.length + value.length;
    metadata[short] = value;
  }
  if (bytes > metadataLimitBytes) throw metadataTooLarge();
  return metadata;
}

/** Headers that tell of an object whatever part of it is sent. */
export function objectHeaders(object: StoredObject): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'binary/octet-stream',
    ...withoutAbsent(object.headers),
    'accept-ranges': 'bytes',
    etag: `"${object.etag}"`,
    'last-modified': object.modifiedAt.toUTCString(),
  };
  for (const [name, value] of Object.entries(object.metadata)) {
    headers[`${metadataPrefix}${name}`] = value;
  }
  const tagCount = Object.keys(object.tags).length;
  if (tagCount > 0) headers['x-amz-tagging-count'] = String(tagCount);
  return headers;
}

const responseOverrides = [
  'content-type',
  'content-language',
  'expires',
  'cache-control',
  'content-disposition',
  'content-encoding',
];

/** `response-content-type` and its like in the query. Throws `InvalidArgument` for what no header may hold. */
export function overriddenHeaders(query: URLSearchParams): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of responseOverrides) {
    const value = query.get(`response-${name}`);
    if (value === null) continue;
    try {
      validateHeaderValue(name, value);
    } catch {
      throw invalidArgument('The value is not allowed in a header.', `response-${name}`);
    }
    headers[name] = value;
  }
  return headers;
}

const checksumBytes = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 };

function checkChecksumValue(algorithm: ChecksumAlgorithm, value: string): void {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length === checksumBytes[algorithm] && bytes.toString('base64') === value) return;
  throw invalidRequest(`Value for ${checksumHeader(algorithm)} header is invalid.`);
}

/** The algorithm that a client names or uses; null when it neither sends nor asks for a checksum. */
export function requestedChecksum(headers: Headers): ChecksumAlgorithm | null {
  const sent = checksumAlgorithms.filter((algorithm) => checksumHeader(algorithm) in headers);
  if (sent.length > 1) {
    throw invalidRequest(
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  if (sent[0]) {
    checkChecksumValue(sent[0], headers[checksumHeader(sent[0])] ?? '');
    return sent[0];
  }
  const trailers = (headers['x-amz-trailer'] ?? '').split(',').map((name) => name.trim());
  const trailed = checksumAlgorithms.find((algorithm) =>
    trailers.includes(checksumHeader(algorithm)),
  );
  return (
    trailed ??
    namedChecksum(headers['x-amz-sdk-checksum-algorithm'] ?? headers['x-amz-checksum-algorithm'])
  );
}

export function namedChecksum(name: string | undefined): ChecksumAlgorithm | null {
  if (name === undefined) return null;
  const algorithm = name.toUpperCase();
  if (isChecksumAlgorithm(algorithm)) return algorithm;
  throw invalidRequest(
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
  );
}

/** Throws `InvalidDigest` when `Content-MD5` cannot be an MD5 at all. */
export function checkContentMd5(headers: Headers): void {
  const value = headers['content-md5'];
  if (value === undefined) return;
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length !== 16 || bytes.toString('base64') !== value) throw invalidDigest();
}
