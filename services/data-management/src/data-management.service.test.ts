import type { SecretStore } from '@atelier/cloud/ports';
import { dataManagementOperations } from '@atelier/contracts';
import type { Peers } from '@atelier/service-kit';
import {
  person,
  refusalOf,
  startTestService,
  type TestService,
} from '@atelier/service-kit/testing';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp, MIGRATIONS, SERVICE } from './app.ts';

const secrets = new Map<string, unknown>();
const secretStore: SecretStore = {
  get: async <Value>(name: string) => (secrets.get(name) as Value | undefined) ?? null,
  create: async (name, value) => {
    if (secrets.has(name)) return false;
    secrets.set(name, value);
    return true;
  },
  delete: async (name) => {
    secrets.delete(name);
  },
};
const accounts = new Map<string, string>();
const peers = ((_: string, { tenantId }: { tenantId: string }) => ({
  getTenantAsService: async () => ({ accountId: accounts.get(tenantId) ?? null }),
})) as unknown as Peers;

/** A table as an owning service's migrations make it: grants and notes by column, own rows by who connected. */
const SHOP = `
  create schema shop;
  grant usage on schema shop to extraction_reader;
  create table shop.people (
    tenant_id uuid not null, id uuid not null, name text, email text, country text, salary int,
    occurred_at timestamptz not null default '1997-03-14', deleted_at timestamptz, primary key (tenant_id, id));
  alter table shop.people enable row level security;
  alter table shop.people force row level security;
  create policy all_rows on shop.people for select to extraction_reader using (true);
  create policy own_rows on shop.people as restrictive for select to extraction_reader using (
    tenant_id = (select case when session_user like 'extract\\_%' then substr(session_user, 9)::uuid end));
  grant select (tenant_id, id, name, email, country, occurred_at, deleted_at) on shop.people to extraction_reader;
  comment on table shop.people is '{"dataset":"customers","title":"Customers","description":"Everybody"}';
  comment on column shop.people.tenant_id is '{"structural":true}';
  comment on column shop.people.deleted_at is '{"structural":true}';
  comment on column shop.people.id is '{"classification":"identifier","description":"Number"}';
  comment on column shop.people.name is '{"classification":"personal","description":"Name"}';
  comment on column shop.people.email is '{"classification":"personal","description":"Address","form":"email"}';
  comment on column shop.people.country is '{"classification":"plain","description":"Country"}';`;

const FOO = uuidv7();
const BAR = uuidv7();
const dev = person(FOO, 'data_scientist');
const bob = person(BAR, 'data_scientist');
let service: TestService<typeof dataManagementOperations>;

const asSuperuser = async (sql: string, parameters: unknown[] = []) => {
  const client = new pg.Client({ connectionString: service.testDatabase.url });
  await client.connect();
  try {
    return (await client.query(sql, parameters)).rows;
  } finally {
    await client.end();
  }
};

beforeAll(async () => {
  service = await startTestService({
    service: SERVICE,
    migrations: MIGRATIONS,
    operations: dataManagementOperations,
    createApp: (deps, { testDatabase }) =>
      createApp({
        ...deps,
        peers,
        secrets: secretStore,
        replica: {
          host: testDatabase.host,
          port: testDatabase.replicaPort,
          database: testDatabase.name,
        },
      }),
  });
  await asSuperuser(SHOP);
  for (const [tenantId, name] of [
    [FOO, 'Ann'],
    [FOO, 'Bob'],
    [BAR, 'Cy'],
  ]) {
    await asSuperuser(
      'insert into shop.people (tenant_id, id, name, email, country, salary) values ($1, $2, $3, $4, $5, 1)',
      [tenantId, uuidv7(), name, `${name}@mail.example`, name === 'Bob' ? 'DE' : 'US'],
    );
  }
  for (const tenantId of [FOO, BAR]) {
    await service.asService('registration', tenantId).ensureExtractionLogin();
  }
  await service.testDatabase.waitForReplica();
});
afterAll(async () => {
  for (const tenantId of [FOO, BAR]) {
    await service.asService('tenant-management', tenantId).deleteExtractRecords();
  }
  await service.stop();
});

const verdicts = async () => {
  const { items } = await service.as(dev).listDatasets();
  return Object.fromEntries(items[0]?.columns.map((column) => [column.name, column]) ?? []);
};

describe('the catalogue', () => {
  it('says of every column what the requester gets, and why not', async () => {
    expect(await verdicts()).toMatchObject({
      id: { verdict: 'masked' },
      name: { verdict: 'withheld', reason: expect.stringContaining('not needed') },
      email: { verdict: 'masked', reason: expect.stringContaining('hidden') },
      country: { verdict: 'as is', reason: null },
    });
    expect(Object.keys(await verdicts())).not.toContain('tenant_id');
  });

  it('withholds a column that nobody classified or granted, and reports it', async () => {
    expect((await verdicts()).salary).toMatchObject({
      classification: null,
      verdict: 'withheld',
      reason: expect.stringContaining('nobody has classified'),
    });
    await asSuperuser('alter table shop.people add column diary text');
    await service.testDatabase.waitForReplica();
    expect((await verdicts()).diary?.verdict).toBe('withheld');
  });

  it('tells of no rows but the tenant’s own, whatever the planner knows of others', async () => {
    await asSuperuser(
      `insert into shop.people (tenant_id, id, name, email, country, salary)
       select $1, gen_random_uuid(), 'Many', 'many@mail.example', 'FR', 1 from generate_series(1, 1000)`,
      [BAR],
    );
    await asSuperuser('analyze shop.people');
    await service.testDatabase.waitForReplica();
    const rowsOf = async (who: typeof dev) =>
      (await service.as(who).listDatasets()).items[0]?.estimatedRows;
    expect(await rowsOf(dev)).toBe(2);
    expect(await rowsOf(bob)).toBe(1001);
    const asked = (country: string) =>
      service.as(dev).previewDataset({
        params: { dataset: 'customers' },
        body: { filter: [{ column: 'country', operator: '=', value: country }] },
      });
    expect(await asked('FR')).toMatchObject({ estimatedRows: 0, estimatedBytes: 0 });
    expect(await asked('DE')).toMatchObject({ estimatedRows: 1 });
    await asSuperuser(`delete from shop.people where name = 'Many'`);
    await service.testDatabase.waitForReplica();
  });
});

