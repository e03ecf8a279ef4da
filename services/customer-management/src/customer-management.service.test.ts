import { type Binding, customerManagementOperations, type ImportMapping } from '@atelier/contracts';
import { ContractViolation, type Endpoints, ModelFailure } from '@atelier/model-slots';
import { BusinessError, type Peers } from '@atelier/service-kit';
import {
  person,
  refusalOf,
  startTestService,
  type TestService,
} from '@atelier/service-kit/testing';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp, MIGRATIONS, MOUNTED, SERVICE } from './app.ts';

type Model = (instances: readonly (readonly (number | null)[])[]) => Promise<number[]>;

/** tenant-management, as far as bindings go. */
const bindings = new Map<string, Binding[]>();
const bindingsOf = (tenantId: string) => {
  const known = bindings.get(tenantId) ?? [];
  bindings.set(tenantId, known);
  return known;
};
const silent = new Set<string>();
const peers = ((_: string, { tenantId }: { tenantId: string }) => ({
  getTenantAsService: async () => ({ accountId: '111122223333' }),
  listBindings: async () => {
    if (silent.has(tenantId)) throw new Error('connect ECONNREFUSED');
    return { items: bindingsOf(tenantId).toReversed() };
  },
  addBinding: async ({
    body,
  }: {
    body: Pick<Binding, 'id' | 'slot' | 'endpointName' | 'changedBy'>;
  }) => {
    const now = new Date().toISOString();
    const binding: Binding = {
      ...body,
      version: bindingsOf(tenantId).length + 1,
      state: 'registered',
      changedAt: now,
      createdAt: now,
      reason: null,
    };
    bindingsOf(tenantId).push(binding);
    return binding;
  },
  changeBinding: async (call: { params: { bindingId: string }; body: Partial<Binding> }) => {
    const own = bindingsOf(tenantId);
    for (const [index, one] of own.entries()) {
      if (one.id === call.params.bindingId) own[index] = { ...one, ...call.body };
      else if (call.body.state === 'active' && one.state === 'active') {
        own[index] = { ...one, state: 'retired' };
      }
    }
    return own.find(({ id }) => id === call.params.bindingId);
  },
})) as unknown as Peers;

/** The tenants' accounts: endpoints that answer, hang or fail as a test says. */
const models = new Map<string, Model>();
const endpoints: Endpoints = {
  mustServe: async (scope, name) => {
    if (!models.has(`${scope.tenantId}/${name}`)) {
      throw new BusinessError('endpoint_not_found', 'There is no such endpoint.');
    }
  },
  predict: async (scope, name, _slot, instances) => {
    const model = models.get(`${scope.tenantId}/${name}`);
    if (model === undefined) throw new Error('connect ECONNREFUSED');
    return (await model(instances)).map((probability) => ({ probability, reasons: [] }));
  },
};

let service: TestService<typeof customerManagementOperations>;
beforeAll(async () => {
  service = await startTestService({
    service: SERVICE,
    migrations: MIGRATIONS,
    mounted: MOUNTED,
    operations: customerManagementOperations,
    createApp: (deps) => createApp({ ...deps, peers, endpoints, address: { region: 'us-east-1' } }),
  });
});
afterAll(() => service.stop());
beforeEach(() => models.clear());

const CUSTOMERS = `number,full name,mail
1,Ann Archer,ann@mail.example
2,Bob Baker,
3,Cy Cooper,cy@mail.example
4,"Di, Dawson",di@mail.example
`;
/** As CDNOW's file: no header, blanks, and a day on which somebody bought twice. */
const PURCHASES = ` 1 0001 19970101  2   29.33
 1 0001 19970118  2   29.73
 1 0001 19970118  1   10.00
 1 0001 19970802  1   14.96
 2 0002 19970101  3   63.34
 3 0003 19970105  1   10.00
 3 0003 19970601  2   20.00
`;
const CUSTOMER_MAPPING: ImportMapping = {
  separator: 'comma',
  header: true,
  columns: { customerId: 'number', name: 'full name', email: 'mail' },
  dateFormat: 'yyyy-mm-dd',
  currency: 'USD',
};
const PURCHASE_MAPPING: ImportMapping = {
  separator: 'blanks',
  header: false,
  columns: { customerId: 1, purchasedOn: 3, quantity: 4, value: 5 },
  dateFormat: 'yyyymmdd',
  currency: 'USD',
  asOf: '1997-12-31',
};

