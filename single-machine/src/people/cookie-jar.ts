import { type LoopbackRequest, loopbackFetch } from './loopback-fetch.ts';

export interface Visit {
  readonly url: string;
  readonly response: Response;
}

/** As much of a browser as signing in needs: cookies by host, and redirects. */
export interface CookieJar {
  send(url: string, request?: LoopbackRequest): Promise<Visit>;
  /** Follows redirects to their end. */
  open(url: string, request?: LoopbackRequest): Promise<Visit>;
}

const MAX_REDIRECTS = 10;

export function createCookieJar(): CookieJar {
  const hosts = new Map<string, Map<string, string>>();

  function keep(hostname: string, lines: readonly string[]): void {
    const cookies = hosts.get(hostname) ?? new Map<string, string>();
    hosts.set(hostname, cookies);
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(/;\s*/);
      const name = pair.slice(0, pair.indexOf('='));
      const gone = attributes.some((one) => /^max-age=0$|^expires=thu, 01 jan 1970/i.test(one));
      if (gone) cookies.delete(name);
      else cookies.set(name, pair.slice(name.length + 1));
    }
  }

  async function send(url: string, request: LoopbackRequest = {}): Promise<Visit> {
    const { hostname } = new URL(url);
    const cookie = [...(hosts.get(hostname) ?? [])].map(([name, value]) => `${name}=${value}`);
    const response = await loopbackFetch(url, {
      ...request,
      headers: { ...(cookie.length > 0 && { cookie: cookie.join('; ') }), ...request.headers },
    });
    keep(hostname, response.headers.getSetCookie());
    return { url, response };
  }

  return {
    send,
    async open(url, request) {
      let visit = await send(url, request);
      for (let hops = 0; hops < MAX_REDIRECTS; hops += 1) {
        const location = visit.response.headers.get('location');
        if (location === null) return visit;
        await visit.response.body?.cancel();
        visit = await send(new URL(location, visit.url).href);
      }
      throw new Error(`${url} redirects without end`);
    },
  };
}
