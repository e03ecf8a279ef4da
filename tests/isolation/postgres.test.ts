import { stdout } from 'node:process';
import { type Inside, openInside, serviceSchemas } from '@atelier/single-machine/inside';
import { importTestData, until } from '@atelier/single-machine/journey';
import { shopData } from '@atelier/single-machine/shop';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStack } from '../harness/stack.ts';
import { newTenant, type TestTenant } from '../harness/tenants.ts';
import { plantRows, type TenantTable, tenantTables } from './planted-rows.ts';

const { escapeIdentifier: name } = pg;

let inside: Inside;
let superuser: pg.Client;
let foo: TestTenant;
let bar: TestTenant;
let tables: TenantTable[];

const connect = async (connectionString: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client;
};
const ignore = () => undefined;

/** Runs `work` on a connection of its own; a refusal to connect is the work's. */
async function as<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url);
  client.on('error', ignore);
  return work(client).finally(() => client.end());
}

const numberOf = async (client: pg.Client, sql: string, values: unknown[] = []) =>
  Number(
    (await client.query<{ count: string }>(`select count(*) from (${sql}) q`, values)).rows[0]
      ?.count,
  );

/** The SQLSTATE of the refusal, or how many rows it concerned. */
async function refusal(client: pg.Client, sql: string): Promise<string> {
  try {
    const { rowCount } = await client.query(sql);
    return `${rowCount} rows`;
  } catch (error) {
    return error instanceof pg.DatabaseError ? (error.code ?? error.message) : String(error);
  }
}
const DENIED = '42501';

beforeAll(async () => {
  const stack = openStack();
  inside = await openInside(stack.instance);
  superuser = await connect(inside.superuserUrl());
  [foo, bar] = await Promise.all([newTenant(stack, 'foo'), newTenant(stack, 'bar')]);
  for (const { admin, name: shop } of [foo, bar]) await importTestData(admin, shopData(shop, 60));
  tables = await tenantTables(superuser, serviceSchemas);
});
afterAll(async () => {
  await superuser.end();
  await inside.close();
});

/** Rows of a tenant's, as nobody's row-level security sees them. */
const rowsOf = (tenantId: string, { schema, table }: TenantTable) =>
  numberOf(superuser, `select from ${name(schema)}.${name(table)} where tenant_id = $1`, [
    tenantId,
  ]);

