import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditOperations, defineOperation, id, operator, tenant } from '@atelier/contracts';
import { startTestDatabase, type TestDatabase } from '@atelier/single-machine/testing';
import { importJWK, SignJWT } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  createRecordingEventBus,
  createTestTokens,
  person,
  prepareServiceDatabase,
  type ServiceDatabases,
} from '../testing/index.ts';
import { firstBrokenLink, listAudit } from './audit.ts';
import { notFound } from './errors.ts';
import { createServiceApp, type ServiceApp } from './service-app.ts';

/** A service in miniature: notes of a tenant, under the name of a real one since names are a closed list. */
const SERVICE = 'registration';
const note = z.object({ id, text: z.string() });
const operations = {
  ...auditOperations(SERVICE),
  addNote: defineOperation({
    service: SERVICE,
    name: 'addNote',
    summary: 'Add a note',
    method: 'POST',
    path: '/notes',
    body: z.object({ text: z.string().min(1).max(10) }).strict(),
    responses: { 201: note },
    errors: [],
    auth: tenant('data_scientist'),
    refs: {},
    idempotency: 'required',
    example: {},
  }),
  getNote: defineOperation({
    service: SERVICE,
    name: 'getNote',
    summary: 'Read a note',
    method: 'GET',
    path: '/notes/:noteId',
    params: z.object({ noteId: id }),
    responses: { 200: note },
    errors: ['not_found'],
    auth: tenant('data_scientist', 'marketer'),
    refs: { noteId: 'registration' },
    idempotency: 'none',
    example: {},
  }),
  countNotes: defineOperation({
    service: SERVICE,
    name: 'countNotes',
    summary: 'Count all notes',
    method: 'GET',
    path: '/note-count',
    responses: { 200: z.object({ count: z.number() }) },
    errors: [],
    auth: operator,
    refs: {},
    idempotency: 'none',
    example: {},
  }),
} as const;

const FOO = uuidv7();
const BAR = uuidv7();
const dev = person(FOO, 'data_scientist');
const mara = person(FOO, 'marketer');
const tess = person(FOO, 'tenant_admin');
const other = person(BAR, 'data_scientist');
const paul = person(null, 'platform_operator');

const tokens = createTestTokens();
const eventBus = createRecordingEventBus();
let testDatabase: TestDatabase;
let databases: ServiceDatabases;
let served: ServiceApp;

beforeAll(async () => {
  testDatabase = await startTestDatabase();
  const migrations = await mkdtemp(join(tmpdir(), 'atelier-notes-'));
  await writeFile(
    join(migrations, '0001_notes.sql'),
    `-- Up Migration
     create table notes (tenant_id uuid not null, id uuid not null, text text not null, primary key (tenant_id, id));
     select make_tenant_table('notes', 'select, insert');`,
  );
  databases = await prepareServiceDatabase({ url: testDatabase.url, service: SERVICE, migrations });
  served = createServiceApp({
    service: SERVICE,
    operations,
    deps: {
      ...databases,
      verifyToken: tokens.verifierFor(SERVICE),
      tenantCredentials: () => async () => {
        throw new Error('no cloud here');
      },
      eventBus,
      logLevel: 'silent',
    },
    compose: () => ({
      handlers: {
        addNote: ({ scope, body, resourceId }) =>
          scope.transaction(async (transaction) => {
            await transaction.query('insert into notes values ($1, $2, $3)', [
              scope.tenantId,
              resourceId,
              body.text,
            ]);
            await transaction.publish({
              type: 'CustomersChanged',
              version: 1,
              tenantId: scope.tenantId,
            });
            await transaction.audit({ operation: 'addNote', resource: resourceId, detail: null });
            return { id: resourceId, text: body.text };
          }),
        getNote: ({ scope, params }) =>
          scope.transaction(async (transaction) => {
            // No tenant in the query: the row security alone must keep others out.
            const { rows } = await transaction.query<{ id: string; text: string }>(
              'select id, text from notes where id = $1',
              [params.noteId],
            );
            if (rows[0] === undefined) throw notFound('note');
            return rows[0];
          }),
        countNotes: ({ platform }) =>
          platform.transaction(async (transaction) => {
            const { rows } = await transaction.query<{ count: string }>(
              'select count(*) from notes',
            );
            return { count: Number(rows[0]?.count) };
          }),
      },
    }),
  });
  await served.app.ready();
});

