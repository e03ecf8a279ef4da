import type { UserDirectory } from '@atelier/cloud/ports';
import { registrationOperations } from '@atelier/contracts';
import type { Mail, Peers } from '@atelier/service-kit';
import {
  person,
  refusalOf,
  startTestService,
  type TestService,
} from '@atelier/service-kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp, MIGRATIONS, SERVICE } from './app.ts';

const paul = person(null, 'platform_operator');
const mails: Mail[] = [];
const passwords = new Map<string, string>();
const takenAddresses = new Set<string>();
/** What the other services and IAM were asked, by tenant. */
const asked: { tenantId: string | null; what: string }[] = [];
let failing: string | null = null;

const ask = async (tenantId: string | null, what: string, answer: object = {}) => {
  if (failing === what) throw new Error(`${what} is out of order`);
  asked.push({ tenantId, what });
  return answer;
};

const peers = ((_: string, { tenantId }: { tenantId: string | null }) => ({
  isEmailTaken: async ({ body }: { body: { email: string } }) => ({
    taken: takenAddresses.has(body.email),
  }),
  ensureTenant: () => ask(tenantId, 'ensureTenant'),
  ensureExtractionLogin: () => ask(tenantId, 'ensureExtractionLogin'),
  ensureFirstUser: () => ask(tenantId, 'ensureFirstUser'),
  activateTenant: () => ask(tenantId, 'activateTenant'),
  requestWorkbenchAsService: () => ask(tenantId, 'requestWorkbench', { id: uuidv7() }),
  getWorkbenchAsService: async () => ({ request: null }),
})) as unknown as Peers;

const userDirectory: UserDirectory = {
  ensureUser: async ({ email }: { email: string }) => ({
    issuer: 'https://id.example',
    subject: email,
  }),
  setPassword: async (subject: string, password: string) => {
    passwords.set(subject, password);
  },
  disableUser: async () => undefined,
  deleteUser: async () => undefined,
};

let service: TestService<typeof registrationOperations>;
beforeAll(async () => {
  service = await startTestService({
    service: SERVICE,
    migrations: MIGRATIONS,
    operations: registrationOperations,
    createApp: (deps) =>
      createApp({
        ...deps,
        peers,
        userDirectory,
        landingUrl: 'http://landing.example',
        crmUrl: 'http://crm.example',
        mail: async (mail) => {
          mails.push(mail);
        },
        tenantRoles: {
          ensure: async (tenantId) => void (await ask(tenantId, 'ensureRole')),
          remove: async (tenantId) => void (await ask(tenantId, 'removeRole')),
        },
      }),
  });
});
afterAll(() => service.stop());
beforeEach(() => {
  failing = null;
  asked.length = 0;
});

const address = () => `${uuidv7()}@foo.example`;
const signUp = async (email = address(), idempotencyKey = uuidv7()) => {
  const answer = await service.anonymous.register({
    body: { company: 'Foo Records', name: 'Tess', email },
    idempotencyKey,
  });
  return { email, ...answer };
};
const mailedToken = (email: string) =>
  /token=([\w-]+)/.exec(mails.findLast(({ to }) => to === email)?.text ?? '')?.[1] ?? '';
const verify = (token: string) =>
  service.anonymous.verifyRegistration({ body: { token, password: 'a long enough password' } });
const watch = (id: string, token: string | null) =>
  service.anonymous.getRegistration({
    params: { registrationId: id },
    headers: { 'atelier-registration-token': token ?? '' },
  });

const EVERYTHING = [
  'ensureTenant',
  'ensureRole',
  'ensureExtractionLogin',
  'ensureFirstUser',
  'activateTenant',
  'requestWorkbench',
];

