import { randomUUID } from 'node:crypto';
import { freePort, startTestDatabase, type TestDatabase } from '@atelier/single-machine/testing';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openIdentityPool, startIdentityProvider } from '../testing/index.ts';

const PASSWORD = 'correct horse battery staple';
const CLIENT = {
  clientId: 'atelier-crm',
  clientSecret: 'a secret of sixteen letters and more',
  name: 'CRM',
  origin: 'http://crm.example',
};
// RFC 7636, appendix B.
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

let database: TestDatabase;
let pool: pg.Pool;
let provider: Awaited<ReturnType<typeof startIdentityProvider>>;
let issuer: string;

const start = async (port: number) => {
  issuer = `http://127.0.0.1:${port}`;
  return startIdentityProvider({ pool, issuer, clients: [CLIENT], port });
};

beforeAll(async () => {
  database = await startTestDatabase();
  pool = await openIdentityPool(database);
  provider = await start(await freePort());
});
afterAll(async () => {
  await provider.close();
  await pool.end();
  await database.stop();
});

const authorise = (changed: Record<string, string> = {}): string => {
  const url = new URL('/auth', issuer);
  url.search = new URLSearchParams({
    client_id: CLIENT.clientId,
    redirect_uri: `${CLIENT.origin}/auth/callback`,
    response_type: 'code',
    scope: 'openid',
    state: 's',
    nonce: 'n',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...changed,
  }).toString();
  return url.href;
};