afterAll(async () => {
  await served.close();
  await databases.close();
  await testDatabase.stop();
});

const addNote = async (
  who: typeof dev,
  text: string,
  key: string | null = uuidv7(),
): Promise<{ status: number; body: { id: string; code?: string; errors?: unknown } }> => {
  const response = await served.app.inject({
    method: 'POST',
    url: '/notes',
    headers: {
      authorization: `Bearer ${await tokens.asPerson(SERVICE, who)}`,
      ...(key === null ? {} : { 'idempotency-key': key }),
    },
    payload: { text },
  });
  return { status: response.statusCode, body: response.json() };
};

const get = async (url: string, token: string | null) => {
  const response = await served.app.inject({
    method: 'GET',
    url,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  });
  return {
    status: response.statusCode,
    body: response.json(),
    type: response.headers['content-type'],
  };
};

describe('tenants', () => {
  it("answers another tenant's id exactly as an absent one", async () => {
    const { body } = await addNote(dev, 'ours');
    const own = await get(`/notes/${body.id}`, await tokens.asPerson(SERVICE, dev));
    expect(own).toMatchObject({ status: 200, body: { text: 'ours' } });

    const strangers = await tokens.asPerson(SERVICE, other);
    const foreign = await get(`/notes/${body.id}`, strangers);
    const absent = await get(`/notes/${uuidv7()}`, strangers);
    const withoutIds = ({ body }: typeof foreign) => ({ ...body, requestId: '', instance: '' });
    expect(foreign.status).toBe(404);
    expect(withoutIds(foreign)).toEqual(withoutIds(absent));
  });

  it('shows an operator every tenant, and only operators', async () => {
    const asOperator = await get('/note-count', await tokens.asPerson(SERVICE, paul));
    expect(asOperator.body.count).toBeGreaterThan(0);
    expect((await get('/note-count', await tokens.asPerson(SERVICE, dev))).status).toBe(403);
    expect((await get('/note-count', null)).status).toBe(401);
  });

  it('checks the role before anything else', async () => {
    expect((await addNote(mara, 'not hers')).status).toBe(403);
    expect((await addNote(mara, 'far too long a text for a note')).status).toBe(403);
  });
});

describe('tokens', () => {
  const claims = { tenant_id: FOO, roles: ['data_scientist'], email: 'x', name: 'x' };
  const sign = async (options: {
    caller?: 'front-door' | 'customer-management';
    audience?: string;
    type?: string;
    subject?: string;
    expired?: boolean;
    issuer?: string;
  }) => {
    const caller = options.caller ?? 'front-door';
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: options.type ?? 'atelier-internal+jwt' })
      .setIssuer(options.issuer ?? `atelier:${caller}`)
      .setAudience(options.audience ?? SERVICE)
      .setSubject(options.subject ?? dev.userId)
      .setJti(uuidv7())
      .setIssuedAt(options.expired ? now - 61 : now)
      .setExpirationTime(options.expired ? now - 1 : now + 60)
      .sign(await importJWK(tokens.privateKey(caller), 'ES256'));
  };

  it('takes the tokens of front-door', async () => {
    expect((await get('/notes/018f0000-0000-7000-8000-000000000000', await sign({}))).status).toBe(
      404,
    );
  });

  it.each([
    ['another audience', { audience: 'customer-management' }],
    ['another type of token', { type: 'at+jwt' }],
    ['one that expired a second ago', { expired: true }],
    ['a service speaking for a person', { caller: 'customer-management' }],
    ['front-door speaking for a service', { subject: 'service:customer-management' }],
    [
      "one service's key under another's name",
      { caller: 'customer-management', issuer: 'atelier:front-door' },
    ],
  ] as const)('refuses %s', async (_, options) => {
    expect(
      (await get('/notes/018f0000-0000-7000-8000-000000000000', await sign(options))).status,
    ).toBe(401);
  });

  it('refuses tokens without a signature', async () => {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const now = Math.floor(Date.now() / 1000);
    const forged = `${encode({ alg: 'none', typ: 'atelier-internal+jwt' })}.${encode({
      ...claims,
      sub: dev.userId,
      iss: 'atelier:front-door',
      aud: SERVICE,
      iat: now,
      exp: now + 60,
      jti: uuidv7(),
    })}.`;
    expect((await get('/notes/018f0000-0000-7000-8000-000000000000', forged)).status).toBe(401);
  });
});

