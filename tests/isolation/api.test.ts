import { stdout } from 'node:process';
import { type Operation, RESOURCE_TYPES, type ResourceType, SERVICES } from '@atelier/contracts';
import { until } from '@atelier/single-machine/journey';
import { anonymous, type Caller, type SignedIn } from '@atelier/single-machine/people';
import { beforeAll, describe, expect, test } from 'vitest';
import { openStack, type Stack } from '../harness/stack.ts';
import { createAuditTrail } from './audit-trail.ts';
import {
  type Attacker,
  absentIdCases,
  anonymousCases,
  bodyCases,
  type Case,
  colleagueCases,
  cursorCases,
  foreignIdCases,
  type IdCase,
  idempotencyCases,
  internalCases,
  plainReadCases,
  wrongRoleCases,
} from './cases.ts';
import { newParty, type Party } from './party.ts';
import { type Answer, type Call, comparable, sendAs } from './requests.ts';
import { makeResources, type Resource, resources } from './resources.ts';

type Things = Readonly<Record<ResourceType, Resource>>;

let stack: Stack;
let operator: SignedIn;
let foo: Party;
let bar: Party;
let fooThings: Things;
let barThings: Things;
let barBefore: string;
/** What BAR did under idempotency keys, by operation. */
const barCreated = new Map<string, { key: string; answer: Answer }>();
const trail = createAuditTrail();

const callerFor = (by: Attacker): Caller => {
  if (by === 'anonymous') return anonymous(stack.instance.addresses);
  return by === 'platform_operator' ? operator : foo.people[by];
};

/** A call with `id` where the reference stands. */
const naming = (operation: Operation, ref: string, id: string): Call => {
  const [head = '', ...path] = ref.split('.');
  if (path.length === 0) return { params: { [head]: id } };
  if (head === 'query') return { query: { [path.join('.')]: id } };
  const body = structuredClone(operation.example.body) as Record<string, unknown>;
  const list = path[0]?.endsWith('[]') ?? false;
  body[(path[0] ?? '').replace('[]', '')] = list ? [id] : id;
  return { body };
};
const namingEach = (operation: Operation, idOf: (type: ResourceType) => string): Call => {
  const call: { params: Record<string, unknown>; body?: unknown } = { params: {} };
  for (const [ref, type] of Object.entries(operation.refs)) {
    const one = naming(operation, ref, idOf(type));
    Object.assign(call.params, one.params);
    if (one.body !== undefined) call.body = one.body;
  }
  return call;
};

/** Sends, and notes a refusal for the audit. */
const refused = async (by: Attacker, operation: Operation, call: Call): Promise<Answer> => {
  const answer = await sendAs(callerFor(by), operation, call);
  const chain = by === 'anonymous' || by === 'platform_operator' ? 'platform' : 'tenant';
  if ([401, 403, 404].includes(answer.status)) {
    const what = `${answer.status} of ${operation.service}.${operation.name} to ${by}`;
    trail.expect(answer.requestId, chain, what);
  }
  return answer;
};

/** Everything that BAR's people can list, times apart. */
const readAll = async (party: Party): Promise<string> => {
  const texts: string[] = [];
  for (const { operation, by } of plainReadCases) {
    if (operation.name === 'listAudit') continue;
    const { status, body } = await sendAs(party.people[by as keyof Party['people']], operation);
    texts.push(`${operation.name} ${by} ${status} ${withoutTimes(body)}`);
  }
  return texts.join('\n');
};
const withoutTimes = (value: unknown): string =>
  JSON.stringify(value).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then');

/** Bodies for operations whose example would create nothing, or the same for both tenants. */
const bodyFor = (party: Party, operation: Operation): Call => {
  if (operation.name === 'registerEndpoint') return { body: { endpointName: 'isolation' } };
  if (operation.name !== 'invite') return {};
  return { body: { email: `key@${party.tenant.name}.example`, roles: ['marketer'] } };
};

/** At least two pages of everything that BAR lists. */
const fillBar = async (): Promise<void> => {
  const { tenant_admin: admin, data_scientist: scientist, marketer } = bar.people;
  const imports = marketer.api('customer-management');
  const file = 'customer_id,name\n,Nobody\n,Neither\n1000001,Somebody\n';
  const bytes = new TextEncoder().encode(file);
  const { id } = await imports.createImport({
    body: { kind: 'customers', fileName: 'faulty.csv', bytes: bytes.length },
    idempotencyKey: crypto.randomUUID(),
  });
  const params = { importId: id };
  await imports.uploadImportFile({ params, body: bytes });
  await imports.startImport({
    params,
    body: {
      separator: 'comma',
      header: true,
      columns: { customerId: 'customer_id', name: 'name' },
      skipRejected: true,
    },
  });
  faultyImport = id;
  for (const name of ['first', 'second']) {
    await scientist.api('user-management').createApiKey({
      body: { name, roles: ['data_scientist'], expiresInSeconds: 3600 },
      idempotencyKey: crypto.randomUUID(),
    });
    for (const service of SERVICES) await admin.fetch(`/api/${service}/platform-audit`);
  }
};
let faultyImport: string;

