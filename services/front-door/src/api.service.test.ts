import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { operationsByService } from '@atelier/contracts';
import { firstBrokenLink, listAudit, loopbackLookup } from '@atelier/service-kit';
import { decodeJwt, decodeProtectedHeader, importJWK, type JWTPayload, SignJWT } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, type Browser, createBrowser } from '../testing/browser.ts';
import { connectDevice, type IssuedTokens } from '../testing/device-flow.ts';
import { soon } from '../testing/soon.ts';
import { type Person, type Stack, startStack } from '../testing/stack.ts';
import { strangersKey } from '../testing/strangers-key.ts';

const FOO = uuidv7();
let stack: Stack;
let mara: Person;
let browser: Browser;
let device: IssuedTokens;

beforeAll(async () => {
  stack = await startStack();
  mara = await stack.addPerson(FOO, ['marketer']);
  ({ browser } = await stack.signIn(mara));
  device = await connectDevice(stack, mara);
});
afterAll(() => stack.close());

const api = (path: string): string => `${stack.origins.crm}/api${path}`;
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const lastSeen = () => stack.services.seen.at(-1);

describe('what a service is told', () => {
  it('gets a token of a minute for itself alone, with user, tenant, roles and session', async () => {
    expect((await browser.send(api('/customer-management/customers?limit=5'))).status).toBe(200);
    const seen = lastSeen();
    expect(seen?.url).toBe('/customers?limit=5');
    expect(seen?.claims).toMatchObject({
      iss: 'atelier:front-door',
      aud: 'customer-management',
      sub: mara.userId,
      tenant_id: FOO,
      roles: ['marketer'],
      sid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const { exp = 0, iat = 0 } = seen?.claims ?? {};
    expect(exp - iat).toBeLessThanOrEqual(60);
  });

  it('never gets cookies, forged addresses, request ids or hop-by-hop headers', async () => {
    const answer = await browser.send(api('/customer-management/customers'), {
      headers: {
        'x-forwarded-for': '6.6.6.6',
        'x-request-id': 'mine',
        'x-tenant-id': 'someone-else',
        forwarded: 'for=6.6.6.6',
        connection: 'x-secret',
        'x-secret': '1',
      },
    });
    const { headers } = lastSeen() ?? {};
    expect(headers?.cookie).toBeUndefined();
    expect(headers?.['x-forwarded-for']).toBe('127.0.0.1');
    expect(headers?.['x-request-id']).toBe(answer.headers['x-request-id']);
    expect(headers?.['x-request-id']).not.toBe('mine');
    for (const name of ['x-tenant-id', 'forwarded', 'x-secret']) {
      expect(headers?.[name]).toBeUndefined();
    }
    expect(answer.headers['x-told']).toBe('yes');
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.headers['x-hop']).toBeUndefined();
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('lets public operations pass without anybody, and says nothing of who is signed in', async () => {
    const url = `${stack.origins.crm}/api/user-management/invitations/look-up`;
    const body = JSON.stringify({ token: 'x'.repeat(43) });
    const headers = { 'content-type': 'application/json' };
    const anonymous = await ask(url, { method: 'POST', headers, body });
    expect(anonymous.json()).toEqual({ looked: 'up' });
    await browser.send(url, { method: 'POST', headers, body });
    expect(lastSeen()?.headers.authorization).toBeUndefined();
  });
});

describe('what cannot be reached', () => {
  const internal = Object.entries(operationsByService).flatMap(([service, operations]) =>
    Object.values(operations)
      .filter(({ auth }) => auth.kind === 'service')
      .map(({ method, path }) => [method, `/${service}${path}`] as const),
  );

  it('has internal operations to refuse', () => {
    expect(internal.length).toBeGreaterThan(5);
  });

  it.each(internal)('%s %s is no address here', async (method, path) => {
    const url = api(path.replaceAll(/:[A-Za-z]+/g, () => uuidv7()));
    const answer = await browser.send(url, { method, headers: { 'atelier-request': '1' } });
    expect(answer.status).toBe(404);
    expect(answer.json()).toMatchObject({ code: 'not_found' });
  });

  it.each([
    '/user-management//internal/users',
    '/user-management/./internal/users',
    '/user-management/x/../internal/users',
    '/user-management/%69nternal/users',
    '/user-management/INTERNAL/users',
    '/user-management/internal/users/',
    '/user-management/users%2f..%2finternal%2fusers',
    '/user-management/users/..%2f..%2finternal%2fusers',
    '/user-management;x/internal/users',
    '/user-management/healthz',
    '/user-management/openapi.json',
    '/front-door/x',
    '/%2e%2e/internal',
  ])('DELETE and GET %s reach no service', async (path) => {
    const { seen, people } = stack.services;
    const before = [seen.length, people.asked];
    for (const method of ['DELETE', 'GET']) {
      const raw = await new Promise<number>((resolve, reject) => {
        const sending = httpRequest(
          {
            host: '127.0.0.1',
            port: stack.port,
            path: `/api${path}`,
            method,
            headers: {
              host: new URL(stack.origins.crm).host,
              'atelier-request': '1',
              cookie: browser
                .cookies()
                .map(({ name, value }) => `${name}=${value}`)
                .join('; '),
            },
          },
          (response) => {
            response.resume();
            resolve(response.statusCode ?? 0);
          },
        );
        sending.on('error', reject);
        sending.end();
      });
      expect([400, 404]).toContain(raw);
    }
    expect([seen.length, people.asked]).toEqual(before);
  });
});

describe('cross-site requests with the cookie', () => {
  const change = (headers: Record<string, string>) =>
    browser.send(api('/customer-management/as-of'), {
      method: 'PUT',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{}',
    });

  it('lets the application itself change things', async () => {
    const own = { origin: stack.origins.crm, 'sec-fetch-site': 'same-origin' };
    expect((await change({ 'atelier-request': '1', ...own })).status).toBe(200);
    expect((await change({ 'atelier-request': '1' })).status).toBe(200);
  });

  it.each([
    ['the header is missing', {}],
    ['the header says something else', { 'atelier-request': '0' }],
    ['the origin is foreign', { 'atelier-request': '1', origin: 'http://evil.example' }],
    ['the origin is null', { 'atelier-request': '1', origin: 'null' }],
    ['the fetch is cross-site', { 'atelier-request': '1', 'sec-fetch-site': 'cross-site' }],
    ['the fetch is from a sibling host', { 'atelier-request': '1', 'sec-fetch-site': 'same-site' }],
  ] as [string, Record<string, string>][])('refuses when %s', async (_, headers) => {
    const before = stack.services.seen.length;
    const answer = await change(headers);
    expect(answer.status).toBe(403);
    expect(answer.json()).toMatchObject({ code: 'forbidden' });
    expect(stack.services.seen.length).toBe(before);
  });

  it('refuses another application of ours as origin', async () => {
    const answer = await change({ 'atelier-request': '1', origin: stack.origins.admin });
    expect(answer.status).toBe(403);
  });

  it('refuses reading for a foreign page, too', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await browser.send(api('/customer-management/customers'), { headers })).status).toBe(
      403,
    );
  });

  it('needs no header where no cookie acts: a token is proof enough', async () => {
    const answer = await ask(api('/customer-management/as-of'), {
      method: 'PUT',
      ...bearer(device.access_token),
    });
    expect(answer.status).toBe(200);
  });
});

