import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { loopbackLookup } from '@atelier/service-kit';

type Fetch = (url: string, options?: FetchOptions) => Promise<Response>;

interface FetchOptions {
  readonly method?: string;
  readonly headers?: ConstructorParameters<typeof Headers>[0];
  // What openid-client and jose send: nothing, or a form.
  readonly body?: unknown;
  readonly signal?: AbortSignal | null;
}

/**
 * `fetch` that also finds `*.localhost`, which Node's own does not resolve. Follows no redirect. Bodies are strings or
 * forms.
 */
export const loopbackFetch: Fetch = (url, options = {}) => {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'http:' || !hostname.endsWith('localhost')) {
    return fetch(url, { ...(options as RequestInit), redirect: 'manual' });
  }
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      {
        method: options.method ?? 'GET',
        headers: Object.fromEntries(new Headers(options.headers)),
        lookup: loopbackLookup,
        ...(options.signal ? { signal: options.signal } : {}),
      },
      (response) => {
        const headers = new Headers();
        for (const [name, value] of Object.entries(response.headers)) {
          if (value !== undefined) headers.set(name, String(value));
        }
        const status = response.statusCode ?? 502;
        const body = [204, 304].includes(status) ? null : Readable.toWeb(response);
        resolve(
          new Response(body as ConstructorParameters<typeof Response>[0], { status, headers }),
        );
      },
    );
    request.on('error', reject);
    request.end(
      options.body === undefined || options.body === null ? undefined : String(options.body),
    );
  });
};
