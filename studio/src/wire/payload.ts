import { createHash } from 'node:crypto';
import {
  type Checksum,
  type ChecksumHeader,
  checksumHeaders,
  createChecksum,
  isChecksumHeader,
} from './checksums.ts';
import { type ChunkSigning, decodeChunked } from './chunked.ts';
import { AwsError } from './errors.ts';

export interface PayloadOptions {
  readonly source: AsyncIterable<Uint8Array>;
  readonly headers: ReadonlyMap<string, string>;
  /** The value of `x-amz-content-sha256`, already covered by the signature. */
  readonly payloadHash: string;
  readonly signing: ChunkSigning;
  /** False where the checksum headers speak of something else than this body (CompleteMultipartUpload). */
  readonly verifyChecksums: boolean;
}

export interface Payload {
  readonly body: AsyncIterable<Uint8Array>;
  /** Bytes of the decoded body, when the client said so. */
  readonly contentLength: number | null;
  /** Checksums that were given and held, base64 by header name; complete once the body has been read to its end. */
  readonly checksums: () => Readonly<Record<string, string>>;
}

/** A body that errors at its end when length, hash, a checksum or a chunk signature is wrong. Throws `AwsError`. */
export function openPayload(options: PayloadOptions): Payload {
  const { headers, payloadHash } = options;
  const streaming = payloadHash.startsWith('STREAMING-');
  const contentLength = lengthOf(headers, streaming);
  const expected = new Map<ChecksumHeader, string>();
  const running = new Map<ChecksumHeader, Checksum>();
  const watch = (header: ChecksumHeader): void => {
    running.set(header, createChecksum(header));
  };
  if (options.verifyChecksums) {
    for (const header of checksumHeaders) {
      const value = headers.get(header);
      if (value === undefined) continue;
      expected.set(header, value);
      watch(header);
    }
    for (const name of (headers.get('x-amz-trailer') ?? '').split(',')) {
      const header = name.trim().toLowerCase();
      if (isChecksumHeader(header)) watch(header);
    }
  }
  const held: Record<string, string> = {};

  async function* verified(): AsyncGenerator<Uint8Array> {
    const hash = /^[0-9a-f]{64}$/.test(payloadHash) ? createHash('sha256') : null;
    let bytes = 0;
    for await (const chunk of streaming ? decode(options, expected) : options.source) {
      bytes += chunk.length;
      if (contentLength !== null && bytes > contentLength) throw wrongLength();
      hash?.update(chunk);
      for (const checksum of running.values()) checksum.update(chunk);
      yield chunk;
    }
    if (contentLength !== null && bytes !== contentLength) throw wrongLength();
    if (hash && hash.digest('hex') !== payloadHash) throw hashMismatch();
    for (const [header, checksum] of running) {
      const value = expected.get(header);
      if (value === undefined) throw missingTrailer(header);
      if (value !== checksum.digest()) throw badDigest(header);
      held[header] = value;
    }
  }

  return { body: verified(), contentLength, checksums: () => held };
}

function decode(
  options: PayloadOptions,
  expected: Map<ChecksumHeader, string>,
): AsyncIterable<Uint8Array> {
  const { payloadHash, source, signing } = options;
  const onTrailer = (name: string, value: string): void => {
    if (isChecksumHeader(name)) expected.set(name, value);
  };
  switch (payloadHash) {
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      return decodeChunked({ source, signing, trailerSigned: false, onTrailer });
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return decodeChunked({ source, signing, trailerSigned: true, onTrailer });
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return decodeChunked({ source, signing: null, trailerSigned: false, onTrailer });
    default:
      throw new AwsError('NotImplemented', `Payload signing ${payloadHash} is not supported.`, {
        status: 501,
      });
  }
}

function lengthOf(headers: ReadonlyMap<string, string>, streaming: boolean): number | null {
  const text = headers.get(streaming ? 'x-amz-decoded-content-length' : 'content-length');
  if (text === undefined) {
    if (!streaming) return null;
    throw new AwsError('MissingContentLength', 'You must provide the Content-Length HTTP header.', {
      status: 411,
    });
  }
  if (!/^\d{1,15}$/.test(text)) throw new AwsError('InvalidArgument', 'Invalid content length.');
  return Number(text);
}

const wrongLength = (): AwsError =>
  new AwsError(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );

const hashMismatch = (): AwsError =>
  new AwsError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );

const missingTrailer = (header: string): AwsError =>
  new AwsError('InvalidRequest', `The trailer ${header} was announced but did not come.`);

const badDigest = (header: string): AwsError =>
  header === 'content-md5'
    ? new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.')
    : new AwsError(
        'BadDigest',
        `The ${header.slice('x-amz-checksum-'.length).toUpperCase()} you specified did not match the calculated checksum.`,
      );