beforeAll(async () => {
  stack = openStack();
  operator = await stack.signInOperator();
  [foo, bar] = await Promise.all([newParty(stack, 'foo'), newParty(stack, 'bar')]);
  fooThings = await makeResources(foo, stack);
  barThings = await makeResources(bar, stack);
  await fillBar();
  for (const { operation, by } of idempotencyCases) {
    const key = crypto.randomUUID();
    const answer = await sendAs(bar.people[by as keyof Party['people']], operation, {
      ...bodyFor(bar, operation),
      idempotencyKey: key,
    });
    barCreated.set(operation.name, { key, answer });
  }
  const datasets = bar.people.data_scientist.api('data-management');
  await until({
    what: 'the end of what BAR does',
    ask: () => datasets.listExtracts(),
    done: ({ items }) => items.every(({ state }) => state === 'succeeded'),
    withinMs: 60_000,
  });
  barBefore = await readAll(bar);
  const counts = {
    "another tenant's ids": foreignIdCases.length,
    'the same with the tenant named': foreignIdCases.length,
    "a colleague's own": colleagueCases.length,
    'absent ids': absentIdCases.length,
    'wrong roles': wrongRoleCases.length,
    'no credentials': anonymousCases.length,
    'between services': internalCases.length,
    'a tenant named beside a read': plainReadCases.length,
    'a tenant named in a body': bodyCases.length,
    'idempotency keys': idempotencyCases.length,
    cursors: cursorCases.length,
  };
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  stdout.write(
    `  ${total} isolation cases are generated from the contracts:\n${Object.entries(counts)
      .map(([what, count]) => `  ${String(count).padStart(6)}  ${what}\n`)
      .join('')}`,
  );
});

const named = <Of extends Case>(cases: readonly Of[]) =>
  cases.map((one) => [one.title, one] as const);

test('every type that an id points at can be made and proved alive', async () => {
  expect(Object.keys(resources).sort()).toEqual([...RESOURCE_TYPES].sort());
  for (const type of RESOURCE_TYPES) {
    await fooThings[type].prove();
    await barThings[type].prove();
  }
});

describe("another tenant's id answers exactly like an absent one", () => {
  const tenantNamed = (tenantId: string): Call => ({
    headers: { 'x-tenant-id': tenantId, 'tenant-id': tenantId, 'x-atelier-tenant': tenantId },
    query: { tenant_id: tenantId, tenantId },
  });

  const attack = async ({ operation, ref, type, by }: IdCase, beside: Call): Promise<void> => {
    const target = barThings[type];
    await target.prove();
    const own = fooThings[type].headers ?? {};
    const ask = (id: string) => {
      const call = { ...beside, ...naming(operation, ref, id) };
      return refused(by, operation, { ...call, headers: { ...beside.headers, ...own } });
    };
    const foreign = await ask(target.id);
    expect(foreign.status).toBe(404);
    expect(comparable(foreign)).toEqual(comparable(await ask(crypto.randomUUID())));
    await target.prove();
  };

  test.each(named(foreignIdCases))('%s', async (_title, one) => {
    await attack(one, {});
  });

  test.each(named(foreignIdCases))('%s, with the tenant named', async (_title, one) => {
    await attack(one, tenantNamed(bar.tenant.tenantId));
  });

  test.each(named(colleagueCases))('%s', async (_title, { operation, ref, type, by }) => {
    await fooThings[type].prove();
    const ask = (id: string) => refused(by, operation, naming(operation, ref, id));
    const colleagues = await ask(fooThings[type].id);
    expect(colleagues.status).toBe(404);
    expect(comparable(colleagues)).toEqual(comparable(await ask(crypto.randomUUID())));
    await fooThings[type].prove();
  });

  test.each(named(absentIdCases))('%s', async (_title, { operation, ref, by }) => {
    const answer = await refused(by, operation, naming(operation, ref, crypto.randomUUID()));
    expect(answer.status).toBe(404);
  });
});

