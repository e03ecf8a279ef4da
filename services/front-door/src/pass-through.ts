import { Agent, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { BusinessError } from '@atelier/service-kit';
import { endToEnd, forward } from './api/forward.ts';

/** A host whose requests another listener answers as they are: the identity provider, caught mail. */
export interface PassThrough {
  /** `identity`, `mail`: how the configuration calls its address. */
  readonly name: string;
  /** `http://id.atelier.localhost:8080` */
  readonly origin: string;
  /** `http://127.0.0.1:8090` */
  readonly address: string;
}

const MAX_BYTES = 1024 * 1024;

/** Hands requests of whole hosts on. The one who answers learns host, scheme and address from headers that only we write. */
export const createPassThrough = () => {
  const agent = new Agent({ keepAlive: true, keepAliveMsecs: 10_000, maxFreeSockets: 16 });
  return {
    answer: async (
      received: IncomingMessage,
      response: ServerResponse,
      to: PassThrough & { readonly clientAddress: string; readonly requestId: string },
    ): Promise<void> => {
      const gone = new AbortController();
      response.on('close', () => gone.abort());
      const { host, protocol } = new URL(to.origin);
      const { forwarded: _forwarded, ...headers } = endToEnd(received.headers);
      try {
        const answered = await forward(received, {
          address: to.address,
          path: received.url ?? '/',
          headers: {
            ...headers,
            host,
            'x-forwarded-for': to.clientAddress,
            'x-forwarded-host': host,
            'x-forwarded-proto': protocol.slice(0, -1),
            'x-request-id': to.requestId,
          },
          maxBytes: MAX_BYTES,
          agent,
          signal: gone.signal,
        });
        response.writeHead(answered.statusCode ?? 502, endToEnd(answered.headers));
        pipeline(answered, response, () => undefined);
      } catch (error) {
        if (response.headersSent || response.destroyed) {
          response.destroy();
          return;
        }
        const large = error instanceof BusinessError && error.code === 'payload_too_large';
        response.writeHead(large ? 413 : 503, { 'content-type': 'text/plain; charset=utf-8' });
        response.end(large ? 'Too large.\n' : 'Not available at the moment. Try again shortly.\n');
      }
    },
    close: (): void => agent.destroy(),
  };
};