describe('access tokens', () => {
  const call = (token: string) => ask(api('/user-management/me'), bearer(token));

  it('of the provider, for this API, are taken', async () => {
    expect((await call(device.access_token)).json()).toEqual({ sub: mara.userId });
    expect(decodeProtectedHeader(device.access_token)).toMatchObject({
      alg: 'ES256',
      typ: 'at+jwt',
    });
  });

  it('are the person they name, whatever cookie comes with them', async () => {
    const dev = await stack.addPerson(uuidv7(), ['data_scientist']);
    const other = await stack.signIn(dev);
    const answer = await other.browser.send(
      api('/user-management/me'),
      bearer(device.access_token),
    );
    expect(answer.json()).toEqual({ sub: mara.userId });
  });

  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');

  const mutations: Record<string, () => Promise<string> | string> = {
    'the ID token of the same sign-in': () => device.id_token,
    'the refresh token': () => device.refresh_token,
    'alg none': () => {
      const { alg: _, ...header } = decodeProtectedHeader(device.access_token);
      return `${part({ ...header, alg: 'none' })}.${device.access_token.split('.')[1]}.`;
    },
    'no signature': () => `${device.access_token.split('.').slice(0, 2).join('.')}.`,
    'a changed subject under the old signature': () => {
      const [header, , signature] = device.access_token.split('.');
      return `${header}.${part({ ...decodeJwt(device.access_token), sub: uuidv7() })}.${signature}`;
    },
    'HS256 with the public key as secret': async () => {
      const keys = await ask(`${stack.origins.identity}/jwks`);
      const { kid } = decodeProtectedHeader(device.access_token);
      return new SignJWT(decodeJwt(device.access_token))
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: kid ?? '' })
        .sign(Buffer.from(JSON.stringify(keys.json<{ keys: object[] }>().keys[0])));
    },
    "a stranger's key under the real kid": () => signed({}, { key: strangersKey() }),
    "a stranger's key in the header": () => {
      const key = strangersKey();
      const { d: _, ...jwk } = key;
      return signed({}, { key, header: { jwk } });
    },
    'a foreign jku': () =>
      signed({}, { key: strangersKey(), header: { jku: 'http://evil.example/jwks', kid: 'evil' } }),
    'an unknown kid': () => signed({}, { header: { kid: 'nobody' } }),
    'expired a second ago': () => signed({ exp: now() - 1, iat: now() - 601 }),
    'not valid yet': () => signed({ nbf: now() + 60 }),
    'no expiry': () => signed({ exp: undefined }),
    'no subject': () => signed({ sub: undefined }),
    'another audience': () => signed({ aud: 'http://elsewhere.example/api' }),
    'an audience that only begins alike': () => signed({ aud: `${stack.apiAudience}/x` }),
    'another issuer': () => signed({ iss: 'http://evil.example' }),
    'the issuer with a slash': () => signed({ iss: `${stack.origins.identity}/` }),
    'another type of token': () => signed({}, { header: { typ: 'JWT' } }),
    'an internal token of the front-door itself': () =>
      stack.tokens.asPerson('user-management', { ...mara, userId: mara.userId }),
    'a service token': () => stack.tokens.asService('user-management', 'registration', FOO),
    'an API key that nobody made': () => 'atk_x',
    'not a token at all': () => 'x',
    'three dots': () => '...',
    'a token of nobody here': () => signed({ sub: uuidv7() }),
  };

  const now = () => Math.floor(Date.now() / 1000);
  /** Signed by the provider's own key, unless a header or another key is given. */
  const signed = async (
    claims: { readonly [claim in keyof JWTPayload]?: JWTPayload[claim] | undefined },
    given: { key?: ReturnType<typeof strangersKey>; header?: object } = {},
  ): Promise<string> =>
    new SignJWT({ ...decodeJwt(device.access_token), ...claims } as JWTPayload)
      .setProtectedHeader({
        alg: 'ES256',
        typ: 'at+jwt',
        kid: stack.identity.signingKey.kid ?? '',
        ...given.header,
      })
      .sign(await importJWK(given.key ?? stack.identity.signingKey, 'ES256'));

  it('signed anew without a change are taken: the corpus below is refused for its changes', async () => {
    expect((await call(await signed({}))).status).toBe(200);
  });

  it.each(Object.entries(mutations))('%s is refused', async (_, mutate) => {
    const before = stack.services.seen.length;
    const answer = await call(await mutate());
    expect(answer.status).toBe(401);
    expect(answer.json()).toMatchObject({ code: 'unauthenticated' });
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(stack.services.seen.length).toBe(before);
  });

  it.each(
    ['Basic eDp5', 'Bearer', 'Bearer a b', 'bearer x', `Bearer ${'x'.repeat(9000)}`].map(
      (one) => [one.slice(0, 20), one] as const,
    ),
  )('%s is no credential', async (_, authorization) => {
    const answer = await ask(api('/user-management/me'), { headers: { authorization } });
    expect(answer.status).toBe(401);
  });

  it('stop working within 5 s when the person is removed, without any event', async () => {
    const leaver = await stack.addPerson(FOO, ['marketer']);
    const { access_token } = await connectDevice(stack, leaver);
    expect((await call(access_token)).status).toBe(200);
    stack.services.people.byIdentity.delete(`${stack.origins.identity} ${leaver.subject}`);
    const removed = performance.now();
    await expect.poll(async () => (await call(access_token)).status, { timeout: 5_000 }).toBe(401);
    expect(performance.now() - removed).toBeLessThan(5_000);
  });
});

