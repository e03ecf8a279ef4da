import { createHmac } from 'node:crypto';
import { type Operation, operationsByService, SERVICES } from '@atelier/contracts';
import { createTokenSigner, serviceSubject, type TokenSubject } from '@atelier/service-kit';
import { type Inside, openInside } from '@atelier/single-machine/inside';
import { type Caller, loopbackFetch, withApiKey } from '@atelier/single-machine/people';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStack, type Stack } from '../harness/stack.ts';
import { createAuditTrail } from './audit-trail.ts';
import { betweenServices } from './cases.ts';
import { newParty, type Party } from './party.ts';
import { type Answer, send, sendSpelled } from './requests.ts';

/** What stands behind the front-door takes only tokens that one of the platform's own signed for it. */
let stack: Stack;
let inside: Inside;
let foo: Party;
let apiKey: string;
let byKey: Caller;
const trail = createAuditTrail();

beforeAll(async () => {
  stack = openStack();
  inside = await openInside(stack.instance);
  foo = await newParty(stack, 'foo');
  const { secret } = await foo.tenant.admin.api('user-management').createApiKey({
    body: { name: 'attack', roles: ['tenant_admin'], expiresInSeconds: 3600 },
    idempotencyKey: crypto.randomUUID(),
  });
  apiKey = secret ?? '';
  byKey = withApiKey(stack.instance.addresses, apiKey);
});
afterAll(() => inside.close());

/** Straight to the listener of a service, as no caller from outside can. */
const direct = (operation: Operation, token: string | null): Promise<Answer> =>
  send(
    (path, request) =>
      loopbackFetch(`${inside.serviceAddresses[operation.service]}${path}`, {
        ...request,
        headers: {
          ...request.headers,
          'x-request-id': crypto.randomUUID(),
          ...(token !== null && { authorization: `Bearer ${token}` }),
        },
      }),
    operation,
  );

const everyRole = (): TokenSubject => ({
  sub: foo.tenant.admin.user.userId,
  tenant_id: foo.tenant.tenantId,
  roles: ['tenant_admin', 'data_scientist', 'marketer'],
});

const named = (operations: readonly Operation[]) =>
  operations.map((one) => [`${one.service}.${one.name}`, one] as const);

describe('an operation between services', () => {
  test.each(named(betweenServices))('%s refuses people', async (_name, operation) => {
    const privateKey = inside.secrets.signingKeys['front-door'];
    const person = createTokenSigner({ caller: 'front-door', privateKey });
    const answer = await direct(operation, await person.sign(operation.service, everyRole()));
    expect(answer.status).toBe(403);
    trail.expect(answer.requestId, 'tenant', `403 of ${operation.name} to a person`);
    expect((await direct(operation, apiKey)).status).toBe(401);
    expect((await direct(operation, null)).status).toBe(401);
  });

  test.each(named(betweenServices))('%s refuses other services', async (_name, operation) => {
    const callers = operation.auth.kind === 'service' ? operation.auth.callers : [];
    for (const caller of [...SERVICES, 'data-management-worker', 'front-door'] as const) {
      if (callers.includes(caller)) continue;
      const signer = createTokenSigner({
        caller,
        privateKey: inside.secrets.signingKeys[caller],
      });
      const subject = serviceSubject(caller, foo.tenant.tenantId);
      const answer = await direct(operation, await signer.sign(operation.service, subject));
      expect({ caller, status: answer.status }).toEqual({ caller, status: 403 });
      trail.expect(answer.requestId, 'tenant', `403 of ${operation.name} to ${caller}`);
    }
  });

  /** Spellings of `/internal/…` that a careless router would take for it. */
  const spellings = (path: string): readonly string[] => [
    `/${path}`,
    path.replace('/internal', '/./internal'),
    path.replace('/internal', '/audit/../internal'),
    path.replace('/internal', '/%2e/internal'),
    path.replace('/internal', '/audit/%2e%2e/internal'),
    path.replace('/internal', '/%69nternal'),
    path.replace('/internal', '//internal'),
    path.replace('/internal/', '/internal%2f'),
    path.replace('/internal', '/INTERNAL'),
    path.replace('/internal', '/internal;x=1'),
    path.replace('/internal', '/audit%2f..%2finternal'),
    `${path}/`,
    `${path}%00`,
    path.replace('/internal', '\\internal'),
  ];

  test.each(named(betweenServices))('%s has no spelling outside', async (_name, operation) => {
    const { service, method, example } = operation;
    const path = operation.path.replace(/:([A-Za-z]+)/g, (_, name: string) =>
      String(example.params?.[name]),
    );
    for (const spelled of spellings(path)) {
      const { status } = await sendSpelled({
        origin: stack.instance.addresses.landing,
        method,
        path: `/api/${service}${spelled}`,
        headers: { authorization: `Bearer ${apiKey}` },
      });
      // 405 or 404 from the router; never what the service itself says.
      expect({ spelled, status }).toEqual({ spelled, status: 404 });
    }
  });
});

