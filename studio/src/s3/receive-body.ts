import { createHash } from 'node:crypto';
import { type ChecksumAlgorithm, checksumHeader, startChecksum } from './checksums.ts';
import { checkContentMd5, requestedChecksum } from './object-headers.ts';
import type { S3Request } from './request.ts';
import { entityTooLarge, missingContentLength } from './s3-errors.ts';
import type { BlobStore, UnrecordedBlob } from './store/blob-store.ts';

/** Of one put and of one part, as at Amazon's. */
export const maxBodyBytes = 5 * 2 ** 30;

export interface ReceivedBody {
  readonly blob: UnrecordedBlob;
  /** In hex. */
  readonly md5: string;
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | null;
}

/** Streams a body to disk. A checksum that was asked for, but not sent, is computed on the way. */
export async function storeBody(
  blobs: BlobStore,
  body: AsyncIterable<Uint8Array>,
  checksum: {
    readonly algorithm: ChecksumAlgorithm | null;
    /** What the client sent and the wire found right, once the body has ended. */
    readonly verified?: () => Readonly<Record<string, string>>;
    /** That the client sends one, so that it need not be computed here too. */
    readonly sent?: boolean;
  },
): Promise<ReceivedBody> {
  const md5 = createHash('md5');
  const { algorithm } = checksum;
  const running = algorithm && !checksum.sent ? startChecksum(algorithm) : null;
  const blob = await blobs.write(body, (chunk) => {
    md5.update(chunk);
    running?.update(chunk);
  });
  const value = algorithm
    ? (running?.digest() ?? checksum.verified?.()[checksumHeader(algorithm)])
    : undefined;
  return {
    blob,
    md5: md5.digest('hex'),
    checksum: algorithm && value !== undefined ? { algorithm, value } : null,
  };
}

/** The body of PutObject or UploadPart. `fallback` is the checksum to keep when the client names none. */
export async function receiveBody(
  blobs: BlobStore,
  request: S3Request,
  fallback: ChecksumAlgorithm | null,
): Promise<ReceivedBody> {
  const { headers } = request;
  if (request.contentLength === null) throw missingContentLength();
  if (request.contentLength > maxBodyBytes) throw entityTooLarge();
  checkContentMd5(headers);
  const named = requestedChecksum(headers);
  const algorithm = named ?? fallback;
  const sent =
    named !== null &&
    (checksumHeader(named) in headers ||
      (headers['x-amz-trailer'] ?? '').includes(checksumHeader(named)));
  return storeBody(blobs, request.body, { algorithm, verified: request.checksums, sent });
}
