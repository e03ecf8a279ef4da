import { createHash } from 'node:crypto';
import { authorizeObject, requestedBucket } from '../bucket-access.ts';
import { parseRange } from '../byte-range.ts';
import {
  type Checksum,
  checksumHeader,
  combineChecksums,
  compositeChecksum,
  isCombinable,
} from '../checksums.ts';
import { writeCondition } from '../conditions.ts';
import type { S3Core } from '../core.ts';
import { describeFromHeaders, namedChecksum } from '../object-headers.ts';
import { maxBodyBytes, type ReceivedBody, receiveBody, storeBody } from '../receive-body.ts';
import type { Headers, S3Operation, S3Request } from '../request.ts';
import {
  badChecksum,
  entityTooLarge,
  entityTooSmall,
  invalidArgument,
  invalidPart,
  invalidPartOrder,
  invalidRequest,
  malformedXml,
  noSuchUpload,
} from '../s3-errors.ts';
import type { Part, Upload, UploadChecksum } from '../store/upload-store.ts';
import { childNodes, childText, document, element, readXml, type XmlNode, xml } from '../xml.ts';
import { holdCopySource } from './copy-source.ts';
import { checksumHeaders } from './put-object.ts';

/** Of every part but the last. */
const minPartBytes = 5 << 20;
const maxPartNumber = 10_000;
const maxObjectBytes = 5 * 2 ** 40;