/** Follows redirects within the provider, with its cookies; the first address outside ends the walk. */
const walk = async (url: string, cookies: Map<string, string>, init: RequestInit = {}) => {
  let target = url;
  let given = init;
  for (let hops = 0; hops < 10; hops += 1) {
    const response = await fetch(target, {
      ...given,
      redirect: 'manual',
      headers: {
        ...given.headers,
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const location = response.headers.get('location');
    if (location === null) return { response, location: null, text: await response.text() };
    target = new URL(location, target).href;
    if (!target.startsWith(issuer)) return { response, location: target, text: '' };
    given = {};
  }
  throw new Error('too many redirects');
};

const signIn = async (email: string) => {
  const cookies = new Map<string, string>();
  const form = await walk(authorise(), cookies);
  const action = /action="([^"]+)"/.exec(form.text)?.[1] ?? '';
  const { location } = await walk(new URL(action, issuer).href, cookies, {
    method: 'POST',
    body: new URLSearchParams({ email, password: PASSWORD }),
  });
  return { code: new URL(location ?? '').searchParams.get('code') ?? '', cookies };
};

const redeem = (changed: Record<string, string> = {}, secret = CLIENT.clientSecret) =>
  fetch(`${issuer}/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${CLIENT.clientId}:${encodeURIComponent(secret)}`).toString('base64')}`,
    },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      redirect_uri: `${CLIENT.origin}/auth/callback`,
      code_verifier: VERIFIER,
      ...changed,
    }),
  });

const someone = async () => {
  const email = `${randomUUID()}@foo.example`;
  const { subject } = await provider.directory.ensureUser({ email, name: 'Dev' });
  await provider.directory.setPassword(subject, PASSWORD);
  return { email, subject };
};

describe('a code', () => {
  it('is worth an ID token that names the subject and nothing else of the person', async () => {
    const { email, subject } = await someone();
    const { code } = await signIn(email);
    const { id_token } = (await (await redeem({ code })).json()) as { id_token: string };
    const keys = (await (await fetch(`${issuer}/jwks`)).json()) as Parameters<
      typeof createLocalJWKSet
    >[0];
    const { payload } = await jwtVerify(id_token, createLocalJWKSet(keys), {
      issuer,
      audience: CLIENT.clientId,
      algorithms: ['ES256'],
    });
    expect(payload).toMatchObject({ sub: subject, nonce: 'n' });
    expect(JSON.stringify(payload)).not.toContain(email);
    expect(JSON.stringify(keys)).not.toContain('"d"');
    expect(decodeProtectedHeader(id_token).alg).toBe('ES256');
  });

  it('is refused a second time, with another verifier, address or secret', async () => {
    const { email } = await someone();
    for (const changed of [
      { code_verifier: VERIFIER.toLowerCase() },
      { code_verifier: '' },
      { redirect_uri: 'http://evil.example/auth/callback' },
    ]) {
      const { code } = await signIn(email);
      expect((await redeem({ code, ...changed })).ok).toBe(false);
    }
    const { code } = await signIn(email);
    expect((await redeem({ code }, 'another secret')).status).toBe(401);
    expect((await redeem({ code })).status).toBe(200);
    expect((await redeem({ code })).status).toBe(400);
  });

  it('is given to no address that is not registered, without PKCE to none at all', async () => {
    for (const redirect of [
      'http://evil.example/auth/callback',
      `${CLIENT.origin}.evil.example/auth/callback`,
      `${CLIENT.origin}/auth/callback/../../x`,
      `${CLIENT.origin}/auth/callback?x=1`,
    ]) {
      const { location, response, text } = await walk(
        authorise({ redirect_uri: redirect }),
        new Map(),
      );
      expect(location).toBeNull();
      expect(response.status).toBe(400);
      expect(text).toContain('That did not work');
    }
    for (const changed of [
      { code_challenge: '' },
      { code_challenge_method: 'plain', code_challenge: VERIFIER },
    ]) {
      const { location } = await walk(authorise(changed), new Map());
      expect(location).toContain('error=invalid_request');
    }
  });
});

describe('a session at the provider', () => {
  const isSignedIn = async (cookies: Map<string, string>): Promise<boolean> => {
    const { location } = await walk(authorise({ prompt: 'none' }), new Map(cookies));
    return new URL(location ?? '').searchParams.has('code');
  };

  it('opens the next application without a password, until the password changes', async () => {
    const { email, subject } = await someone();
    const { cookies } = await signIn(email);
    expect(await isSignedIn(cookies)).toBe(true);
    await provider.directory.setPassword(subject, `${PASSWORD} 2`);
    expect(await isSignedIn(cookies)).toBe(false);
  });

  it('ends when the person is disabled', async () => {
    const { email, subject } = await someone();
    const { cookies } = await signIn(email);
    await provider.directory.disableUser(subject);
    expect(await isSignedIn(cookies)).toBe(false);
  });

  it('leads nobody to a foreign address after its end', async () => {
    const url = new URL('/session/end', issuer);
    url.searchParams.set('client_id', CLIENT.clientId);
    url.searchParams.set('post_logout_redirect_uri', 'http://evil.example/');
    const { location, response } = await walk(url.href, new Map());
    expect(location).toBeNull();
    expect(response.status).toBe(400);
  });
});

it('takes a form only from its own pages', async () => {
  const { email } = await someone();
  const cookies = new Map<string, string>();
  const form = await walk(authorise(), cookies);
  const action = /action="([^"]+)"/.exec(form.text)?.[1] ?? '';
  const foreign = await walk(new URL(action, issuer).href, cookies, {
    method: 'POST',
    headers: { origin: 'http://evil.example' },
    body: new URLSearchParams({ email, password: PASSWORD }),
  });
  expect(foreign.response.status).toBe(403);
});

it('remembers everything that counts over a restart', async () => {
  const { email, subject } = await someone();
  const { code } = await signIn(email);
  const port = Number(new URL(issuer).port);
  await provider.close();
  provider = await start(port);
  const answer = await redeem({ code });
  expect(answer.status).toBe(200);
  const { id_token } = (await answer.json()) as { id_token: string };
  expect(JSON.parse(Buffer.from(id_token.split('.')[1] ?? '', 'base64url').toString()).sub).toBe(
    subject,
  );
});