/** Faulty tokens by what is wrong with them; `good` is the control. */
const forge = async (audience: string): Promise<Readonly<Record<string, string>>> => {
  const key = inside.secrets.signingKeys['front-door'];
  const trusted = await importJWK(key, 'ES256');
  const strangers = await generateKeyPair('ES256', { extractable: true });
  const now = Math.floor(Date.now() / 1000);
  interface Token {
    readonly header?: Record<string, unknown>;
    readonly claims?: Record<string, unknown>;
    readonly by?: typeof trusted;
  }
  const sign = ({ header, claims, by = trusted }: Token): Promise<string> =>
    new SignJWT({
      ...everyRole(),
      iss: 'atelier:front-door',
      aud: audience,
      iat: now,
      exp: now + 60,
      jti: crypto.randomUUID(),
      ...claims,
    })
      .setProtectedHeader({
        alg: 'ES256',
        typ: 'atelier-internal+jwt',
        kid: String(key.kid),
        ...header,
      })
      .sign(by);
  const good = await sign({});
  const [, payload = ''] = good.split('.');
  const unsigned = (header: object): string =>
    `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}`;
  const { d: _secret, ...publicKey } = key;
  const hs256 = unsigned({ alg: 'HS256', typ: 'atelier-internal+jwt', kid: key.kid });
  const jwk: JWK = await exportJWK(strangers.publicKey);
  return {
    good,
    'algorithm none': `${unsigned({ alg: 'none', typ: 'atelier-internal+jwt' })}.`,
    'HS256 with the public key': `${hs256}.${createHmac('sha256', JSON.stringify(publicKey)).update(hs256).digest('base64url')}`,
    "a stranger's key": await sign({ by: strangers.privateKey }),
    'its own key in the header': await sign({ by: strangers.privateKey, header: { jwk } }),
    'a key to be fetched': await sign({
      by: strangers.privateKey,
      header: { jku: 'http://127.0.0.1:9/keys' },
    }),
    'another audience': await sign({ claims: { aud: 'elsewhere' } }),
    'another issuer': await sign({ claims: { iss: 'atelier:registration' } }),
    'an unknown issuer': await sign({ claims: { iss: 'https://evil.example' } }),
    'expired by a second': await sign({ claims: { iat: now - 30, exp: now - 1 } }),
    'issued long ago': await sign({ claims: { iat: now - 3600, exp: now + 60 } }),
    'no expiry': await sign({ claims: { exp: undefined } }),
    'another type': await sign({ header: { typ: 'at+jwt' } }),
    'a service that front-door speaks for': await sign({
      claims: { sub: 'service:registration', roles: [] },
    }),
    'a tenant that is no id': await sign({ claims: { tenant_id: "' or true --" } }),
    'a role that does not exist': await sign({ claims: { roles: ['root'] } }),
    'a cut signature': good.slice(0, -4),
    'another payload': good.replace(payload, Buffer.from('{}').toString('base64url')),
  };
};

describe('a token', () => {
  test.each(SERVICES)('that is faulty opens nothing at %s', async (service) => {
    const { good = '', ...faulty } = await forge(service);
    const { listAudit } = operationsByService[service];
    expect((await direct(listAudit, good)).status).toBe(200);
    for (const [what, token] of Object.entries(faulty)) {
      const answer = await direct(listAudit, token);
      expect({ what, status: answer.status }).toEqual({ what, status: 401 });
      trail.expect(answer.requestId, 'platform', `401 of ${service} to a token with ${what}`);
    }
  });

  test('of another service is refused by each', async () => {
    for (const service of SERVICES) {
      const { good = '' } = await forge(service);
      for (const other of SERVICES.filter((one) => one !== service)) {
        const { status } = await direct(operationsByService[other].listAudit, good);
        expect({ service, other, status }).toEqual({ service, other, status: 401 });
      }
    }
  });

  test('that is for services, or faulty, opens nothing at the front-door', async () => {
    const { listAudit } = operationsByService['user-management'];
    const ask = async (bearer: string): Promise<number> => {
      const answer = await send(
        (path, request) =>
          loopbackFetch(`${stack.instance.addresses.api}/user-management${path}`, {
            ...request,
            headers: { ...request.headers, authorization: `Bearer ${bearer}` },
          }),
        listAudit,
      );
      if (answer.status === 401) {
        trail.expect(answer.requestId, 'platform', '401 of the front-door to a faulty token');
      }
      return answer.status;
    };
    expect(await ask(apiKey)).toBe(200);
    const altered = `${apiKey.slice(0, -1)}${apiKey.endsWith('A') ? 'B' : 'A'}`;
    for (const bearer of [
      altered,
      `${apiKey}A`,
      'atk_',
      ...Object.values(await forge('user-management')),
    ]) {
      expect({ bearer: bearer.slice(0, 8), status: await ask(bearer) }).toMatchObject({
        status: 401,
      });
    }
  });

  test('that is revoked opens nothing', async () => {
    const users = foo.tenant.admin.api('user-management');
    const { items } = await users.listApiKeys();
    const key = items.find(({ name }) => name === 'attack');
    await users.deleteApiKey({ params: { apiKeyId: key?.id ?? '' } });
    const { listAudit } = operationsByService['user-management'];
    await expect
      .poll(async () => (await byKey.fetch(`/api/user-management${listAudit.path}`)).status, {
        timeout: 5000,
      })
      .toBe(401);
  });
});

test('every refusal is in an audit', async () => {
  const operator = await stack.signInOperator();
  expect(await trail.missing({ tenant: foo.tenant.admin, platform: operator })).toEqual([]);
});