describe('a preview', () => {
  const preview = (who: typeof dev, filter: object[] = [], dataset = 'customers') =>
    service.as(who).previewDataset({
      params: { dataset },
      body: { filter: filter as never },
    });

  it("shows the tenant's own rows only, masked", async () => {
    const { rows, columns } = await preview(dev);
    expect(columns.map(({ name }) => name)).toEqual(['id', 'email', 'country']);
    expect(rows).toHaveLength(2);
    expect(rows.map(([id]) => String(id))).toEqual(
      Array(2).fill(expect.stringMatching(/^[0-9a-f]{32}$/)),
    );
    expect((await preview(bob)).rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toMatch(/Ann|mail\.example/);
  });

  it('filters by values, never by SQL, and names the faulty condition', async () => {
    const only = (value: string) => [{ column: 'country', operator: '=', value }];
    expect((await preview(dev, only('DE'))).rows).toHaveLength(1);
    expect((await preview(dev, only("x' or true --"))).rows).toEqual([]);
    const failure = await preview(dev, [{ column: 'salary', operator: '>', value: 0 }]).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({
      problem: { code: 'invalid_request', errors: [{ pointer: '/body/filter/0' }] },
    });
    expect(await refusalOf(preview(dev, [], 'people'))).toBe('dataset_unavailable');
  });

  it('is not for marketers', async () => {
    expect(await refusalOf(preview(person(FOO, 'marketer')))).toBe('forbidden');
  });
});

describe('the extraction login', () => {
  const loginOf = (tenantId: string) => {
    const secret = secrets.get(`tenant/${tenantId}/extract`) as { user: string; password: string };
    return { user: secret.user, password: secret.password };
  };
  const asLogin = async (sql: string, url: (user: string, password: string) => string) => {
    const { user, password } = loginOf(FOO);
    const client = new pg.Client({ connectionString: url(user, password) });
    await client.connect();
    try {
      return (await client.query(sql)) as unknown;
    } finally {
      await client.end();
    }
  };
  const onReplica = (sql: string) => asLogin(sql, service.testDatabase.replicaUrlFor);

  it('sees its own rows whatever it sets, and no ungranted column', async () => {
    const alive = await asSuperuser('select count(*)::int from shop.people where tenant_id = $1', [
      BAR,
    ]);
    expect(alive).toEqual([{ count: 1 }]);
    const stolen = await onReplica(
      `set atelier.tenant_id = '${BAR}'; select country from shop.people where tenant_id = '${BAR}'`,
    );
    expect((stolen as { rows: unknown[] }[])[1]?.rows).toEqual([]);
    await expect(onReplica('select salary from shop.people')).rejects.toThrow(/permission denied/);
    await expect(onReplica('select * from data_management.audit_entries')).rejects.toThrow(
      /permission denied/,
    );
    await expect(onReplica("copy (select 1) to program 'id'")).rejects.toThrow(/permission denied/);
    await expect(onReplica('set session authorization postgres')).rejects.toThrow(
      /permission denied/,
    );
  });

  it('is refused by the primary', async () => {
    await expect(asLogin('select 1', service.testDatabase.urlFor)).rejects.toThrow(/pg_hba/);
  });
});

describe('a request', () => {
  const ask = (who: typeof dev, name = 'customers', idempotencyKey = uuidv7()) =>
    service.as(who).requestExtract({
      body: { datasets: [{ name, filter: [] }], purpose: 'Churn' },
      idempotencyKey,
    });

  it('needs a workbench to land in and a dataset that there is', async () => {
    accounts.delete(FOO);
    expect(await refusalOf(ask(dev))).toBe('workbench_not_ready');
    accounts.set(FOO, '111122223333');
    expect(await refusalOf(ask(dev, 'secrets'))).toBe('dataset_unavailable');
  });

  it('is acknowledged once it is durable, queued in turn, and its own tenant’s alone', async () => {
    accounts.set(FOO, '111122223333');
    const key = uuidv7();
    const first = await ask(dev, 'customers', key);
    expect(await ask(dev, 'customers', key)).toEqual(first);
    const second = await ask(dev);
    const get = (id: string, who = dev) =>
      service.as(who).getExtract({ params: { extractId: id } });
    expect(await get(first.id)).toMatchObject({
      state: 'queued',
      position: 1,
      datasets: ['customers'],
      dataRole: 'data_scientist',
    });
    expect(await get(second.id)).toMatchObject({ position: 2 });
    expect(await refusalOf(get(first.id, bob))).toBe('not_found');
    expect((await service.as(bob).listExtracts()).items).toEqual([]);
    const retry = service.as(dev).retryExtract({ params: { extractId: first.id } });
    expect(await refusalOf(retry)).toBe('not_retryable');
    expect(
      await refusalOf(service.as(bob).cancelExtract({ params: { extractId: first.id } })),
    ).toBe('not_found');
  });
});
