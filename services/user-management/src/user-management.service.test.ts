import type { UserDirectory } from '@atelier/cloud/ports';
import { userManagementOperations } from '@atelier/contracts';
import type { Mail, Peers } from '@atelier/service-kit';
import {
  person,
  refusalOf,
  startTestService,
  type TestService,
} from '@atelier/service-kit/testing';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp, ensureOperator, MIGRATIONS, SERVICE } from './app.ts';

const ISSUER = 'https://id.example';
const tenantStates = new Map<string, string>();
const mails: Mail[] = [];
const passwords = new Map<string, string>();

/** tenant-management's word, as far as this service listens to it. */
const peers = ((_: string, on: { tenantId: string }) => ({
  getTenantAsService: async () => ({
    id: on.tenantId,
    name: 'Foo Records',
    state: tenantStates.get(on.tenantId) ?? 'active',
  }),
})) as unknown as Peers;

const userDirectory: UserDirectory = {
  ensureUser: async ({ email }) => ({ issuer: ISSUER, subject: `subject of ${email}` }),
  setPassword: async (subject, password) => {
    passwords.set(subject, password);
  },
  disableUser: async () => undefined,
  deleteUser: async (subject) => {
    passwords.delete(subject);
  },
};

let service: TestService<typeof userManagementOperations>;
beforeAll(async () => {
  service = await startTestService({
    service: SERVICE,
    migrations: MIGRATIONS,
    operations: userManagementOperations,
    createApp: (deps) =>
      createApp({
        ...deps,
        peers,
        userDirectory,
        landingUrl: 'http://landing.example',
        mail: async (mail) => {
          mails.push(mail);
        },
      }),
  });
});
afterAll(() => service.stop());

const address = () => `${uuidv7()}@foo.example`;
const frontDoor = () => service.asService('front-door', null);

/** A tenant with its first administrator. */
const newTenant = async () => {
  const tenantId = uuidv7();
  const email = address();
  const identity = { issuer: ISSUER, subject: `subject of ${email}` };
  const admin = await service
    .asService('registration', tenantId)
    .ensureFirstUser({ body: { email, name: 'Tess', ...identity } });
  const tess = { ...person(tenantId, 'tenant_admin'), userId: admin.id };
  return { tenantId, admin, tess, identity };
};

const lastToken = (): string => /token=([\w-]+)/.exec(mails.at(-1)?.text ?? '')?.[1] ?? '';

/** A further person of the tenant, who came by invitation. */
const join = async (
  { tess, tenantId }: Awaited<ReturnType<typeof newTenant>>,
  role: 'data_scientist' | 'marketer' | 'tenant_admin',
) => {
  const email = address();
  await service.as(tess).invite({ body: { email, roles: [role] }, idempotencyKey: uuidv7() });
  await service.anonymous.acceptInvitation({
    body: { token: lastToken(), name: 'Dev', password: 'a long enough password' },
  });
  const identity = { issuer: ISSUER, subject: `subject of ${email}` };
  const principal = await frontDoor().resolveIdentity({ body: identity });
  return { email, identity, dev: { tenantId, userId: principal.userId, roles: [role] } };
};

/** A fresh key of a person, its secret known. */
const makeKey = async (who: Parameters<typeof service.as>[0], roles: 'data_scientist'[]) => {
  const key = await service.as(who).createApiKey({
    body: { name: 'k', roles, expiresInSeconds: 600 },
    idempotencyKey: uuidv7(),
  });
  if (key.secret === null) throw new Error('a new key comes without its secret');
  return { ...key, secret: key.secret };
};

describe('the first administrator', () => {
  it('is made once and stands behind his identity', async () => {
    const { tenantId, admin, identity } = await newTenant();
    const again = await service
      .asService('registration', tenantId)
      .ensureFirstUser({ body: { email: admin.email, name: 'Tess', ...identity } });
    expect(again).toEqual(admin);
    expect(await frontDoor().resolveIdentity({ body: identity })).toMatchObject({
      userId: admin.id,
      tenantId,
      roles: ['tenant_admin'],
    });
  });

  it('cannot take an address that somebody has, in whatever case it is written', async () => {
    const { admin } = await newTenant();
    const attempt = service.asService('registration', uuidv7()).ensureFirstUser({
      body: { email: admin.email.toUpperCase(), name: 'X', issuer: ISSUER, subject: 'other' },
    });
    expect(await refusalOf(attempt)).toBe('already_exists');
    const { taken } = await service
      .asService('registration', null)
      .isEmailTaken({ body: { email: admin.email } });
    expect(taken).toBe(true);
  });
});