describe('API keys', () => {
  it('act for their person with the roles of the key', async () => {
    stack.services.people.byApiKey.set('atk_good', { ...mara, roles: ['data_scientist'] });
    const answer = await ask(api('/customer-management/customers'), bearer('atk_good'));
    expect(answer.status).toBe(200);
    expect(lastSeen()?.claims).toMatchObject({ sub: mara.userId, roles: ['data_scientist'] });
    expect(lastSeen()?.claims?.sid).toBeUndefined();
  });
});

describe('bodies', () => {
  it('stream through as they come: the service has the first part before the last is sent', async () => {
    const sending = httpRequest(api(`/customer-management/imports/${uuidv7()}/file`), {
      method: 'PUT',
      lookup: loopbackLookup,
      headers: {
        authorization: `Bearer ${device.access_token}`,
        'content-type': 'application/octet-stream',
      },
    });
    const hash = createHash('sha256');
    const send = (bytes: number) => {
      const chunk = randomBytes(bytes);
      hash.update(chunk);
      sending.write(chunk);
    };
    const answered = once(sending, 'response');
    send(3_000_000);
    await soon(() => stack.services.uploads.receivedBytes).toBe(3_000_000);
    for (let part = 0; part < 5; part += 1) send(1_000_000);
    sending.end();
    const [response] = await answered;
    let text = '';
    for await (const chunk of response) text += chunk;
    expect(JSON.parse(text)).toEqual({ bytes: 8_000_000, sha256: hash.digest('hex') });
  });

  it('larger than the operation takes are refused, announced or not', async () => {
    const url = api('/customer-management/as-of');
    const headers = { ...bearer(device.access_token).headers, 'content-type': 'application/json' };
    const body = `{"x":"${'x'.repeat(1_100_000)}"}`;
    const announced = await ask(url, {
      method: 'PUT',
      headers: { ...headers, 'content-length': String(body.length) },
      body,
    });
    expect(announced.status).toBe(413);
    const chunked = await ask(url, {
      method: 'PUT',
      headers: { ...headers, 'transfer-encoding': 'chunked' },
      body,
    });
    expect(chunked.status).toBe(413);
    expect(chunked.json()).toMatchObject({ code: 'payload_too_large' });
  });
});