const runImport = async (
  who: ReturnType<typeof person>,
  kind: 'customers' | 'purchases',
  text: string,
  mapping: ImportMapping,
  skipRejected = false,
) => {
  const client = service.as(who);
  const { id } = await client.createImport({
    body: { kind, fileName: `${kind}.csv`, bytes: Buffer.byteLength(text) },
    idempotencyKey: uuidv7(),
  });
  const params = { importId: id };
  await client.uploadImportFile({ params, body: text });
  await client.startImport({ params, body: { ...mapping, skipRejected } });
  await expect
    .poll(async () => (await client.getImport({ params })).state, { timeout: 30_000 })
    .toMatch(/succeeded|failed/);
  return client.getImport({ params });
};

/** A tenant with four customers, seven purchases and their built-in scores. */
const newShop = async () => {
  const tenantId = uuidv7();
  const dev = person(tenantId, 'data_scientist', 'tenant_admin');
  await runImport(dev, 'customers', CUSTOMERS, CUSTOMER_MAPPING);
  await runImport(dev, 'purchases', PURCHASES, PURCHASE_MAPPING);
  const client = service.as(dev);
  const churns = async () => (await client.listCustomers()).items.map(({ churn }) => churn?.source);
  await expect.poll(churns, { timeout: 20_000 }).toEqual(Array(4).fill('built-in'));
  const { items } = await client.listCustomers();
  const ann = items.find(({ externalId }) => externalId === '1');
  if (ann === undefined) throw new Error('Ann was not imported');
  return { tenantId, dev, client, ann };
};

describe('import', () => {
  it('scores thousands at once, though the tables were empty a moment ago', async () => {
    const dev = person(uuidv7(), 'data_scientist', 'tenant_admin');
    const numbers = Array.from({ length: 5000 }, (_, index) => index + 1);
    const customers = numbers.map((number) => `${number},Customer ${number},`).join('\n');
    await runImport(dev, 'customers', `number,full name,mail\n${customers}\n`, CUSTOMER_MAPPING);
    const days = ['19970101', '19970214', '19970630'];
    const purchases = numbers.flatMap((number) => days.map((day) => `${number} x ${day} 1 9.99`));
    await runImport(dev, 'purchases', `${purchases.join('\n')}\n`, PURCHASE_MAPPING);
    const last = { limit: 1, sort: '-name' } as const;
    const scored = async () =>
      (await service.as(dev).listCustomers({ query: last })).items[0]?.churn?.source;
    await expect.poll(scored, { timeout: 20_000 }).toBe('built-in');
  }, 60_000);

  it('shows how a file would be split, then reads it into customers with sums as of the date', async () => {
    const { client, ann } = await newShop();
    expect(ann).toMatchObject({
      name: 'Ann Archer',
      email: 'ann@mail.example',
      purchases: 4,
      value: { amount: '84.02', currency: 'USD' },
      lastPurchaseOn: '1997-08-02',
    });
    expect(await client.getAsOf()).toEqual({ asOf: '1997-12-31', isToday: false });
    const { items } = await client.listPurchases({ params: { customerId: ann.id } });
    expect(items.map(({ purchasedOn }) => purchasedOn)).toEqual([
      '1997-08-02',
      '1997-01-18',
      '1997-01-18',
      '1997-01-01',
    ]);
  });

  it('keeps nothing of a file with a fault, and lists every fault by line', async () => {
    const { dev, client } = await newShop();
    const faulty = `${PURCHASES} 1 0001 19970230  2   10.00\n 1 0001 19970301  2  -10.00\n 9 0009 19970301  1   10.00\n`;
    const before = await client.listCustomers();
    const failed = await runImport(dev, 'purchases', faulty, PURCHASE_MAPPING);
    expect(failed).toMatchObject({ state: 'failed', rows: { read: 10, rejected: 3 } });
    const { items } = await client.listImportErrors({ params: { importId: failed.id } });
    expect(items.map(({ line, column }) => ({ line, column }))).toEqual([
      { line: 8, column: 'purchasedOn' },
      { line: 9, column: 'value' },
      { line: 10, column: 'customerId' },
    ]);
    expect(await client.listCustomers()).toEqual(before);
  });

  it('leaves faulty lines out when told to', async () => {
    const { dev } = await newShop();
    const faulty = ' 2 0002 19970301  1   10.00\n 2 0002 broken  1   10.00\n';
    const done = await runImport(dev, 'purchases', faulty, PURCHASE_MAPPING, true);
    expect(done).toMatchObject({ state: 'succeeded', rows: { accepted: 1, rejected: 1 } });
  });

  it('names columns that are not mapped, or not in the file', async () => {
    const { dev, client } = await newShop();
    const { value: _, ...columns } = PURCHASE_MAPPING.columns;
    const { id } = await client.createImport({
      body: { kind: 'purchases', fileName: 'x', bytes: Buffer.byteLength(PURCHASES) },
      idempotencyKey: uuidv7(),
    });
    const params = { importId: id };
    const start = { params, body: { ...PURCHASE_MAPPING, columns, skipRejected: false } };
    expect(await refusalOf(client.startImport(start))).toBe('import_file_missing');
    await client.uploadImportFile({ params, body: PURCHASES });
    const failure = await client.startImport(start).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      problem: { code: 'import_invalid', errors: [{ pointer: '/body/columns/value' }] },
    });
    const absent = await runImport(dev, 'customers', 'a,b\n1,2\n', CUSTOMER_MAPPING);
    expect(absent.work?.steps[0]?.cause).toContain('no column “number”');
  });

  it('refuses a file that is not as long as announced', async () => {
    const { client } = await newShop();
    const { id } = await client.createImport({
      body: { kind: 'customers', fileName: 'x', bytes: 5 },
      idempotencyKey: uuidv7(),
    });
    const upload = client.uploadImportFile({ params: { importId: id }, body: 'too long' });
    expect(await refusalOf(upload)).toBe('import_invalid');
    const large = client.createImport({
      body: { kind: 'customers', fileName: 'x', bytes: 101 * 1024 * 1024 },
      idempotencyKey: uuidv7(),
    });
    expect(await refusalOf(large)).toBe('invalid_request');
  });
});

