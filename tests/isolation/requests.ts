import { request } from 'node:http';
import { isBinary, type Operation, urlOf } from '@atelier/contracts';
import { loopbackLookup } from '@atelier/service-kit';
import type { Caller } from '@atelier/single-machine/people';

/** What a call carries, as far as it differs from the operation's example. */
export interface Call {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** In place of the body as JSON. */
  readonly text?: string;
  readonly idempotencyKey?: string;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: unknown;
  /** By which the audit knows it. */
  readonly requestId: string;
}

type Send = (
  path: string,
  request: { method: string; headers: Record<string, string>; body?: string | Uint8Array },
) => Promise<Response>;

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const contentType = response.headers.get('content-type');
  const body: unknown = contentType?.includes('json') ? JSON.parse(text) : text;
  const requestId = memberOf(body, 'requestId') ?? response.headers.get('x-request-id');
  return { status: response.status, contentType, body, requestId: String(requestId ?? '') };
}

/** Calls an operation with its example, changed as told, through whatever sends. */
export async function send(via: Send, operation: Operation, call: Call = {}): Promise<Answer> {
  const { example } = operation;
  const params = { ...example.params, ...call.params };
  const query = { ...example.query, ...call.query };
  const headers: Record<string, string> = { ...call.headers };
  if (operation.idempotency === 'required') {
    headers['idempotency-key'] = call.idempotencyKey ?? crypto.randomUUID();
  }
  let body: string | Uint8Array | undefined;
  if (isBinary(operation.body)) {
    headers['content-type'] = 'application/octet-stream';
    body = new TextEncoder().encode('customer_id,name\n1,Nobody\n');
  } else if (operation.body !== undefined) {
    headers['content-type'] = 'application/json';
    body = call.text ?? JSON.stringify(call.body ?? example.body);
  }
  if (body !== undefined) headers['content-length'] = String(Buffer.byteLength(body));
  const response = await via(urlOf(operation, { params, query }), {
    method: operation.method,
    headers,
    ...(body !== undefined && { body }),
  });
  return readAnswer(response);
}

/** The same, at the front-door. */
export const sendAs = (caller: Caller, operation: Operation, call: Call = {}): Promise<Answer> =>
  send(
    (path, request) => caller.fetch(`/api/${operation.service}${path}`, request),
    operation,
    call,
  );

/** What may differ between the answers about two ids: how the request is called, and its address. */
export const comparable = ({ status, contentType, body }: Answer): unknown => {
  const { requestId: _, instance: __, ...rest } = Object(body) as Record<string, unknown>;
  return { status, contentType, body: rest };
};

/** A request line exactly as spelled: URL parsers of clients would tidy it up. */
export function sendSpelled(options: {
  readonly origin: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}): Promise<{ status: number; text: string }> {
  const { hostname, port, host } = new URL(options.origin);
  return new Promise((resolve, reject) => {
    const sending = request(
      {
        hostname,
        port,
        path: options.path,
        method: options.method,
        headers: { host, ...options.headers },
        lookup: loopbackLookup,
        agent: false,
      },
      (received) => {
        let text = '';
        received.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        received.on('end', () => resolve({ status: received.statusCode ?? 0, text }));
      },
    );
    sending.on('error', reject);
    sending.end();
  });
}