describe('signing up', () => {
  it('does nothing but mail a link until the address is proven, then makes the tenant', async () => {
    const { id, token, email } = await signUp();
    expect(await watch(id, token)).toMatchObject({ state: 'awaiting_verification', work: null });
    expect(asked).toEqual([]);

    const verified = await verify(mailedToken(email));
    expect(passwords.get(email)).toBe('a long enough password');
    await expect
      .poll(async () => (await watch(id, token)).state, { timeout: 20_000 })
      .toBe('active');
    expect((await watch(id, verified.token)).state).toBe('active');
    expect(asked.map(({ what }) => what)).toEqual(EVERYTHING);
    expect(new Set(asked.map(({ tenantId }) => tenantId)).size).toBe(1);
  });

  it('makes one registration and one mail of a form that was sent twice', async () => {
    const email = address();
    const key = uuidv7();
    const first = await signUp(email, key);
    const second = await signUp(email, key);
    expect(second.id).toBe(first.id);
    expect(second.token).toBeNull();
    expect(mails.filter(({ to }) => to === email)).toHaveLength(1);
  });

  it('answers alike for an address that is taken, and tells only its owner', async () => {
    const email = address();
    takenAddresses.add(email);
    const answer = await signUp(email);
    expect(Object.keys(answer).toSorted()).toEqual(Object.keys(await signUp()).toSorted());
    expect(await watch(answer.id, answer.token)).toMatchObject({ state: 'awaiting_verification' });
    expect(mails.findLast(({ to }) => to === email)?.text).toContain('has an account already');
    expect(mailedToken(email)).toBe('');
  });

  it('does not let a form flood a mailbox', async () => {
    const email = address();
    for (let mail = 0; mail < 5; mail += 1) await signUp(email);
    const sixth = service.anonymous.register({
      body: { company: 'Foo', name: 'Tess', email },
      idempotencyKey: uuidv7(),
    });
    expect(await refusalOf(sixth)).toBe('too_many_requests');
  });

  it.each([
    ['company', { company: 'a\u0000b' }],
    ['company', { company: '' }],
    ['email', { email: 'not an address' }],
    ['name', { name: 'x'.repeat(101) }],
  ])('names a faulty %s and keeps nothing', async (field, fault) => {
    const body = { company: 'Foo', name: 'Tess', email: address(), ...fault };
    const failure = await service.anonymous
      .register({ body, idempotencyKey: uuidv7() })
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      problem: { code: 'invalid_request', errors: [{ pointer: `/body/${field}` }] },
    });
  });
});

describe('the link', () => {
  it('works once', async () => {
    const { email } = await signUp();
    await verify(mailedToken(email));
    expect(await refusalOf(verify(mailedToken(email)))).toBe('link_expired');
  });

  it('never resets the password of an address that has an account by now', async () => {
    const { email } = await signUp();
    takenAddresses.add(email);
    expect(await refusalOf(verify(mailedToken(email)))).toBe('link_expired');
    expect(passwords.has(email)).toBe(false);
  });

  it("does not open with another registration's secrets", async () => {
    const one = await signUp();
    const other = await signUp();
    expect(await refusalOf(watch(one.id, other.token))).toBe('not_found');
    expect(await refusalOf(watch(one.id, mailedToken(one.email)))).toBe('not_found');
    expect(await refusalOf(verify(other.token ?? ''))).toBe('link_expired');
  });
});

it('shows a failed step with its cause, and an operator can have it tried again', async () => {
  failing = 'ensureRole';
  const { id, token, email } = await signUp();
  await verify(mailedToken(email));
  await expect
    .poll(async () => (await watch(id, token)).work?.steps.find((step) => step.cause)?.cause, {
      timeout: 20_000,
    })
    .toBe('ensureRole is out of order');
  failing = null;
  await expect.poll(async () => (await watch(id, token)).state, { timeout: 30_000 }).toBe('active');
  const { items } = await service.as(paul).listRegistrations();
  expect(items).toContainEqual(expect.objectContaining({ id, email, state: 'active' }));
  const retry = service.as(paul).retryRegistration({ params: { registrationId: id } });
  expect(await refusalOf(retry)).toBe('not_retryable');
});
