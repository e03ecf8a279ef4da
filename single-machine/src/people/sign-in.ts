import {
  type Client,
  createClient,
  type Operation,
  operationsByService,
  type Principal,
  type ServiceName,
} from '@atelier/contracts';
import type { Addresses } from '../instance/addresses.ts';
import { createCookieJar } from './cookie-jar.ts';
import { type LoopbackRequest, loopbackFetch } from './loopback-fetch.ts';

/** The API as somebody sees it from outside. */
export interface Caller {
  /** A typed client of one service. Answers that are no success throw `ProblemError`. */
  api<Service extends ServiceName>(service: Service): Client<(typeof operationsByService)[Service]>;
  /** A request to the application's origin with whatever proves who calls. */
  fetch(path: string, request?: LoopbackRequest): Promise<Response>;
}

export interface SignedIn extends Caller {
  readonly user: Principal;
}

function callerAt(
  origin: string,
  send: (url: string, request: LoopbackRequest) => Promise<Response>,
): Caller {
  // The client gives strings and bytes only, and headers as an object: what `send` takes.
  const asFetch = ((url: string, request: LoopbackRequest) => send(url, request)) as typeof fetch;
  return {
    api: (service) =>
      createClient(
        operationsByService[service] as Readonly<
          Record<string, Operation>
        > as (typeof operationsByService)[typeof service],
        { baseUrl: `${origin}/api/${service}`, fetch: asFetch },
      ),
    fetch: (path, request = {}) => send(origin + path, request),
  };
}

/** Nobody in particular: what the landing page may ask. */
export function anonymous(addresses: Addresses): Caller {
  return callerAt(addresses.landing, (url, request) => loopbackFetch(url, request));
}

/** Whoever holds an API key. */
export function withApiKey(addresses: Addresses, key: string): Caller {
  return callerAt(addresses.landing, (url, request) =>
    loopbackFetch(url, {
      ...request,
      headers: { ...request.headers, authorization: `Bearer ${key}` },
    }),
  );
}

/** Signs a person in as a browser would: redirects, the provider's form, the session's cookie. */
export async function signIn(options: {
  readonly addresses: Addresses;
  readonly application: 'crm' | 'admin' | 'landing';
  readonly email: string;
  readonly password: string;
}): Promise<SignedIn> {
  const { email, password } = options;
  const origin = options.addresses[options.application];
  const jar = createCookieJar();
  const form = await jar.open(`${origin}/auth/login?next=/auth/session`);
  const action = /<form[^>]*action="([^"]+)"/.exec(await form.response.text())?.[1];
  if (action === undefined) throw new Error(`there is no sign-in form at ${form.url}`);
  const { response } = await jar.open(new URL(action, form.url).href, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: new URL(form.url).origin,
    },
    body: new URLSearchParams({ email, password }).toString(),
  });
  if (!response.ok) throw new Error(`${email} could not sign in: HTTP ${response.status}`);
  const { user } = (await response.json()) as { user: Principal };
  const caller = callerAt(
    origin,
    async (url, request) =>
      (
        await jar.send(url, {
          ...request,
          headers: { 'atelier-request': '1', ...request.headers },
        })
      ).response,
  );
  return { ...caller, user };
}