describe('the list', () => {
  it('pages through every customer once in every order', async () => {
    const { client } = await newShop();
    const orders = [
      'name',
      '-name',
      'churn',
      '-churn',
      'value',
      '-value',
      'lastPurchaseOn',
      '-lastPurchaseOn',
    ] as const;
    for (const sort of orders) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await client.listCustomers({
          query: { sort, limit: 1, ...(cursor === undefined ? {} : { cursor }) },
        });
        seen.push(...page.items.map(({ externalId }) => externalId));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined && seen.length < 10);
      expect(seen.toSorted(), sort).toEqual(['1', '2', '3', '4']);
    }
  });

  it('finds by name, address and number, and takes no foreign cursor', async () => {
    const { client } = await newShop();
    const find = async (search: string) =>
      (await client.listCustomers({ query: { search } })).items.map(({ externalId }) => externalId);
    expect(await find('baker')).toEqual(['2']);
    expect(await find('CY@')).toEqual(['3']);
    expect(await find("'; drop table customers; --")).toEqual([]);
    expect(await refusalOf(client.listCustomers({ query: { cursor: 'x' } }))).toBe(
      'invalid_request',
    );
  });

  it("never shows another tenant's customer", async () => {
    const foo = await newShop();
    const bar = await newShop();
    const params = { customerId: foo.ann.id };
    expect(await refusalOf(bar.client.getCustomer({ params }))).toBe('not_found');
    expect(await refusalOf(bar.client.listPurchases({ params }))).toBe('not_found');
    expect(await refusalOf(bar.client.getChurnScore({ params }))).toBe('not_found');
    expect((await foo.client.getCustomer({ params })).id).toBe(foo.ann.id);
  });
});

it('computes features by purchase days as of the date', async () => {
  const { client, ann } = await newShop();
  const { features } = await client.getChurnScore({ params: { customerId: ann.id } });
  expect(features).toEqual({
    recency_days: 151,
    tenure_days: 364,
    frequency: 2,
    value_total: expect.closeTo(84.02),
    value_mean: expect.closeTo(84.02 / 3),
    value_last: 14.96,
    quantity_mean: 2,
    purchases_30d: 0,
    purchases_90d: 0,
    purchases_365d: 3,
    gap_mean_days: (17 + 196) / 2,
    gap_max_days: 196,
  });
});