describe('problems and their traces', () => {
  it('says 401 to nobody and 503 when a service is gone, as RFC 9457', async () => {
    const nobody = await ask(api('/user-management/me'));
    expect(nobody.status).toBe(401);
    expect(nobody.json()).toMatchObject({
      code: 'unauthenticated',
      requestId: nobody.headers['x-request-id'],
    });
    const gone = await browser.send(api('/data-management/datasets'));
    expect(gone.status).toBe(503);
    expect(gone.json()).toMatchObject({ code: 'unavailable' });
  });

  it("keeps refusals in the audit: the caller's tenant's, or the provider's where there is none", async () => {
    const forged = await ask(api('/user-management/me'), bearer('atk_forged'));
    const crossSite = await browser.send(api('/customer-management/as-of'), { method: 'PUT' });
    const tess = await stack.signIn(await stack.addPerson(FOO, ['tenant_admin']));
    const stranger = await stack.signIn(await stack.addPerson(uuidv7(), ['tenant_admin']));
    const operator = await stack.signIn(
      await stack.addPerson(null, ['platform_operator']),
      'admin',
    );
    const entries = async ({ browser: reader }: { browser: Browser }, url: string) => {
      const answer = await reader.send(url);
      return answer
        .json<{ items?: { requestId: string; outcome: string; actor: string }[] }>()
        .items?.map(({ requestId, outcome, actor }) => ({ requestId, outcome, actor }));
    };
    const platformAudit = `${stack.origins.admin}/api/front-door/platform-audit?limit=500`;
    const ofTenant = {
      requestId: crossSite.headers['x-request-id'],
      outcome: 'refused',
      actor: `user:${mara.userId}`,
    };
    await soon(() => entries(operator, platformAudit)).toContainEqual({
      requestId: forged.headers['x-request-id'],
      outcome: 'refused',
      actor: 'anonymous',
    });
    await soon(() => entries(tess, api('/front-door/audit'))).toContainEqual(ofTenant);
    expect(await entries(stranger, api('/front-door/audit'))).toEqual([]);
    expect(await entries(operator, platformAudit)).not.toContainEqual(ofTenant);
    expect((await browser.send(api('/front-door/audit'))).status).toBe(403);
    expect((await tess.browser.send(api('/front-door/platform-audit'))).status).toBe(403);
    expect((await ask(api('/front-door/audit'))).status).toBe(401);
  });

  it('keeps the chain of each audit whole', async () => {
    const chain = await stack.databases.database.transaction(FOO, (transaction) =>
      listAudit(transaction, FOO, { limit: 10_000, before: null }),
    );
    expect(chain.length).toBeGreaterThan(5);
    expect(firstBrokenLink(chain.toReversed())).toBeNull();
  });
});

it('rations public operations per address', async () => {
  const rationed = await startStack({ publicRateLimit: { burst: 5, perMinute: 1 } });
  try {
    const call = () =>
      ask(`${rationed.origins.crm}/api/user-management/invitations/look-up`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
    const statuses: number[] = [];
    for (let calls = 0; calls < 7; calls += 1) statuses.push((await call()).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
  } finally {
    await rationed.close();
  }
});

it('is not fooled by a session cookie of another browser jar', async () => {
  const empty = createBrowser();
  expect((await empty.send(api('/user-management/me'))).status).toBe(401);
});
