import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { loopbackLookup } from '@atelier/service-kit';

export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  json<T>(): T;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One answer, without cookies and without following redirects. */
export const ask = (url: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Page> =>
  new Promise((resolve, reject) => {
    const sending = httpRequest(url, { method, headers, lookup: loopbackLookup }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          url,
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: <T>() => JSON.parse(text) as T,
        });
      });
    });
    sending.on('error', reject);
    sending.end(body);
  });

/** As much of a browser as signing in needs: cookies per host and path, redirects, the first form of a page. */
export const createBrowser = () => {
  const jar = new Map<string, { host: string; path: string; name: string; value: string }>();

  const cookiesFor = ({ hostname, pathname }: URL): string =>
    [...jar.values()]
      .filter(({ host, path }) => host === hostname && pathname.startsWith(path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');

  const keep = (url: URL, lines: readonly string[]): void => {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(/;\s*/);
      const name = pair.slice(0, pair.indexOf('='));
      const path = /^path=(.+)$/i.exec(attributes.find((one) => /^path=/i.test(one)) ?? '')?.[1];
      const cookie = {
        host: url.hostname,
        path: path ?? '/',
        name,
        value: pair.slice(name.length + 1),
      };
      const key = `${cookie.host} ${cookie.path} ${name}`;
      const gone = attributes.some(
        (one) => /^max-age=0$/i.test(one) || /^expires=thu, 01 jan 1970/i.test(one),
      );
      if (gone) jar.delete(key);
      else jar.set(key, cookie);
    }
  };

  const send = async (url: string, given: Ask = {}): Promise<Page> => {
    const target = new URL(url);
    const cookie = cookiesFor(target);
    const page = await ask(url, {
      ...given,
      headers: {
        accept: 'text/html,*/*',
        ...(cookie === '' ? {} : { cookie }),
        ...given.headers,
      },
    });
    keep(target, page.headers['set-cookie'] ?? []);
    return page;
  };

  const open = async (url: string, given: Ask = {}): Promise<Page> => {
    let page = await send(url, given);
    for (let hops = 0; page.headers.location !== undefined && hops < 10; hops += 1) {
      page = await send(new URL(page.headers.location, page.url).href);
    }
    return page;
  };

  return {
    /** Without following redirects. */
    send,
    /** As if a person went there. */
    open,
    /** Fills in and sends the form of a page, its hidden fields included. */
    submit: (page: Page, fields: Readonly<Record<string, string>>): Promise<Page> => {
      const action = /<form[^>]*action="([^"]+)"/.exec(page.text)?.[1];
      if (action === undefined) throw new Error(`there is no form at ${page.url}: ${page.text}`);
      const hidden = [
        ...page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g),
      ];
      const form = new URLSearchParams({
        ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])),
        ...fields,
      });
      return open(new URL(action, page.url).href, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          origin: new URL(page.url).origin,
        },
        body: form.toString(),
      });
    },
    cookies: () => [...jar.values()],
    plant: (host: string, name: string, value: string): void => {
      jar.set(`${host} / ${name}`, { host, path: '/', name, value });
    },
  };
};
export type Browser = ReturnType<typeof createBrowser>;