describe('invitations', () => {
  it('bring a person in once, with the roles that were offered', async () => {
    const tenant = await newTenant();
    const { email, dev } = await join(tenant, 'data_scientist');
    expect(passwords.get(`subject of ${email}`)).toBe('a long enough password');
    const { items } = await service.as(tenant.tess).listUsers();
    expect(items).toContainEqual(
      expect.objectContaining({ id: dev.userId, email, roles: ['data_scientist'] }),
    );
    const again = service.anonymous.acceptInvitation({
      body: { token: lastToken(), name: 'Eve', password: 'a long enough password' },
    });
    expect(await refusalOf(again)).toBe('link_expired');
  });

  it('show whom they are for, and die when revoked', async () => {
    const { tess } = await newTenant();
    const email = address();
    const { id } = await service
      .as(tess)
      .invite({ body: { email, roles: ['marketer'] }, idempotencyKey: uuidv7() });
    const body = { token: lastToken() };
    expect(await service.anonymous.lookUpInvitation({ body })).toEqual({
      email,
      tenantName: 'Foo Records',
      roles: ['marketer'],
    });
    await service.as(tess).revokeInvitation({ params: { invitationId: id } });
    expect(await refusalOf(service.anonymous.lookUpInvitation({ body }))).toBe('link_expired');
  });

  it('never reset the password of somebody who is here', async () => {
    const tenant = await newTenant();
    const email = address();
    const invite = () =>
      service
        .as(tenant.tess)
        .invite({ body: { email, roles: ['marketer'] }, idempotencyKey: uuidv7() });
    await invite();
    const first = lastToken();
    await invite();
    await service.anonymous.acceptInvitation({
      body: { token: lastToken(), name: 'Mara', password: 'her own long password' },
    });
    const second = service.anonymous.acceptInvitation({
      body: { token: first, name: 'Eve', password: 'the attackers password' },
    });
    expect(await refusalOf(second)).toBe('already_exists');
    expect(passwords.get(`subject of ${email}`)).toBe('her own long password');
  });

  it("cannot be revoked or seen by another tenant's administrator", async () => {
    const foo = await newTenant();
    const bar = await newTenant();
    const { id } = await service
      .as(foo.tess)
      .invite({ body: { email: address(), roles: ['marketer'] }, idempotencyKey: uuidv7() });
    const params = { invitationId: id };
    expect(await refusalOf(service.as(bar.tess).revokeInvitation({ params }))).toBe('not_found');
    expect((await service.as(bar.tess).listInvitations()).items).toEqual([]);
  });
});

describe('changes of roles and activity', () => {
  it('end sessions and keys, and deactivation shuts the person out', async () => {
    const tenant = await newTenant();
    const { dev, identity } = await join(tenant, 'data_scientist');
    const { secret } = await makeKey(dev, ['data_scientist']);
    await frontDoor().resolveApiKey({ body: { secret } });
    await service
      .as(tenant.tess)
      .changeUser({ params: { userId: dev.userId }, body: { active: false } });
    expect(await refusalOf(frontDoor().resolveApiKey({ body: { secret } }))).toBe('not_found');
    expect(await refusalOf(frontDoor().resolveIdentity({ body: identity }))).toBe('not_found');
    await expect
      .poll(() => service.eventBus.published.map(({ detail }) => detail))
      .toContainEqual(
        expect.objectContaining({
          type: 'SessionsRevoked',
          userId: dev.userId,
          reason: 'deactivated',
        }),
      );
  });

  it('leave the last administrator in place, also when two go at once', async () => {
    const tenant = await newTenant();
    const change = (userId: string, roles: ('marketer' | 'tenant_admin')[]) =>
      service.as(tenant.tess).changeUser({ params: { userId }, body: { roles } });
    expect(await refusalOf(change(tenant.admin.id, ['marketer']))).toBe('last_administrator');
    const { dev: other } = await join(tenant, 'tenant_admin');
    const outcomes = await Promise.all([
      refusalOf(change(tenant.admin.id, ['marketer'])),
      refusalOf(change(other.userId, ['marketer'])),
    ]);
    expect(outcomes.toSorted()).toEqual(['last_administrator', 'succeeded']);
  });

  it('shut everybody out while the tenant is suspended', async () => {
    const tenant = await newTenant();
    tenantStates.set(tenant.tenantId, 'suspended');
    const attempt = frontDoor().resolveIdentity({ body: tenant.identity });
    expect(await refusalOf(attempt)).toBe('tenant_not_active');
  });
});

