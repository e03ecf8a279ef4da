import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { loopbackLookup } from '@atelier/service-kit';

export interface LoopbackRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | null;
  readonly signal?: AbortSignal | null;
}

/** `fetch` for the addresses of an instance, which Node's own does not resolve. Follows no redirect. */
export function loopbackFetch(url: string, options: LoopbackRequest = {}): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sending = httpRequest(
      url,
      {
        method: options.method ?? 'GET',
        headers: options.headers ?? {},
        lookup: loopbackLookup,
        ...(options.signal ? { signal: options.signal } : {}),
      },
      (received) => {
        const headers = new Headers();
        for (const [name, value] of Object.entries(received.headers)) {
          for (const one of [value ?? []].flat()) headers.append(name, one);
        }
        const status = received.statusCode ?? 502;
        const empty = status === 204 || status === 304;
        if (empty) received.resume();
        const body = empty ? null : (Readable.toWeb(received) as ReadableStream<Uint8Array>);
        resolve(new Response(body, { status, headers }));
      },
    );
    sending.on('error', reject);
    sending.end(options.body ?? undefined);
  });
}