describe('whoever may not call is told so before any id is looked at', () => {
  const askOfAll = async ({ operation, by }: Case, status: number): Promise<void> => {
    const ids = [
      (type: ResourceType) => fooThings[type].id,
      (type: ResourceType) => barThings[type].id,
      () => crypto.randomUUID(),
    ];
    const answers: unknown[] = [];
    for (const idOf of Object.keys(operation.refs).length === 0 ? ids.slice(0, 1) : ids) {
      const answer = await refused(by, operation, namingEach(operation, idOf));
      expect(answer.status).toBe(status);
      answers.push(comparable(answer));
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  };

  test.each(named(wrongRoleCases))('403: %s', async (_title, one) => {
    await askOfAll(one, 403);
  });
  test.each(named(anonymousCases))('401: %s', async (_title, one) => {
    await askOfAll(one, 401);
  });
});

describe('what services say to each other is not there from outside', () => {
  test.each(named(internalCases))('404: %s', async (_title, { operation, by }) => {
    const answer = await sendAs(callerFor(by), operation);
    expect(answer.status).toBe(404);
    // Nobody asks who calls at an address that does not exist: the provider's audit has it.
    trail.expect(answer.requestId, 'platform', `404 of ${operation.name} to ${by}`);
  });
});

describe('a tenant named beside the token changes nothing', () => {
  test.each(named(plainReadCases))('%s', async (_title, { operation, by }) => {
    const before = await sendAs(callerFor(by), operation);
    expect(before.status).toBe(200);
    const tenantId = bar.tenant.tenantId;
    const answer = await sendAs(callerFor(by), operation, {
      query: { tenant_id: tenantId, tenantId, tenant: tenantId },
      headers: {
        'x-tenant-id': tenantId,
        'x-atelier-tenant': tenantId,
        'x-forwarded-user': bar.tenant.admin.user.userId,
      },
    });
    expect(withoutTimes(comparable(answer))).toEqual(withoutTimes(comparable(before)));
  });

  const membersOf = (tenantId: string): readonly string[] => [
    `"tenant_id":"${tenantId}"`,
    `"tenantId":"${tenantId}"`,
    `"__proto__":{"tenantId":"${tenantId}","tenant_id":"${tenantId}"}`,
    `"constructor":{"prototype":{"tenantId":"${tenantId}"}}`,
  ];

  test.each(named(bodyCases))('%s', async (_title, { operation, by }) => {
    const call = namingEach(operation, (type) => barThings[type].id);
    const text = JSON.stringify(call.body ?? operation.example.body);
    for (const member of membersOf(bar.tenant.tenantId)) {
      const separator = text === '{}' ? '' : ',';
      const answer = await sendAs(callerFor(by), operation, {
        ...call,
        text: `{${member}${separator}${text.slice(1)}`,
      });
      expect({ member, status: answer.status }).toEqual({ member, status: 400 });
    }
  });
});

describe("another tenant's keys and cursors are strangers", () => {
  test.each(named(idempotencyCases))('key: %s', async (_title, { operation, by }) => {
    const theirs = barCreated.get(operation.name);
    if (theirs === undefined) throw new Error(`BAR did not call ${operation.name}`);
    const ours = await sendAs(callerFor(by), operation, {
      ...bodyFor(foo, operation),
      idempotencyKey: theirs.key,
    });
    // The same happens to both, each for itself.
    expect(ours.status).toBe(theirs.answer.status);
    const idIn = ({ body }: Answer) => (Object(body) as { id?: string; code?: string }) ?? {};
    if (ours.status < 300) {
      expect(idIn(ours).id).toBeDefined();
      expect(idIn(ours).id).not.toBe(idIn(theirs.answer).id);
    } else {
      expect(idIn(ours).code).toBe(idIn(theirs.answer).code);
      expect(idIn(ours).code).not.toMatch(/idempotency|in_flight/);
    }
  });

  test.each(named(cursorCases))('cursor: %s', async (_title, { operation, by }) => {
    const page = async (person: Caller, things: Things, query: Record<string, unknown>) => {
      const call = namingEach(operation, (type) =>
        things === barThings && operation.name === 'listImportErrors'
          ? faultyImport
          : things[type].id,
      );
      const answer = await sendAs(person, operation, { ...call, query });
      return {
        status: answer.status,
        ...(answer.body as { items: unknown[]; nextCursor: string | null }),
      };
    };
    const owner = bar.people[by as keyof Party['people']];
    const theirs = await page(owner, barThings, { limit: 1 });
    expect(theirs.nextCursor, 'BAR has a second page').not.toBeNull();
    const all = await page(owner, barThings, { limit: 200 });
    const ours = await page(callerFor(by), fooThings, { limit: 200, cursor: theirs.nextCursor });
    expect([200, 400]).toContain(ours.status);
    const known = new Set(all.items.map((item) => JSON.stringify(item)));
    for (const item of ours.items ?? []) expect(known).not.toContain(JSON.stringify(item));
  });
});

test('FOO is told the sizes of its own datasets, whatever others have', async () => {
  const { total } = await foo.tenant.admin.api('customer-management').listCustomers();
  const data = foo.people.data_scientist.api('data-management');
  const { items } = await data.listDatasets();
  expect(items.find(({ name }) => name === 'customers')?.estimatedRows).toBe(total);
  const preview = await data.previewDataset({ params: { dataset: 'customers' }, body: {} });
  expect(preview.estimatedRows).toBe(total);
});

describe('after all attacks', () => {
  test('BAR lives, and has what it had', async () => {
    for (const type of RESOURCE_TYPES) await barThings[type].prove();
    expect(await readAll(bar)).toBe(barBefore);
  });

  test('every refusal is in the audit of the caller’s tenant, or in the provider’s', async () => {
    stdout.write(`  ${trail.size} refusals are looked for in the audits\n`);
    expect(trail.size).toBeGreaterThan(foreignIdCases.length);
    expect(await trail.missing({ tenant: foo.tenant.admin, platform: operator })).toEqual([]);
  });
});