describe('a service that forgets the filter', () => {
  test.each(serviceSchemas)(
    '%s reads nothing without a tenant, and its own with one',
    async (schema) => {
      const own = tables.filter((one) => one.schema === schema);
      expect(own.length).toBeGreaterThan(0);
      let proved = 0;
      await as(inside.urlOfRole(`${schema}_app`), async (client) => {
        for (const table of own) {
          const all = `select tenant_id from ${name(table.schema)}.${name(table.table)}`;
          expect(await numberOf(client, all), `${table.table} without a tenant`).toBe(0);
          proved += await rowsOf(bar.tenantId, table);
          await client.query('begin');
          await client.query(`select set_config('atelier.tenant_id', $1, true)`, [foo.tenantId]);
          const { rows } = await client.query<{ tenant_id: string }>(`${all} group by 1`);
          await client.query('commit');
          expect(rows.filter(({ tenant_id: id }) => id !== foo.tenantId)).toEqual([]);
          // After a transaction the setting is empty, not absent.
          expect(await numberOf(client, all), `${table.table} after a transaction`).toBe(0);
        }
      });
      stdout.write(`  ${schema}: ${own.length} tables, ${proved} rows of BAR’s were there\n`);
    },
  );

  test('reads, changes, removes and adds nothing of another tenant’s in any table', async () => {
    const [mine, theirs] = [crypto.randomUUID(), crypto.randomUUID()];
    for (const table of tables) {
      const at = `${name(table.schema)}.${name(table.table)}`;
      const where = `${table.schema}.${table.table}`;
      await superuser.query('begin');
      try {
        // Only foreign keys are left out: the row need not make sense.
        await superuser.query('set local session_replication_role = replica');
        await plantRows(superuser, table, [mine, theirs]);
        expect(await rowsOf(theirs, table), where).toBe(1);
        await superuser.query(`set local role ${name(`${table.schema}_app`)}`);
        await superuser.query(`select set_config('atelier.tenant_id', $1, true)`, [mine]);
        expect(await numberOf(superuser, `select from ${at}`), where).toBe(1);
        const attempt = async (attack: string, outcomes: readonly string[]): Promise<void> => {
          await superuser.query('savepoint attack');
          const outcome = await refusal(superuser, attack);
          await superuser.query('rollback to attack');
          expect(outcomes, `${attack}: ${outcome}`).toContain(outcome);
        };
        for (const unseen of [
          `delete from ${at} where tenant_id = '${theirs}'`,
          `update ${at} set tenant_id = tenant_id where tenant_id = '${theirs}'`,
          `insert into ${at} select * from ${at} where tenant_id = '${theirs}'`,
        ]) {
          await attempt(unseen, ['0 rows', DENIED]);
        }
        for (const forbidden of [
          `update ${at} set tenant_id = '${theirs}'`,
          `truncate ${at}`,
          `alter table ${at} disable row level security`,
          `alter table ${at} no force row level security`,
          `create policy mine on ${at} using (true)`,
        ]) {
          await attempt(forbidden, [DENIED]);
        }
        await superuser.query('reset role');
        expect(await rowsOf(theirs, table), where).toBe(1);
      } finally {
        await superuser.query('rollback');
      }
    }
    stdout.write(`  ${tables.length} tables with rows of tenants were attacked\n`);
  });

  test.each(serviceSchemas)('%s has no way up or sideways', async (schema) => {
    await as(inside.urlOfRole(`${schema}_app`), async (client) => {
      const others = tables.filter((one) => one.schema !== schema);
      for (const { schema: other, table } of others) {
        expect(await refusal(client, `select 1 from ${other}.${table}`), table).toBe(DENIED);
      }
      for (const attack of [
        'set role postgres',
        `set role ${schema}_owner`,
        `set role ${schema}_operator`,
        'set session authorization postgres',
        `copy (select 1) to program 'id'`,
        `select pg_read_file('/etc/passwd')`,
        `select pg_ls_dir('/')`,
        `select lo_import('/etc/passwd')`,
        'select * from pg_authid',
        `create table ${schema}.mine (x int)`,
        'create table public.mine (x int)',
        'create schema mine',
        'create role mine',
        `alter role ${schema}_app bypassrls`,
        'create extension dblink',
      ]) {
        expect({ attack, code: await refusal(client, attack) }).toEqual({ attack, code: DENIED });
      }
    });
    const elsewhere = (database: string) =>
      as(
        inside.urlOf({
          user: `${schema}_app`,
          password: inside.secrets.secretFor(`postgres/${schema}_app`),
          database,
        }),
        async () => 'connected',
      );
    for (const database of ['studio', 'postgres', 'template1']) {
      await expect(elsewhere(database), database).rejects.toThrow(/permission denied/);
    }
  });

  test('learns from no key whether another tenant has something', async () => {
    await as(inside.urlOfRole('customer_management_app'), async (client) => {
      const { rows } = await superuser.query<{ id: string; external_id: string }>(
        'select id, external_id from customer_management.customers where tenant_id = $1 limit 1',
        [bar.tenantId],
      );
      const theirs = rows[0];
      if (theirs === undefined) throw new Error('BAR has no customers');
      const attempt = async (sql: string, values: unknown[]): Promise<string> => {
        await client.query('begin');
        await client.query(`select set_config('atelier.tenant_id', $1, true)`, [foo.tenantId]);
        const outcome = await client.query(sql, values).then(
          () => 'done',
          (error: pg.DatabaseError) => String(error.code),
        );
        await client.query('rollback');
        return outcome;
      };
      const customer =
        'insert into customer_management.customers (tenant_id, id, external_id, name) values ($1, $2, $3, $4)';
      const purchase = `insert into customer_management.purchases
          (tenant_id, id, customer_id, purchased_on, quantity, amount, currency, occurred_at)
        values ($1, $2, $3, '2020-01-01', 1, 1, 'USD', now())`;
      expect(
        await attempt(customer, [foo.tenantId, theirs.id, `x${theirs.external_id}`, 'same id']),
      ).toBe('done');
      const absent = crypto.randomUUID();
      const about = (id: string) => attempt(purchase, [foo.tenantId, crypto.randomUUID(), id]);
      expect(await about(theirs.id)).toBe('23503');
      expect(await about(absent)).toBe('23503');
      expect(await attempt(customer, [bar.tenantId, absent, 'x', 'planted'])).toBe(DENIED);
    });
  });
});

