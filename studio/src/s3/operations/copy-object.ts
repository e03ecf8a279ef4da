import { authorizeObject, requestedBucket } from '../bucket-access.ts';
import type { Checksum, ChecksumAlgorithm } from '../checksums.ts';
import { writeCondition } from '../conditions.ts';
import type { S3Core } from '../core.ts';
import {
  checkWriteHeaders,
  describeFromHeaders,
  namedChecksum,
  parseTags,
} from '../object-headers.ts';
import { maxBodyBytes, storeBody } from '../receive-body.ts';
import type { S3Operation, S3Request } from '../request.ts';
import { invalidArgument, invalidRequest } from '../s3-errors.ts';
import type { UnrecordedBlob } from '../store/blob-store.ts';
import type { Description, ReadableObject } from '../store/stored-object.ts';
import { document, element, xml } from '../xml.ts';
import { holdCopySource } from './copy-source.ts';

interface Copied {
  readonly blob: UnrecordedBlob;
  readonly etag: string;
  readonly checksum: Checksum | null;
}

/**
 * The same bytes under a new name where the ETag stays the same. A copy of a multipart upload is one object put at
 * once, with the MD5 of its bytes as ETag, so those have to be read.
 */
async function copyContent(
  core: S3Core,
  source: ReadableObject,
  asked: ChecksumAlgorithm | null,
): Promise<Copied> {
  const [only, ...others] = source.blobs;
  const algorithm = asked ?? source.checksum?.algorithm ?? null;
  const sameChecksum = (source.checksum?.algorithm ?? null) === algorithm;
  if (only && others.length === 0 && sameChecksum && !source.etag.includes('-')) {
    const blob = await core.blobs.duplicate(only.id);
    return { blob, etag: source.etag, checksum: source.checksum };
  }
  const bytes = core.blobs.read(source.blobs, 0, source.bytes - 1);
  const { blob, md5, checksum } = await storeBody(core.blobs, bytes, { algorithm });
  return { blob, etag: md5, checksum: checksum && { ...checksum, type: 'FULL_OBJECT' } };
}

function directive(request: S3Request, header: string): 'COPY' | 'REPLACE' {
  const value = request.headers[header] ?? 'COPY';
  if (value === 'COPY' || value === 'REPLACE') return value;
  throw invalidArgument(`Unknown directive.`, header, value);
}

function describeCopy(request: S3Request, source: ReadableObject): Description {
  checkWriteHeaders(request.headers);
  const replaced = directive(request, 'x-amz-metadata-directive') === 'REPLACE';
  const retagged = directive(request, 'x-amz-tagging-directive') === 'REPLACE';
  const asked = describeFromHeaders(request.headers);
  const unchanged =
    source.bucket === request.bucket &&
    source.key === request.key &&
    !replaced &&
    request.headers['x-amz-storage-class'] === undefined &&
    request.headers['x-amz-server-side-encryption'] === undefined;
  if (unchanged) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const { 'x-amz-storage-class': _class, ...sourceHeaders } = source.headers;
  const storageClass = asked.headers['x-amz-storage-class'];
  return {
    headers: replaced
      ? asked.headers
      : { ...sourceHeaders, ...(storageClass && { 'x-amz-storage-class': storageClass }) },
    metadata: replaced ? asked.metadata : source.metadata,
    tags: retagged ? parseTags(request.headers['x-amz-tagging']) : source.tags,
  };
}

export const copyObject =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeObject(request, bucket, request.key, 's3:PutObject');
    const held = await holdCopySource(core, request);
    try {
      const source = held.found;
      const description = describeCopy(request, source);
      const condition = writeCondition(request.headers);
      if (source.bytes > maxBodyBytes) {
        throw invalidRequest(
          'The specified copy source is larger than the maximum allowable size for a copy source: 5368709120',
        );
      }
      const asked = namedChecksum(request.headers['x-amz-checksum-algorithm']);
      const { blob, etag, checksum } = await copyContent(core, source, asked);
      const modifiedAt = core.now();
      await core.objects.record(
        { ...description, bucket: bucket.name, key: request.key, etag, modifiedAt, checksum },
        blob,
        condition,
      );
      return {
        status: 200,
        body: document('CopyObjectResult', [
          xml`<LastModified>${modifiedAt.toISOString()}</LastModified><ETag>"${etag}"</ETag>`,
          ...(checksum
            ? [
                element(`Checksum${checksum.algorithm}`, checksum.value),
                element('ChecksumType', checksum.type),
              ]
            : []),
        ]),
      };
    } finally {
      held.release();
    }
  };
