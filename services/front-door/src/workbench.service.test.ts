import { stat } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { decodeJwt, decodeProtectedHeader, generateKeyPair, importJWK, SignJWT } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../testing/browser.ts';
import { connectDevice } from '../testing/device-flow.ts';
import { type Person, type Stack, startStack } from '../testing/stack.ts';

const FOO = uuidv7();
const BAR = uuidv7();
const FOO_ACCOUNT = '111122223333';
const BAR_ACCOUNT = '444455556666';
let stack: Stack;
let dev: Person;
let stranger: Person;

beforeAll(async () => {
  stack = await startStack();
  dev = await stack.addPerson(FOO, ['data_scientist']);
  stranger = await stack.addPerson(BAR, ['data_scientist']);
  stack.services.people.tenantByAccount.set(FOO_ACCOUNT, FOO);
  stack.services.people.tenantByAccount.set(BAR_ACCOUNT, BAR);
});
afterAll(() => stack.close());

const exchange = (proof: string) =>
  ask(`${stack.origins.landing}/auth/workbench-identity`, {
    method: 'POST',
    headers: { authorization: `Bearer ${proof}`, 'content-type': 'application/json' },
    body: '{}',
  });

const tokenOf = async (accountId: string, person: Person): Promise<string> =>
  (await exchange(await stack.sts.sign(accountId, person.userId))).json<{ token: string }>().token;

const me = (token: string) =>
  ask(`${stack.origins.landing}/api/user-management/me`, {
    headers: { authorization: `Bearer ${token}` },
  });

describe("a workbench's signed identity", () => {
  it('becomes a short token that acts as the user of the role', async () => {
    const answer = await exchange(await stack.sts.sign(FOO_ACCOUNT, dev.userId));
    expect(answer.status).toBe(200);
    const { token, expiresInSeconds } = answer.json<{ token: string; expiresInSeconds: number }>();
    expect(expiresInSeconds).toBe(300);
    expect((await me(token)).json()).toEqual({ sub: dev.userId });
    expect(stack.services.seen.at(-1)?.claims).toMatchObject({ tenant_id: FOO, sub: dev.userId });
    const { exp = 0, iat = 0 } = decodeJwt(token);
    expect(exp - iat).toBe(300);
  });

  const proofs: Record<string, () => Promise<string>> = {
    'of a role that belongs to no person': () =>
      stack.sts.sign(FOO_ACCOUNT, dev.userId, {
        sub: `arn:aws:iam::${FOO_ACCOUNT}:role/AtelierLaunch`,
      }),
    'of a role on another path with the same name': () =>
      stack.sts.sign(FOO_ACCOUNT, dev.userId, {
        sub: `arn:aws:iam::${FOO_ACCOUNT}:role/evil/AtelierExecution-${dev.userId}`,
      }),
    "of another account's role": () =>
      stack.sts.sign(FOO_ACCOUNT, dev.userId, { accountClaim: BAR_ACCOUNT }),
    "of a user of another tenant, in the caller's own account": () =>
      stack.sts.sign(BAR_ACCOUNT, dev.userId),
    'of an account that is no workbench': () => stack.sts.sign('999999999999', dev.userId),
    'for another audience': () =>
      stack.sts.sign(FOO_ACCOUNT, dev.userId, { audience: 'http://elsewhere.example' }),
    'by another issuer': () =>
      stack.sts.sign(FOO_ACCOUNT, dev.userId, { issuer: 'http://evil.example/sts' }),
    'that expired a second ago': () => stack.sts.sign(FOO_ACCOUNT, dev.userId, { expiresIn: -1 }),
    "under a stranger's key": async () => {
      const { privateKey } = await generateKeyPair('ES384');
      return stack.sts.sign(FOO_ACCOUNT, dev.userId, { key: privateKey });
    },
    'by HS256': () =>
      stack.sts.sign(FOO_ACCOUNT, dev.userId, {
        algorithm: 'HS256',
        key: Buffer.from('x'.repeat(64)),
      }),
    'that is no proof but an API token': () => tokenOf(FOO_ACCOUNT, dev),
    'that is nothing': async () => 'x',
  };

  it.each(Object.entries(proofs))('%s is refused', async (_, make) => {
    const answer = await exchange(await make());
    expect(answer.status).toBe(401);
    expect(answer.json()).toMatchObject({ code: 'unauthenticated' });
  });

  it('is no API credential by itself', async () => {
    expect((await me(await stack.sts.sign(FOO_ACCOUNT, dev.userId))).status).toBe(401);
  });
});