describe('an extraction login', () => {
  let replica: pg.Client;
  const loginUrl = async (on: 'primary' | 'replica', database = 'atelier') =>
    inside.urlOf({ ...(await inside.extractionLogin(foo.tenantId)), on, database });
  const customers = 'customer_management.customers';

  beforeAll(async () => {
    replica = await connect(await loginUrl('replica'));
    replica.on('error', ignore);
    const here = await rowsOf(foo.tenantId, { schema: 'customer_management', table: 'customers' });
    await until({
      what: 'the replica',
      ask: () => numberOf(replica, `select from ${customers}`),
      done: (count) => count === here && here > 0,
      withinMs: 20_000,
    });
  });
  afterAll(() => replica.end());

  test('is refused by the primary and accepted by the replica', async () => {
    await expect(connect(await loginUrl('primary'))).rejects.toThrow(/pg_hba/);
    const { rows } = await replica.query('select pg_is_in_recovery() as replica');
    expect(rows).toEqual([{ replica: true }]);
  });

  test('sees its own tenant’s rows whatever it sets', async () => {
    for (const table of ['customers', 'purchases']) {
      const at = `customer_management.${table}`;
      const target = { schema: 'customer_management', table };
      expect(await rowsOf(bar.tenantId, target)).toBeGreaterThan(0);
      for (const setting of [
        `set atelier.tenant_id = '${bar.tenantId}'`,
        `select set_config('atelier.tenant_id', '${bar.tenantId}', false)`,
        `set role none`,
        'reset role',
        'reset all',
        'reset session authorization',
        'discard all',
      ]) {
        await replica.query(setting);
        const { rows } = await replica.query<{ tenant_id: string }>(
          `select distinct tenant_id from ${at}`,
        );
        expect(rows, setting).toEqual([{ tenant_id: foo.tenantId }]);
        expect(
          await numberOf(replica, `select from ${at} where tenant_id = $1`, [bar.tenantId]),
        ).toBe(0);
      }
    }
  });

  test('meets no row of others in a condition that fails on them', async () => {
    const leaky = `select id from ${customers}
      where 1 / (case when tenant_id = '${bar.tenantId}' then 0 else 1 end) = 1`;
    expect(await numberOf(replica, leaky)).toBeGreaterThan(0);
    expect(await refusal(replica, `set row_security = off; select id from ${customers}`)).toBe(
      DENIED,
    );
    await replica.query('reset all');
  });

  test('reads granted columns only, of two tables only', async () => {
    const { rows: columns } = await superuser.query<{
      table: string;
      column: string;
      granted: boolean;
    }>(
      `select c.relname as table, a.attname as column,
              has_column_privilege('extraction_reader', c.oid, a.attnum, 'select') as granted
         from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'customer_management'::regnamespace and c.relname in ('customers', 'purchases')
          and a.attnum > 0 and not a.attisdropped`,
    );
    expect(columns.some(({ granted }) => granted)).toBe(true);
    expect(columns.filter(({ granted }) => !granted).map(({ column }) => column)).toContain(
      'recorded_at',
    );
    for (const { table, column, granted } of columns) {
      const outcome = await refusal(
        replica,
        `select ${name(column)} from customer_management.${table} limit 1`,
      );
      if (granted) expect(outcome).toMatch(/^1 rows/);
      else expect(outcome, column).toBe(DENIED);
    }
    expect(await refusal(replica, `select * from ${customers}`)).toBe(DENIED);
    expect(await refusal(replica, `select customers from ${customers}`)).toBe(DENIED);
    for (const { schema, table } of tables) {
      if (schema === 'customer_management' && ['customers', 'purchases'].includes(table)) continue;
      expect(await refusal(replica, `select 1 from ${schema}.${table}`), table).toBe(DENIED);
    }
    for (const table of ['cloud.state', 'cloud.message', 'cloud.extract_run']) {
      expect(await refusal(replica, `select 1 from ${table}`), table).toBe(DENIED);
    }
  });

  test('has no way up, out or sideways', async () => {
    const { rows: owners } = await superuser.query<{ role: string }>(
      `select rolname as role from pg_roles
        where rolname not like 'pg\\_%' and rolname not in ('extraction_reader', $1)`,
      [(await inside.extractionLogin(foo.tenantId)).user],
    );
    for (const { role } of owners) {
      expect(await refusal(replica, `set role ${name(role)}`), role).toBe(DENIED);
    }
    for (const attack of [
      'set session authorization postgres',
      `copy (select 1) to program 'id'`,
      `copy (select 1) to '/tmp/atelier-isolation'`,
      `copy ${customers} to stdout`,
      `select pg_read_file('/etc/passwd')`,
      `select pg_read_binary_file('postgresql.conf')`,
      `select pg_ls_dir('/')`,
      `select pg_ls_waldir()`,
      `select * from pg_stat_file('/etc/passwd')`,
      `select lo_export(1, '/tmp/atelier-isolation')`,
      'select * from pg_authid',
      'select * from pg_shadow',
      'select * from pg_statistic',
      'select * from pg_subscription',
      'select * from pg_user_mapping',
      'select pg_reload_conf()',
      'select pg_promote()',
      'select pg_wal_replay_pause()',
      'select pg_switch_wal()',
      `select data_management.make_extraction_login('${bar.tenantId}', 'mine')`,
      `select data_management.drop_extraction_login('${bar.tenantId}')`,
      'select customer_management.refresh_statistics()',
      `set log_statement = 'none'`,
      'set session_replication_role = replica',
    ]) {
      expect({ attack, code: await refusal(replica, attack) }).toEqual({ attack, code: DENIED });
    }
    for (const write of [
      `update ${customers} set name = 'mine'`,
      `delete from ${customers}`,
      'create temp table mine (x int)',
    ]) {
      expect(['25006', DENIED]).toContain(await refusal(replica, write));
    }
    for (const database of ['studio', 'postgres', 'template1']) {
      await expect(connect(await loginUrl('replica', database)), database).rejects.toThrow(
        /permission denied/,
      );
    }
  });

  test('learns nothing from statistics or from what others run', async () => {
    await superuser.query('analyze customer_management.customers');
    const kept = `select from pg_stats where schemaname = 'customer_management'`;
    expect(await numberOf(superuser, kept)).toBeGreaterThan(0);
    expect(await numberOf(replica, kept)).toBe(0);
    await as(inside.urlOfRole('customer_management_app', 'replica'), async (other) => {
      const { rows } = await other.query<{ pid: number }>('select pg_backend_pid() as pid');
      const pid = rows[0]?.pid ?? 0;
      const { rows: seen } = await replica.query<{ query: string }>(
        'select query from pg_stat_activity where pid = $1',
        [pid],
      );
      expect(seen[0]?.query).toBe('<insufficient privilege>');
      expect(await refusal(replica, `select pg_terminate_backend(${pid})`)).toBe(DENIED);
      expect(await refusal(replica, `select pg_cancel_backend(${pid})`)).toBe(DENIED);
    });
  });
});
