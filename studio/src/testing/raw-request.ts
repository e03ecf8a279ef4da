import { createHash, createHmac } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';

/** A request as its bytes go out, so that a test can change any of them after signing. */
export interface RawRequest {
  readonly method: string;
  /** With query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

class Sha256 {
  private readonly hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : bytesOf(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(typeof data === 'string' ? data : bytesOf(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
  reset(): void {
    throw new Error('a hash is used once');
  }
}

const bytesOf = (data: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);

const signerOf = (keys: Keys, service: string, region: string): SignatureV4 =>
  new SignatureV4({
    credentials: keys,
    region,
    service,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
  });

const parts = (request: RawRequest, host: string) => {
  const url = new URL(request.path, `http://${host}`);
  return {
    method: request.method,
    protocol: 'http:',
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { host, ...request.headers },
    body: request.body,
  };
};

/** Signed with Amazon's own signer. */
export async function signRaw(
  request: RawRequest,
  options: { keys: Keys; host: string; service: string; region?: string; at?: Date },
): Promise<RawRequest> {
  const { keys, host, service, region = 'us-east-1', at } = options;
  const signed = await signerOf(keys, service, region).sign(
    parts(request, host),
    at ? { signingDate: at } : {},
  );
  return { ...request, headers: signed.headers };
}

/** The path of a presigned URL. */
export async function presignRaw(
  request: RawRequest,
  options: { keys: Keys; host: string; service: string; seconds: number; at?: Date },
): Promise<RawRequest> {
  const { keys, host, service, seconds, at } = options;
  const signed = await signerOf(keys, service, 'us-east-1').presign(parts(request, host), {
    expiresIn: seconds,
    ...(at && { signingDate: at }),
  });
  const query = new URLSearchParams(signed.query as Record<string, string>);
  return { ...request, path: `${signed.path}?${query}`, headers: { host } };
}

/** Sends the bytes to a port or a unix socket. */
export const sendRaw = (
  to: { readonly port: number } | { readonly socketPath: string },
  request: RawRequest,
): Promise<RawAnswer> =>
  new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        ...('port' in to ? { host: '127.0.0.1', port: to.port } : to),
        method: request.method,
        path: request.path,
        headers: request.headers,
        agent: false,
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(request.body);
  });
