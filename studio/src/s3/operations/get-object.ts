import { authorizeObject, mayList, requestedBucket } from '../bucket-access.ts';
import { type ByteRange, parseRange } from '../byte-range.ts';
import { isModifiedFor } from '../conditions.ts';
import type { S3Core } from '../core.ts';
import { objectHeaders, overriddenHeaders } from '../object-headers.ts';
import type { Actor, Answer, S3Operation, S3Request } from '../request.ts';
import {
  accessDeniedBare,
  invalidArgument,
  invalidRange,
  invalidRequest,
  noSuchKey,
} from '../s3-errors.ts';
import type { Held } from '../store/blob-store.ts';
import type { Bucket } from '../store/bucket-store.ts';
import type { ReadableObject } from '../store/stored-object.ts';
import { checksumHeaders } from './put-object.ts';

/** An object that the actor may read, with its files held. Throws `NoSuchKey` or, to who may not list, `AccessDenied`. */
export async function holdReadable(
  core: S3Core,
  actor: Actor,
  bucket: Bucket,
  key: string,
): Promise<Held<ReadableObject>> {
  await authorizeObject(actor, bucket, key, 's3:GetObject');
  const held = await core.objects.hold(bucket.name, key);
  if (held) return held;
  throw (await mayList(actor, bucket, key)) ? noSuchKey(key) : accessDeniedBare();
}

/** A part of a multipart upload by its number; an object put at once has one part. */
function partRange(text: string, object: ReadableObject): ByteRange {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw invalidArgument(
      'Part number must be an integer between 1 and 10000, inclusive',
      'partNumber',
      text,
    );
  }
  const part = object.blobs[number - 1];
  if (!part) throw invalidRange(`part ${number}`, object.bytes);
  const first = object.blobs.slice(0, number - 1).reduce((sum, blob) => sum + blob.bytes, 0);
  return { first, last: first + part.bytes - 1 };
}

function rangeOf(request: S3Request, object: ReadableObject): ByteRange | null {
  const partNumber = request.query.get('partNumber');
  if (partNumber === null) return parseRange(request.headers.range, object.bytes);
  if (request.headers.range !== undefined) {
    throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
  }
  return partRange(partNumber, object);
}

function describe(core: S3Core, request: S3Request, held: Held<ReadableObject>): Answer {
  const { found: object, release } = held;
  const headers = { ...objectHeaders(object), ...overriddenHeaders(request.query) };
  if (!isModifiedFor(request.headers, object)) {
    release();
    return { status: 304, headers };
  }
  const range = rangeOf(request, object);
  const { first, last } = range ?? { first: 0, last: object.bytes - 1 };
  if (range) headers['content-range'] = `bytes ${first}-${last}/${object.bytes}`;
  if (request.query.has('partNumber') && object.blobs.length > 1) {
    headers['x-amz-mp-parts-count'] = String(object.blobs.length);
  }
  // A checksum of the whole says nothing about a part of it.
  const whole = last - first + 1 === object.bytes;
  if (request.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED' && whole) {
    Object.assign(headers, checksumHeaders(object.checksum));
  }
  return {
    status: range ? 206 : 200,
    headers,
    body: {
      bytes: last - first + 1,
      stream: () => core.blobs.read(object.blobs, first, last),
      release,
    },
  };
}

/** GetObject and HeadObject, which differ in that the second one's answer is cut after the headers. */
export const getObject =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    const held = await holdReadable(core, request, bucket, request.key);
    try {
      return describe(core, request, held);
    } catch (error) {
      held.release();
      throw error;
    }
  };
