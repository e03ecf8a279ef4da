import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError } from './errors.ts';

/** A request line and headers, read once, before anybody is believed. */
export interface RequestHead {
  readonly method: string;
  readonly rawPath: string;
  readonly query: URLSearchParams;
  readonly headers: ReadonlyMap<string, string>;
  /** Without port, lower case. */
  readonly hostname: string;
  readonly sourceIp: string;
}

export function readHead(request: IncomingMessage): RequestHead {
  const url = (request.url ?? '/').replace(/^https?:\/\/[^/]*/i, '');
  const mark = url.indexOf('?');
  const headers = readHeaders(request.rawHeaders);
  return {
    method: request.method ?? 'GET',
    rawPath: (mark < 0 ? url : url.slice(0, mark)) || '/',
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    headers,
    hostname: (headers.get('host') ?? '').replace(/:\d+$/, '').toLowerCase(),
    sourceIp: sourceIpOf(request),
  };
}

/** Repeated headers joined by a comma without a blank, as signatures have them. */
function readHeaders(raw: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] as string).toLowerCase();
    const value = raw[index + 1] as string;
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}

/** Who comes through a unix socket is on this machine. */
const sourceIpOf = (request: IncomingMessage): string =>
  (request.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, '');

/**
 * The body as it is read. A client that sent `Expect: 100-continue` is told to go on at the first read only, so that a
 * refused upload is never sent; stopping early leaves the connection usable for the answer.
 */
export async function* readBody(
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
): AsyncGenerator<Uint8Array> {
  if (expectsContinue) {
    response.removeHeader('connection');
    response.writeContinue();
  }
  yield* request.iterator({ destroyOnReturn: false });
}

/** Bytes at hand, as a body. */
export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** Throws `RequestEntityTooLargeException` past the limit. */
export async function collect(
  body: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > limitBytes) {
      throw new AwsError(
        'RequestEntityTooLargeException',
        `The request body is larger than ${limitBytes} bytes.`,
        { status: 413 },
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