describe('idempotency', () => {
  it('creates once for 20 parallel tries with one key', async () => {
    const before = (await get('/note-count', await tokens.asPerson(SERVICE, paul))).body.count;
    const key = uuidv7();
    const tries = await Promise.all(Array.from({ length: 20 }, () => addNote(dev, 'once', key)));
    const made = tries.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    expect(tries.every(({ status }) => status === 201 || status === 409)).toBe(true);
    const after = (await get('/note-count', await tokens.asPerson(SERVICE, paul))).body.count;
    expect(after - before).toBe(1);
    expect(await addNote(dev, 'once', key)).toEqual(made[0]);
  });

  it('refuses a missing key, and a key used for something else', async () => {
    expect(await addNote(dev, 'x', null)).toMatchObject({
      status: 400,
      body: { code: 'idempotency_key_missing' },
    });
    const key = uuidv7();
    await addNote(dev, 'first', key);
    expect(await addNote(dev, 'second', key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
  });

  it("keeps one tenant's keys from another's", async () => {
    const key = uuidv7();
    const ours = await addNote(dev, 'ours', key);
    const theirs = await addNote(other, 'theirs', key);
    expect(theirs.status).toBe(201);
    expect(theirs.body.id).not.toBe(ours.body.id);
  });
});

describe('problems', () => {
  it('names every faulty field and changes nothing', async () => {
    const response = await addNote(dev, '');
    expect(response).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ pointer: '/body/text' }] },
    });
  });

  it('is told as RFC 9457', async () => {
    const answer = await get('/nowhere', null);
    expect(answer.type).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status: 404, code: 'not_found' });
  });
});

it('publishes what a transaction recorded, once it has committed', async () => {
  const told = () =>
    eventBus.published.filter(({ detail }) => JSON.stringify(detail).includes(FOO));
  const before = told().length;
  await addNote(dev, 'told');
  await expect.poll(() => told().length).toBeGreaterThan(before);
  expect(told().at(-1)).toMatchObject({
    source: 'atelier',
    'detail-type': 'CustomersChanged',
    detail: { tenantId: FOO },
  });
});

describe('audit', () => {
  it('holds what was done and what was refused, chained, readable by the tenant alone', async () => {
    const { body } = await addNote(dev, 'seen');
    await get(`/notes/${body.id}`, await tokens.asPerson(SERVICE, other));
    const read = (who: typeof tess) => async () =>
      (await get('/audit?limit=500', await tokens.asPerson(SERVICE, who))).body.items as {
        operation: string;
        outcome: string;
        resource: string;
      }[];
    expect(await read(tess)()).toContainEqual(
      expect.objectContaining({ operation: 'addNote', outcome: 'done', resource: body.id }),
    );
    const theirs = await read(person(BAR, 'tenant_admin'))();
    expect(theirs).toContainEqual(
      expect.objectContaining({ operation: `${SERVICE}.getNote`, outcome: 'refused' }),
    );
    const chain = await databases.database.transaction(FOO, (transaction) =>
      listAudit(transaction, FOO, { limit: 1000, before: null }),
    );
    expect(firstBrokenLink(chain.toReversed())).toBeNull();
    const tampered = chain
      .toReversed()
      .map((entry, index) => (index === 1 ? { ...entry, actor: 'nobody' } : entry));
    expect(firstBrokenLink(tampered)?.sequence).toBe(2);
  });

  it("keeps anonymous refusals in the provider's own chain", async () => {
    await get('/notes/018f0000-0000-7000-8000-000000000000', null);
    const { body } = await get('/platform-audit', await tokens.asPerson(SERVICE, paul));
    expect(body.items).toContainEqual(
      expect.objectContaining({ actor: 'anonymous', outcome: 'refused' }),
    );
  });

  it('cannot be changed by the service itself', async () => {
    const tamper = databases.database.transaction(FOO, (transaction) =>
      transaction.query("update audit_entries set actor = 'nobody'"),
    );
    await expect(tamper).rejects.toThrow(/permission denied/);
  });
});