it('is asked to come again while the issuer cannot be reached: that is no refusal', async () => {
  const unreachable = await startStack({
    workbench: { ...stack.sts.rules, jwksUri: 'http://127.0.0.1:9/jwks' },
  });
  try {
    const answer = await ask(`${unreachable.origins.landing}/auth/workbench-identity`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await stack.sts.sign(FOO_ACCOUNT, dev.userId)}` },
    });
    expect(answer.status).toBe(503);
  } finally {
    await unreachable.close();
  }
});

describe('the short token', () => {
  const signed = async (
    claims: Record<string, unknown>,
    header: Record<string, unknown> = {},
  ): Promise<string> => {
    const token = await tokenOf(FOO_ACCOUNT, dev);
    return new SignJWT({ ...decodeJwt(token), ...claims })
      .setProtectedHeader({ ...decodeProtectedHeader(token), alg: 'ES256', ...header })
      .sign(await importJWK(stack.tokens.privateKey('front-door'), 'ES256'));
  };
  const past = Math.floor(Date.now() / 1000) - 400;

  it('is refused expired, for another audience, of another type, and after the user is gone', async () => {
    expect((await me(await signed({}))).status).toBe(200);
    expect((await me(await signed({ iat: past, exp: past + 300 }))).status).toBe(401);
    expect((await me(await signed({ aud: 'user-management' }))).status).toBe(401);
    expect((await me(await signed({}, { typ: 'atelier-internal+jwt' }))).status).toBe(401);
    const leaver = await stack.addPerson(FOO, ['data_scientist']);
    const token = await tokenOf(FOO_ACCOUNT, leaver);
    expect((await me(token)).status).toBe(200);
    stack.services.people.byId.delete(leaver.userId);
    await expect.poll(async () => (await me(token)).status, { timeout: 5_000 }).toBe(401);
  });

  it('is no internal token: a service refuses it', async () => {
    const answer = await ask(`${stack.services.addresses['user-management']}/me`, {
      headers: { authorization: `Bearer ${await tokenOf(FOO_ACCOUNT, dev)}` },
    });
    expect(answer.status).toBe(401);
  });
});

/** One answer over a unix socket, with what stands before the request on the connection. */
const overSocket = (
  socketPath: string,
  path: string,
  given: { method?: string; authorization?: string; preamble?: string } = {},
): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const sending = httpRequest(
      {
        path,
        method: given.method ?? 'GET',
        headers: {
          host: '127.0.0.1:4567',
          ...(given.authorization === undefined ? {} : { authorization: given.authorization }),
        },
        createConnection: () => {
          const socket = connect(socketPath);
          if (given.preamble !== undefined) socket.write(given.preamble);
          return socket;
        },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sending.on('error', reject);
    sending.end();
  });

describe.each([
  ["an account's own socket", false],
  ["the relay's socket", true],
] as const)('%s', (_name, relayed) => {
  let path: string;
  const call = (
    url: string,
    given: { method?: string; authorization?: string; preamble?: string } = {},
  ) =>
    overSocket(path, url, {
      ...given,
      ...(relayed ? { preamble: given.preamble ?? `ACCOUNT ${FOO_ACCOUNT}\n` } : {}),
    });

  beforeAll(async () => {
    path = join(stack.home, `${relayed ? 'relay' : 'account'}.sock`);
    await (relayed
      ? stack.frontDoor.listenForRelay(path)
      : stack.frontDoor.listenForAccount(FOO_ACCOUNT, path));
  });

  it('is for its owner alone', async () => {
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('exchanges and takes what belongs to the account', async () => {
    const proof = await stack.sts.sign(FOO_ACCOUNT, dev.userId);
    const exchanged = await call('/auth/workbench-identity', {
      method: 'POST',
      authorization: `Bearer ${proof}`,
    });
    expect(exchanged.status).toBe(200);
    const { token } = JSON.parse(exchanged.text) as { token: string };
    const answer = await call('/api/user-management/me', { authorization: `Bearer ${token}` });
    expect(JSON.parse(answer.text)).toEqual({ sub: dev.userId });
  });

  it("refuses another account's proof and token, keys, access tokens and nobody", async () => {
    const proof = await stack.sts.sign(BAR_ACCOUNT, stranger.userId);
    const authorization = `Bearer ${proof}`;
    expect((await exchange(proof)).status).toBe(200);
    expect((await call('/auth/workbench-identity', { method: 'POST', authorization })).status).toBe(
      401,
    );
    stack.services.people.byApiKey.set('atk_good', dev);
    const { access_token } = await connectDevice(stack, dev);
    const tokens = [await tokenOf(BAR_ACCOUNT, stranger), 'atk_good', access_token];
    for (const token of tokens) {
      expect((await me(token)).status).toBe(200);
      const answer = await call('/api/user-management/me', { authorization: `Bearer ${token}` });
      expect(answer.status).toBe(401);
    }
    expect((await call('/api/user-management/me')).status).toBe(401);
    const anonymous = await call('/api/user-management/invitations/look-up', { method: 'POST' });
    expect(anonymous.status).toBe(401);
  });

  it('serves no applications, sign-ins or documents', async () => {
    for (const url of ['/', '/auth/login', '/docs/openapi/registration.json', '/auth/callback']) {
      expect((await call(url)).status).toBe(404);
    }
  });
});

it('hears nobody on the relay who does not begin with an account', async () => {
  const path = join(stack.home, 'strict.sock');
  await stack.frontDoor.listenForRelay(path);
  for (const preamble of [
    '',
    'ACCOUNT 12\n',
    `ACCOUNT ${FOO_ACCOUNT} \n`,
    `account ${FOO_ACCOUNT}\n`,
  ]) {
    await expect(overSocket(path, '/api/user-management/me', { preamble })).rejects.toThrow();
  }
});