function uploadChecksum(headers: Headers): UploadChecksum | null {
  const algorithm = namedChecksum(headers['x-amz-checksum-algorithm']);
  const type = headers['x-amz-checksum-type'];
  if (!algorithm) {
    if (type === undefined) return null;
    throw invalidRequest(
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  }
  const usual = algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
  const chosen = type ?? usual;
  const possible =
    chosen === 'FULL_OBJECT' ? isCombinable(algorithm) : chosen === 'COMPOSITE' && usual === chosen;
  if (!possible) {
    throw invalidRequest(
      `The ${chosen} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return { algorithm, type: chosen as UploadChecksum['type'] };
}

export const createMultipartUpload =
  (core: S3Core): S3Operation =>
  async (request) => {
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeObject(request, bucket, request.key, 's3:PutObject');
    const checksum = uploadChecksum(request.headers);
    const upload = await core.uploads.create({
      ...describeFromHeaders(request.headers),
      bucket: bucket.name,
      key: request.key,
      initiatedAt: core.now(),
      initiatorArn: request.caller.arn,
      checksum,
    });
    return {
      status: 200,
      headers: checksum
        ? {
            'x-amz-checksum-algorithm': checksum.algorithm,
            'x-amz-checksum-type': checksum.type,
          }
        : {},
      body: document(
        'InitiateMultipartUploadResult',
        xml`<Bucket>${upload.bucket}</Bucket><Key>${upload.key}</Key><UploadId>${upload.id}</UploadId>`,
      ),
    };
  };

/** Throws `AccessDenied` before it tells whether the upload is there. */
export async function authorizedUpload(
  core: S3Core,
  request: S3Request,
  action: string,
): Promise<Upload> {
  const bucket = await requestedBucket(core.buckets, request);
  await authorizeObject(request, bucket, request.key, action);
  return core.uploads.get(bucket.name, request.key, request.query.get('uploadId') ?? '');
}

function partNumber(request: S3Request): number {
  const text = request.query.get('partNumber') ?? '';
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= maxPartNumber) return number;
  throw invalidArgument(
    'Part number must be an integer between 1 and 10000, inclusive',
    'partNumber',
    text,
  );
}

async function recordPart(
  core: S3Core,
  upload: Upload,
  number: number,
  received: ReceivedBody,
): Promise<Part> {
  const part: Part = {
    number,
    bytes: received.blob.bytes,
    etag: received.md5,
    modifiedAt: core.now(),
    checksum: upload.checksum ? (received.checksum?.value ?? null) : null,
  };
  await core.uploads.recordPart(upload.id, part, received.blob);
  return part;
}

export const uploadPart =
  (core: S3Core): S3Operation =>
  async (request) => {
    const upload = await authorizedUpload(core, request, 's3:PutObject');
    const number = partNumber(request);
    const expected = upload.checksum?.algorithm ?? null;
    const received = await receiveBody(core.blobs, request, expected);
    const given = received.checksum?.algorithm ?? null;
    if (expected && given !== expected) {
      await received.blob.discard();
      throw invalidRequest(
        `Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, actual checksum Type: ${given?.toLowerCase() ?? null}`,
      );
    }
    const part = await recordPart(core, upload, number, received);
    return {
      status: 200,
      headers: {
        etag: `"${part.etag}"`,
        ...(received.checksum && {
          [checksumHeader(received.checksum.algorithm)]: received.checksum.value,
        }),
      },
    };
  };

export const uploadPartCopy =
  (core: S3Core): S3Operation =>
  async (request) => {
    const upload = await authorizedUpload(core, request, 's3:PutObject');
    const number = partNumber(request);
    const held = await holdCopySource(core, request);
    try {
      const source = held.found;
      const asked = request.headers['x-amz-copy-source-range'];
      const range = parseRange(asked, source.bytes);
      if (asked !== undefined && !range) {
        throw invalidArgument(
          'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
          'x-amz-copy-source-range',
          asked,
        );
      }
      const { first, last } = range ?? { first: 0, last: source.bytes - 1 };
      if (last - first + 1 > maxBodyBytes) throw entityTooLarge();
      const received = await storeBody(core.blobs, core.blobs.read(source.blobs, first, last), {
        algorithm: upload.checksum?.algorithm ?? null,
      });
      const part = await recordPart(core, upload, number, received);
      return {
        status: 200,
        body: document('CopyPartResult', [
          xml`<LastModified>${part.modifiedAt.toISOString()}</LastModified><ETag>"${part.etag}"</ETag>`,
          ...(received.checksum
            ? [element(`Checksum${received.checksum.algorithm}`, received.checksum.value)]
            : []),
        ]),
      };
    } finally {
      held.release();
    }
  };

export const abortMultipartUpload =
  (core: S3Core): S3Operation =>
  async (request) => {
    await core.uploads.abort(await authorizedUpload(core, request, 's3:AbortMultipartUpload'));
    return { status: 204 };
  };

interface ListedPart {
  readonly number: number;
  readonly etag: string;
  readonly checksum: string | null;
}

function listedParts(body: XmlNode, checksum: UploadChecksum | null): ListedPart[] {
  const listed = childNodes(body, 'Part').map((node) => ({
    number: Number(childText(node, 'PartNumber')),
    etag: (childText(node, 'ETag') ?? '').trim().replace(/^"|"$/g, ''),
    checksum: checksum && childText(node, `Checksum${checksum.algorithm}`),
  }));
  if (listed.length === 0 || listed.some(({ number }) => !Number.isInteger(number))) {
    throw malformedXml();
  }
  return listed;
}

/** The stored parts that the client lists. Throws what is wrong with the list. */
function chooseParts(listed: readonly ListedPart[], parts: readonly Part[]): Part[] {
  const byNumber = new Map(parts.map((part) => [part.number, part]));
  const ordered = listed.every(
    ({ number }, index) => index === 0 || number > (listed[index - 1]?.number ?? 0),
  );
  if (!ordered) throw invalidPartOrder();
  const chosen = listed.map(({ number, etag, checksum }) => {
    const part = byNumber.get(number);
    if (!part || part.etag !== etag) throw invalidPart({ PartNumber: number });
    if (checksum && part.checksum !== checksum) throw invalidPart({ PartNumber: number });
    return part;
  });
  const small = chosen.slice(0, -1).find((part) => part.bytes < minPartBytes);
  if (small) {
    throw entityTooSmall({
      ProposedSize: small.bytes,
      MinSizeAllowed: minPartBytes,
      PartNumber: small.number,
      ETag: small.etag,
    });
  }
  if (chosen.reduce((sum, part) => sum + part.bytes, 0) > maxObjectBytes) throw entityTooLarge();
  return chosen;
}

function checksumOfParts(checksum: UploadChecksum, parts: readonly Part[]): Checksum {
  const values = parts.map((part) => ({ value: part.checksum ?? '', bytes: part.bytes }));
  return {
    ...checksum,
    value:
      checksum.type === 'FULL_OBJECT'
        ? combineChecksums(checksum.algorithm, values)
        : compositeChecksum(
            checksum.algorithm,
            values.map(({ value }) => value),
          ),
  };
}

const etagOfParts = (parts: readonly Pick<Part, 'etag'>[]): string => {
  const md5 = createHash('md5');
  for (const part of parts) md5.update(part.etag, 'hex');
  return `${md5.digest('hex')}-${parts.length}`;
};

function checkWhole(headers: Headers, parts: readonly Part[], checksum: Checksum | null) {
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const size = headers['x-amz-mp-object-size'];
  if (size !== undefined && Number(size) !== bytes) {
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${size} does not match what was computed: ${bytes}`,
    );
  }
  if (!checksum) return;
  const given = headers[checksumHeader(checksum.algorithm)];
  if (given !== undefined && given.replace(/-\d+$/, '') !== checksum.value.replace(/-\d+$/, '')) {
    throw badChecksum(checksum.algorithm);
  }
}

export const completeMultipartUpload =
  (core: S3Core): S3Operation =>
  async (request) => {
    const id = request.query.get('uploadId') ?? '';
    const bucket = await requestedBucket(core.buckets, request);
    await authorizeObject(request, bucket, request.key, 's3:PutObject');
    const body = await readXml(request.body, 'CompleteMultipartUpload');
    const condition = writeCondition(request.headers);

    async function complete(): Promise<{ etag: string; checksum: Checksum | null }> {
      const upload = await core.uploads.get(bucket.name, request.key, id);
      const listed = listedParts(body, upload.checksum);
      let result: { etag: string; checksum: Checksum | null } | null = null;
      await core.uploads.complete(upload, condition, async (stored) => {
        const parts = chooseParts(listed, stored);
        const checksum = upload.checksum && checksumOfParts(upload.checksum, parts);
        checkWhole(request.headers, parts, checksum);
        result = { etag: etagOfParts(parts), checksum };
        return { parts, object: { ...upload, ...result, modifiedAt: core.now() } };
      });
      if (!result) throw new Error('the upload was completed without parts');
      return result;
    }

    /** A client that lost the answer asks again; what the first request made is its answer. */
    async function completedBefore() {
      const object = await core.objects.find(bucket.name, request.key);
      return object?.uploadId === id ? object : null;
    }

    let object: { etag: string; checksum: Checksum | null };
    try {
      object = await complete();
    } catch (error) {
      const before = isNoSuchUpload(error) ? await completedBefore() : null;
      if (!before) throw error;
      object = before;
    }
    const { etag, checksum } = object;
    return {
      status: 200,
      headers: checksumHeaders(checksum),
      body: document('CompleteMultipartUploadResult', [
        xml`<Location>http://${request.headers.host ?? ''}/${bucket.name}/${encodeURI(request.key)}</Location>`,
        xml`<Bucket>${bucket.name}</Bucket><Key>${request.key}</Key><ETag>"${etag}"</ETag>`,
        ...(checksum
          ? [
              element(`Checksum${checksum.algorithm}`, checksum.value),
              element('ChecksumType', checksum.type),
            ]
          : []),
      ]),
    };
  };

const isNoSuchUpload = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === noSuchUpload('').code;