describe('API keys', () => {
  it('act with their own roles only, and never with more than their maker has', async () => {
    const tenant = await newTenant();
    const { dev } = await join(tenant, 'data_scientist');
    const attempt = service.as(dev).createApiKey({
      body: { name: 'k', roles: ['tenant_admin'], expiresInSeconds: 600 },
      idempotencyKey: uuidv7(),
    });
    expect(await refusalOf(attempt)).toBe('forbidden');
    const key = await makeKey(dev, ['data_scientist']);
    expect(await frontDoor().resolveApiKey({ body: { secret: key.secret } })).toMatchObject({
      userId: dev.userId,
      roles: ['data_scientist'],
    });
    const altered = `${key.secret.slice(0, -2)}${key.secret.endsWith('AA') ? 'BB' : 'AA'}`;
    expect(await refusalOf(frontDoor().resolveApiKey({ body: { secret: altered } }))).toBe(
      'not_found',
    );
  });

  it('are shown once: neither a repeated request nor the database gives the secret again', async () => {
    const { tess } = await newTenant();
    const call = {
      body: { name: 'k', roles: ['tenant_admin'] as 'tenant_admin'[], expiresInSeconds: 600 },
      idempotencyKey: uuidv7(),
    };
    const first = await service.as(tess).createApiKey(call);
    expect(await service.as(tess).createApiKey(call)).toEqual({ ...first, secret: null });
    const client = new pg.Client({ connectionString: service.testDatabase.url });
    await client.connect();
    const { rows } = await client.query(
      'select k.*, i.* from user_management.api_keys k cross join user_management.idempotency_keys i',
    );
    await client.end();
    expect(JSON.stringify(rows)).toContain(first.id);
    expect(JSON.stringify(rows)).not.toContain(first.secret);
  });

  it('belong to one person: a colleague cannot revoke them, their owner can', async () => {
    const tenant = await newTenant();
    const { dev } = await join(tenant, 'data_scientist');
    const { id, secret } = await makeKey(dev, ['data_scientist']);
    const params = { apiKeyId: id };
    expect(await refusalOf(service.as(tenant.tess).deleteApiKey({ params }))).toBe('not_found');
    await service.as(dev).deleteApiKey({ params });
    expect(await refusalOf(frontDoor().resolveApiKey({ body: { secret } }))).toBe('not_found');
  });
});

it('knows operators, who belong to no tenant', async () => {
  const identity = { issuer: ISSUER, subject: 'paul' };
  const platform = service.served.runtime.openPlatform('test');
  const made = await ensureOperator(platform, {
    email: 'paul@xyz.example',
    name: 'Paul',
    ...identity,
  });
  expect(
    await ensureOperator(platform, { email: 'paul@xyz.example', name: 'Paul', ...identity }),
  ).toEqual(made);
  expect(await frontDoor().resolveIdentity({ body: identity })).toMatchObject({
    tenantId: null,
    roles: ['platform_operator'],
  });
});

it('forgets every person of a tenant that leaves, and frees the address', async () => {
  const tenant = await newTenant();
  await join(tenant, 'data_scientist');
  const { deleted } = await service.asService('tenant-management', tenant.tenantId).deleteUsers();
  expect(deleted).toBe(2);
  expect(await refusalOf(frontDoor().resolveIdentity({ body: tenant.identity }))).toBe('not_found');
  const { taken } = await service
    .asService('registration', null)
    .isEmailTaken({ body: { email: tenant.admin.email } });
  expect(taken).toBe(false);
});
