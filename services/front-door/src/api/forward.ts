import { type Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { Transform } from 'node:stream';
import { BusinessError } from '@atelier/service-kit';

/** Headers of one connection, not of the message (RFC 9110, 7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The headers of the message itself: neither the connection's own nor what `Connection` names as such. */
export const endToEnd = (headers: IncomingHttpHeaders): Record<string, string | string[]> => {
  const named = new Set(
    (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()),
  );
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !HOP_BY_HOP.has(name) && !named.has(name)) kept[name] = value;
  }
  return kept;
};

const tooLarge = (maxBytes: number): BusinessError =>
  new BusinessError('payload_too_large', `The body is larger than ${maxBytes} bytes.`);

const limit = (maxBytes: number): Transform => {
  let received = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.byteLength;
      if (received > maxBytes) done(tooLarge(maxBytes));
      else done(null, chunk);
    },
  });
};

export interface Forwarding {
  /** `http://127.0.0.1:8090` */
  readonly address: string;
  /** With the query, as it was received. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly maxBytes: number;
  readonly agent: Agent;
  /** Fires when the one who asked is gone. */
  readonly signal: AbortSignal;
}

/**
 * Sends a request on, its body as it comes, and returns the answer as soon as its head is there. Throws
 * `payload_too_large`, and `unavailable` when nobody answers.
 */
export const forward = (received: IncomingMessage, to: Forwarding): Promise<IncomingMessage> => {
  const announced = Number(received.headers['content-length'] ?? 0);
  if (announced > to.maxBytes) return Promise.reject(tooLarge(to.maxBytes));
  const hasBody = announced > 0 || received.headers['transfer-encoding'] !== undefined;
  const target = new URL(to.address);

  return new Promise((resolve, reject) => {
    const send = (mayRepeat: boolean): void => {
      const sending = request({
        host: target.hostname,
        port: target.port,
        path: to.path,
        method: received.method,
        headers: {
          ...to.headers,
          ...(announced > 0 ? { 'content-length': String(announced) } : {}),
        },
        agent: to.agent,
        signal: to.signal,
      });
      sending.on('response', resolve);
      sending.on('error', (cause: Error & { code?: string }) => {
        // The peer closed an idle connection at the moment it was taken again; nothing was done.
        if (mayRepeat && sending.reusedSocket && cause.code === 'ECONNRESET') send(false);
        else reject(new BusinessError('unavailable', 'The service does not answer.', { cause }));
      });
      if (!hasBody) {
        sending.end();
        return;
      }
      const limited = limit(to.maxBytes);
      limited.on('error', (error) => {
        reject(error);
        received.unpipe(limited);
        sending.destroy();
      });
      received.on('close', () => {
        if (!received.complete) sending.destroy();
      });
      received.pipe(limited).pipe(sending);
    };
    send(!hasBody);
  });
};
