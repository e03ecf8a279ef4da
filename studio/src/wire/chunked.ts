import { createHash } from 'node:crypto';
import { AwsError } from './errors.ts';
import { algorithm, emptySha256, sameSignature, sha256Hex, sign } from './sigv4.ts';

/** What signs the chunks of a `STREAMING-AWS4-HMAC-SHA256-…` payload: each signature covers the one before it. */
export interface ChunkSigning {
  readonly key: Uint8Array;
  readonly timestamp: string;
  /** `20260101/us-east-1/s3/aws4_request`. */
  readonly scope: string;
  /** Signature of the request's headers. */
  readonly seedSignature: string;
}

const maxLineBytes = 16 * 1024;

/**
 * Removes aws-chunked framing. Chunk signatures are checked as the chunks end, so what was yielded is good only once
 * the iteration has finished. `onTrailer` is called with each trailer. Throws `AwsError`.
 */
export async function* decodeChunked(options: {
  readonly source: AsyncIterable<Uint8Array>;
  readonly signing: ChunkSigning | null;
  readonly trailerSigned: boolean;
  readonly onTrailer: (name: string, value: string) => void;
}): AsyncGenerator<Uint8Array> {
  const reader = createReader(options.source);
  const { signing } = options;
  let previous = signing?.seedSignature ?? '';
  for (;;) {
    const { size, signature } = parseChunkHeader(await reader.line());
    const hash = signing ? createHash('sha256') : null;
    for await (const piece of reader.bytes(size)) {
      hash?.update(piece);
      yield piece;
    }
    if (signing) {
      const expected = sign(
        signing.key,
        `${algorithm}-PAYLOAD\n${signing.timestamp}\n${signing.scope}\n${previous}\n${emptySha256}\n${hash?.digest('hex')}`,
      );
      if (!sameSignature(signature, expected)) throw signatureMismatch();
      previous = expected;
    }
    if (size === 0) break;
    if ((await reader.line()) !== '') throw malformed('a chunk is longer than it says');
  }
  await readTrailers(reader, options, previous);
}

async function readTrailers(
  reader: Reader,
  options: Parameters<typeof decodeChunked>[0],
  previousSignature: string,
): Promise<void> {
  const { signing } = options;
  let signed = '';
  let signature: string | null = null;
  for (;;) {
    const line = await reader.lineOrEnd();
    if (line === null) break;
    if (line === '') continue;
    const colon = line.indexOf(':');
    if (colon < 1) throw malformed('a trailer has no name');
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'x-amz-trailer-signature') {
      signature = value;
      continue;
    }
    signed += `${name}:${value}\n`;
    options.onTrailer(name, value);
  }
  if (!options.trailerSigned || !signing) return;
  const expected = sign(
    signing.key,
    `${algorithm}-TRAILER\n${signing.timestamp}\n${signing.scope}\n${previousSignature}\n${sha256Hex(signed)}`,
  );
  if (!sameSignature(signature, expected)) throw signatureMismatch();
}

function parseChunkHeader(line: string): { size: number; signature: string | null } {
  const match = /^([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
  if (!match?.[1]) throw malformed('a chunk has no size');
  return { size: Number.parseInt(match[1], 16), signature: match[2] ?? null };
}

interface Reader {
  line(): Promise<string>;
  lineOrEnd(): Promise<string | null>;
  bytes(count: number): AsyncGenerator<Uint8Array>;
}

function createReader(source: AsyncIterable<Uint8Array>): Reader {
  const iterator = source[Symbol.asyncIterator]();
  let buffer: Uint8Array = new Uint8Array(0);

  async function fill(): Promise<boolean> {
    const next = await iterator.next();
    if (next.done) return false;
    buffer = buffer.length === 0 ? next.value : Buffer.concat([buffer, next.value]);
    return true;
  }

  async function lineOrEnd(): Promise<string | null> {
    for (;;) {
      const end = buffer.indexOf(10);
      if (end >= 0) {
        const line = Buffer.from(buffer.subarray(0, end)).toString('latin1').replace(/\r$/, '');
        buffer = buffer.subarray(end + 1);
        return line;
      }
      if (buffer.length > maxLineBytes) throw malformed('a line is too long');
      if (!(await fill())) {
        if (buffer.length > 0) throw incomplete();
        return null;
      }
    }
  }

  return {
    lineOrEnd,
    async line() {
      const line = await lineOrEnd();
      if (line === null) throw incomplete();
      return line;
    },
    async *bytes(count) {
      let left = count;
      while (left > 0) {
        if (buffer.length === 0 && !(await fill())) throw incomplete();
        const piece = buffer.subarray(0, left);
        buffer = buffer.subarray(piece.length);
        left -= piece.length;
        yield piece;
      }
    },
  };
}

const incomplete = (): AwsError =>
  new AwsError(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );

const malformed = (detail: string): AwsError =>
  new AwsError('InvalidRequest', `The aws-chunked body is malformed: ${detail}.`);

const signatureMismatch = (): AwsError =>
  new AwsError(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { status: 403 },
  );