describe('a model of the tenant', () => {
  /** Depends on its row, quick and honest. */
  const honest: Model = async (instances) => instances.map((row) => 1 / (2 + (row[2] ?? 0)));
  const params = { slot: 'customer-churn', contract: 1 };

  const register = async (shop: Awaited<ReturnType<typeof newShop>>, endpointName = 'churn') => {
    const { id } = await shop.client.registerEndpoint({
      params,
      body: { endpointName },
      idempotencyKey: uuidv7(),
    });
    const binding = () => shop.client.getBinding({ params: { bindingId: id } });
    await expect
      .poll(async () => (await binding()).check?.passed ?? null, { timeout: 30_000 })
      .not.toBeNull();
    return binding();
  };
  const activate = (shop: Awaited<ReturnType<typeof newShop>>, bindingId: string) =>
    shop.client.activateBinding({ params: { bindingId }, body: { confirmation: 'churn' } });

  it('is checked, activated, scores everybody, answers live, and stays out of the other tenant', async () => {
    const foo = await newShop();
    const bar = await newShop();
    models.set(`${foo.tenantId}/churn`, honest);
    const binding = await register(foo);
    expect(binding.state).toBe('checked');
    await activate(foo, binding.id);
    const sources = async (shop: typeof foo) =>
      (await shop.client.listCustomers()).items.map(({ churn }) => churn?.source);
    await expect.poll(() => sources(foo), { timeout: 30_000 }).toEqual(Array(4).fill('stored'));
    expect(await sources(bar)).toEqual(Array(4).fill('built-in'));
    const live = await foo.client.getChurnScore({ params: { customerId: foo.ann.id } });
    expect(live).toMatchObject({
      probability: 0.25,
      source: 'model',
      model: 'churn',
      version: 1,
      fallback: null,
    });
  });

  it('that dies is stood in for by its last stored score, labelled, and comes back by itself', async () => {
    const foo = await newShop();
    models.set(`${foo.tenantId}/churn`, honest);
    await activate(foo, (await register(foo)).id);
    const stored = async () => (await foo.client.listCustomers()).items[0]?.churn?.source;
    await expect.poll(stored, { timeout: 30_000 }).toBe('stored');
    const ask = () => foo.client.getChurnScore({ params: { customerId: foo.ann.id } });

    models.delete(`${foo.tenantId}/churn`);
    expect(await ask()).toMatchObject({
      probability: 0.25,
      source: 'stored',
      fallback: { cause: 'unreachable' },
    });
    models.set(`${foo.tenantId}/churn`, () => new Promise(() => undefined));
    expect(await ask()).toMatchObject({ source: 'stored', fallback: { cause: 'deadline' } });
    models.set(`${foo.tenantId}/churn`, async () => {
      throw new ContractViolation('`probability` 7 is not between 0 and 1.', 0);
    });
    expect(await ask()).toMatchObject({
      source: 'stored',
      fallback: { cause: 'contract_violation', detail: expect.stringContaining('Row 0') },
    });
    models.set(`${foo.tenantId}/churn`, honest);
    await expect.poll(async () => (await ask()).source, { timeout: 15_000 }).toBe('model');
  });

  it('whose use nobody can tell is stood in for by the built-in, which says so', async () => {
    const { tenantId, client, ann } = await newShop();
    silent.add(tenantId);
    // Longer than an answer of tenant-management is kept.
    await expect
      .poll(() => client.getChurnScore({ params: { customerId: ann.id } }), { timeout: 15_000 })
      .toMatchObject({ source: 'built-in', fallback: { cause: 'unreachable' } });
  });

  it('that does not keep the contract is rejected with its own words, and cannot be activated', async () => {
    const foo = await newShop();
    models.set(`${foo.tenantId}/churn`, async (instances) => {
      if (instances.some((row) => row.includes(null))) {
        throw new ModelFailure('ValueError: Input contains NaN');
      }
      return instances.map(() => 0.5);
    });
    const binding = await register(foo);
    expect(binding.state).toBe('rejected');
    expect(binding.reason).toContain('Input contains NaN');
    expect(await refusalOf(activate(foo, binding.id))).toBe('binding_not_checked');
  });

  it('must exist, be named to be activated, and be registered by those who may', async () => {
    const foo = await newShop();
    const registering = foo.client.registerEndpoint({
      params,
      body: { endpointName: 'nothing' },
      idempotencyKey: uuidv7(),
    });
    expect(await refusalOf(registering)).toBe('endpoint_not_found');
    models.set(`${foo.tenantId}/churn`, honest);
    const binding = await register(foo);
    const wrong = foo.client.activateBinding({
      params: { bindingId: binding.id },
      body: { confirmation: 'other' },
    });
    expect(await refusalOf(wrong)).toBe('invalid_request');
    const mara = service.as(person(foo.tenantId, 'marketer'));
    const byMara = mara.registerEndpoint({
      params,
      body: { endpointName: 'churn' },
      idempotencyKey: uuidv7(),
    });
    expect(await refusalOf(byMara)).toBe('forbidden');
  });
});
