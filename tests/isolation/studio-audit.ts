import { createHash, createHmac } from 'node:crypto';
import type { Inside } from '@atelier/single-machine/inside';
import { SignatureV4 } from '@smithy/signature-v4';

const bytesOf = (data: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);

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

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A signed call of an operation that no SDK client here knows. */
export async function callTarget(options: {
  readonly endpoint: string;
  readonly keys: Keys;
  readonly service: string;
  readonly target: string;
  readonly input: object;
}): Promise<{ status: number; body: Record<string, unknown>; requestId: string }> {
  const { host, hostname, port } = new URL(options.endpoint);
  const signer = new SignatureV4({
    credentials: options.keys,
    region: 'us-east-1',
    service: options.service,
    sha256: Sha256,
  });
  const body = JSON.stringify(options.input);
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: '/',
    headers: {
      host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': options.target,
    },
    body,
  });
  const response = await fetch(options.endpoint, { method: 'POST', headers, body });
  return {
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
    requestId: response.headers.get('x-amzn-requestid') ?? '',
  };
}

interface RefusedEvent {
  readonly requestID: string;
  readonly eventName: string;
  readonly errorCode: string;
}

/** What Studio refused in an account, by its audit, as the provider's operator reads it. */
export async function refusedEvents(
  inside: Inside,
  accountId: string,
  since: Date,
): Promise<ReadonlyMap<string, RefusedEvent>> {
  const { endpoint, credentials } = await inside.awsConfigOf('studio-operator');
  const found = new Map<string, RefusedEvent>();
  let token: string | undefined;
  do {
    const { status, body } = await callTarget({
      endpoint,
      keys: credentials,
      service: 'studio',
      target: 'AtelierStudio.LookupEvents',
      input: {
        AccountId: accountId,
        LookupAttributes: [{ AttributeKey: 'ErrorCode', AttributeValue: '*' }],
        StartTime: Math.floor(since.getTime() / 1000),
        ...(token !== undefined && { NextToken: token }),
      },
    });
    if (status !== 200) throw new Error(`the audit answered ${status}: ${JSON.stringify(body)}`);
    const page = body as { Events: { CloudTrailEvent: string }[]; NextToken?: string };
    for (const { CloudTrailEvent: text } of page.Events) {
      const event = JSON.parse(text) as RefusedEvent;
      found.set(event.requestID, event);
    }
    token = page.NextToken;
  } while (token !== undefined);
  return found;
}
