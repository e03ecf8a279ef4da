import { startTestDatabase, type TestDatabase } from '@atelier/single-machine/testing';
import fc from 'fast-check';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { compileSelect } from './compile-select.ts';
import type { Condition, MaskingRule } from './policy.ts';
import { customers, policyWith } from './testing/customers.ts';
import * as node from './testing/node-masks.ts';
import { decide } from './verdicts.ts';

const key = 'b7f1c0de'.repeat(8);
let database: TestDatabase;
let client: Client;

const connect = async (options: string): Promise<Client> => {
  const connected = new Client({ connectionString: database.url, options });
  await connected.connect();
  return connected;
};

beforeAll(async () => {
  database = await startTestDatabase();
  client = await connect(`-c atelier.masking_key=${key}`);
  await client.query(`
    create extension pgcrypto;
    create schema masking_test;
    create table masking_test.customer (
      id uuid, email text, name text, phone text, birth_date date, seen_at timestamptz,
      number bigint, visits integer, spent numeric(18, 2), ratio double precision, active boolean,
      note text, health text, new_column text,
      occurred_at timestamptz not null default '1997-01-01Z', deleted_at timestamptz)`);
});
beforeEach(() => client.query('truncate masking_test.customer'));
afterAll(async () => {
  await client.end();
  await database.stop();
});

/** Inserts by bound parameters, that is without any quoting of ours. */
async function insert(column: string, values: readonly unknown[], type: string): Promise<void> {
  await client.query(
    `insert into masking_test.customer (${column}, visits)
     select v, row_number() over () from unnest($1::${type}[]) v`,
    [values],
  );
}

interface Masked {
  readonly columns: Record<string, MaskingRule>;
  readonly filter?: readonly Condition[];
  readonly asOf?: string;
}

function compile({ columns, filter = [], asOf }: Masked): string {
  const rest = Object.fromEntries(
    customers.columns.map(({ name }) => [name, { rule: 'withhold', why: 'not asked' } as const]),
  );
  const verdict = decide(customers, 'scientist', [policyWith({ ...rest, ...columns })]);
  if (verdict === null) throw new Error('the policy gives nothing');
  const options = { dataset: customers, verdict, filter, keyVersion: 7 };
  return compileSelect(asOf === undefined ? options : { ...options, asOf }).sql;
}

/** What the compiled SELECT gives of one column, in the order of insertion. */
async function masked(column: string, rule: MaskingRule): Promise<unknown[]> {
  const sql = compile({ columns: { [column]: rule, visits: { rule: 'asIs' } } });
  const { rows } = await client.query(`select "${column}" as v from (${sql}) s order by visits`);
  return rows.map(({ v }) => v);
}

const nastyText = [
  '',
  ' ',
  '\t',
  '\n',
  '*',
  '@',
  'a@',
  '@b',
  'a@b',
  'Mara.Muster@Foo.Example',
  ' mara@foo.example\t',
  'MARA@FOO.EXAMPLE',
  'a@b@c.example',
  'ÄÖÜ@x.example',
  'İstanbul',
  'ß',
  '\u00a0x\u00a0',
  '漢字テスト',
  '👩‍🔬 Dev',
  'e\u0301',
  "O'Brien",
  '\\N',
  '\\',
  "'; drop table masking_test.customer; --",
  '+49 (0)30 1234-567',
  '110',
  '0171 2345678',
  '٣٤٥٦٧٨٩',
  '12345',
  '123456',
  'x'.repeat(5_000),
  '\u202egnp.exe',
  '=cmd|calc',
];
/** PostgreSQL's text: no NUL, and no halves of surrogate pairs. */
const text = fc
  .string({ unit: 'binary', maxLength: 30 })
  .map((value) => value.replaceAll('\0', '').toWellFormed());
const texts = fc.array(fc.oneof(text, fc.constantFrom(...nastyText)), {
  minLength: 1,
  maxLength: 60,
});

describe('every mask gives in PostgreSQL what an independent implementation gives', () => {
  const email = { key, version: 7, domain: 'email', email: true };
  const name = { key, version: 7, domain: 'customers.name', email: false };
  const masks: [string, MaskingRule, (value: string) => string][] = [
    ['email', { rule: 'pseudonym' }, (value) => node.pseudonym(value, email)],
    ['name', { rule: 'pseudonym' }, (value) => node.pseudonym(value, name)],
    ...[0, 1, 3].flatMap((start) =>
      [0, 2].map((end): [string, MaskingRule, (value: string) => string] => [
        'name',
        { rule: 'partial', of: 'characters', keepStart: start, keepEnd: end },
        (value) => node.partialCharacters(value, start, end),
      ]),
    ),
    ...[true, false].map((keepDomain): [string, MaskingRule, (value: string) => string] => [
      'email',
      { rule: 'partial', of: 'email', keepDomain },
      (value) => node.partialEmail(value, keepDomain),
    ]),
    ...[0, 2, 4].map((keepEnd): [string, MaskingRule, (value: string) => string] => [
      'phone',
      { rule: 'partial', of: 'phone', keepEnd },
      (value) => node.partialPhone(value, keepEnd),
    ]),
    ['name', { rule: 'asIs' }, (value) => value],
  ];

  test.each(masks)('%s under %j', async (column, rule, expected) => {
    const check = async (values: readonly string[]): Promise<void> => {
      await client.query('truncate masking_test.customer');
      await insert(column, values, 'text');
      expect(await masked(column, rule)).toEqual(values.map(expected));
    };
    await check(nastyText);
    await fc.assert(fc.asyncProperty(texts, check), { numRuns: 30 });
  });

  test.each(['day', 'week', 'month', 'quarter', 'year'] as const)(
    'dates cut to the %s',
    async (unit) => {
      const day = fc.date({
        min: new Date('0001-01-08T00:00:00Z'),
        max: new Date('9999-12-31T23:59:59.999Z'),
        noInvalidDate: true,
      });
      await fc.assert(
        fc.asyncProperty(fc.array(day, { minLength: 1, maxLength: 50 }), async (days) => {
          await client.query('truncate masking_test.customer');
          const iso = days.map((value) => value.toISOString());
          await insert(
            'birth_date',
            iso.map((value) => value.slice(0, 10)),
            'date',
          );
          await insert('seen_at', iso, 'timestamptz');
          for (const [column, sql] of [
            ['birth_date', 'birth_date::text'],
            ['seen_at', `to_char(seen_at at time zone 'UTC', 'YYYY-MM-DD')`],
          ] as const) {
            const select = compile({
              columns: { [column]: { rule: 'truncateDate', unit }, visits: { rule: 'asIs' } },
            });
            const { rows } = await client.query(
              `select ${sql} as v from (${select}) s where ${column} is not null order by visits`,
            );
            expect(rows.map(({ v }) => v)).toEqual(
              days.map((value) => node.truncateDate(value, unit).toISOString().slice(0, 10)),
            );
          }
        }),
        { numRuns: 15 },
      );
    },
  );

  test('ids and numbers have pseudonyms too', async () => {
    const id = '01890A5D-AC96-774B-BCCE-B302099A8057';
    await insert('id', [id], 'uuid');
    const domain = { key, version: 7, domain: 'customer', email: false };
    expect(await masked('id', { rule: 'pseudonym' })).toEqual([
      node.pseudonym(id.toLowerCase(), domain),
    ]);
  });
});

test('NULL stays NULL under every rule', async () => {
  await client.query('insert into masking_test.customer default values');
  const rules: [string, MaskingRule][] = [
    ['email', { rule: 'pseudonym' }],
    ['email', { rule: 'partial', of: 'email', keepDomain: true }],
    ['name', { rule: 'partial', of: 'characters', keepStart: 1, keepEnd: 1 }],
    ['phone', { rule: 'partial', of: 'phone', keepEnd: 2 }],
    ['birth_date', { rule: 'truncateDate', unit: 'month' }],
    ['seen_at', { rule: 'asIs' }],
  ];
  for (const [column, rule] of rules) expect(await masked(column, rule)).toEqual([null]);
});

test('two keys, two versions and two domains give unlike pseudonyms; one of each joins', async () => {
  await insert('email', ['mara@foo.example', ' MARA@foo.example '], 'text');
  const [first, second] = await masked('email', { rule: 'pseudonym' });
  expect(first).toBe(second);
  const sql = compile({ columns: { email: { rule: 'pseudonym' } } });
  const otherKey = await connect(`-c atelier.masking_key=${'0'.repeat(64)}`);
  try {
    expect((await otherKey.query(sql)).rows[0].email).not.toBe(first);
  } finally {
    await otherKey.end();
  }
  expect((await client.query(sql.replaceAll("'v7:", "'v8:"))).rows[0].email).not.toBe(first);
  expect((await client.query(sql.replaceAll(':email:', ':name:'))).rows[0].email).not.toBe(first);
});

test('without a key nothing is hashed', async () => {
  await insert('email', ['mara@foo.example'], 'text');
  const sql = compile({ columns: { email: { rule: 'pseudonym' } } });
  const keyless = await connect('-c application_name=keyless');
  await expect(keyless.query(sql)).rejects.toThrow('unrecognized configuration parameter');
  await keyless.query(`set atelier.masking_key = ''`);
  expect((await keyless.query(sql)).rows).toEqual([{ email: null }]);
  await keyless.end();
});

test('dates that files cannot carry stop the extract without telling the value', async () => {
  for (const [column, value] of [
    ['birth_date', '0044-03-15 BC'],
    ['birth_date', 'infinity'],
    ['seen_at', '10000-01-01Z'],
    ['seen_at', '-infinity'],
  ] as const) {
    await client.query('truncate masking_test.customer');
    await client.query(`insert into masking_test.customer (${column}) values ('${value}')`);
    for (const rule of [{ rule: 'asIs' }, { rule: 'truncateDate', unit: 'year' }] as const) {
      const refused = await masked(column, rule).then(
        () => '',
        (error: Error) => error.message,
      );
      expect(refused).toContain(`customers.${column} has a date outside the years 1 to 9999`);
      expect(refused).not.toContain('44');
    }
  }
});

test('a filter finds exactly the rows whose value it names, whatever the value says', async () => {
  await fc.assert(
    fc.asyncProperty(texts, async (values) => {
      await client.query('truncate masking_test.customer');
      await insert('name', values, 'text');
      const wanted = values[0] ?? '';
      const conditions: Condition[] = [
        { column: 'name', operator: '=', value: wanted },
        { column: 'name', operator: 'in', value: [wanted, 'no such'] },
      ];
      for (const condition of conditions) {
        const filter = [condition];
        const { rows } = await client.query(
          compile({ columns: { name: { rule: 'asIs' } }, filter }),
        );
        const expected = values.filter((value) => value === wanted);
        expect(rows.map(({ name }) => name)).toEqual(expected);
      }
    }),
    { numRuns: 40 },
  );
});

test('literals of every type are understood by the database as they were meant', async () => {
  await client.query(`insert into masking_test.customer (id, number, visits, spent, ratio, active,
      birth_date, seen_at) values ('01890a5d-ac96-774b-bcce-b302099a8057', -9223372036854775807, 7,
      12.50, 1e-9, true, '1998-06-30', '1998-06-30T12:00:00.123456Z')`);
  const matching: Condition[] = [
    { column: 'id', operator: '=', value: '01890A5D-ac96-774b-bcce-b302099a8057' },
    { column: 'number', operator: '=', value: '-9223372036854775807' },
    { column: 'visits', operator: '<', value: 9_000_000_000 },
    { column: 'visits', operator: 'in', value: [6, 7] },
    { column: 'visits', operator: '!=', value: -7 },
    { column: 'spent', operator: '=', value: '12.5' },
    { column: 'spent', operator: '<', value: 1e21 },
    { column: 'ratio', operator: '<=', value: 1e-9 },
    { column: 'active', operator: '=', value: true },
    { column: 'birth_date', operator: '>=', value: '1998-06-30' },
    { column: 'seen_at', operator: '=', value: '1998-06-30T14:00:00.123456+02:00' },
    { column: 'seen_at', operator: 'is not null' },
  ];
  const columns = Object.fromEntries(
    matching.map(({ column }) => [column, { rule: 'asIs' } as const]),
  );
  for (const condition of matching) {
    const { rowCount } = await client.query(compile({ columns, filter: [condition] }));
    expect([condition, rowCount]).toEqual([condition, 1]);
  }
  const none: Condition[] = [{ column: 'visits', operator: 'in', value: [] }];
  expect((await client.query(compile({ columns, filter: none }))).rowCount).toBe(0);
});

test('rows are those that had happened and were not deleted, now or as of a time', async () => {
  await client.query(`insert into masking_test.customer (visits, occurred_at, deleted_at) values
    (1, '1997-01-01Z', null), (2, '1997-01-01Z', '1998-01-01Z'), (3, '1999-01-01Z', null)`);
  const visits = async (asOf?: string): Promise<number[]> => {
    const masked: Masked = { columns: { visits: { rule: 'asIs' } } };
    const { rows } = await client.query(compile(asOf === undefined ? masked : { ...masked, asOf }));
    return rows.map((row) => row.visits).sort();
  };
  expect(await visits()).toEqual([1, 3]);
  expect(await visits('1997-06-30T00:00:00Z')).toEqual([1, 2]);
  expect(await visits('1998-06-30T00:00:00Z')).toEqual([1]);
});

test('the compiled SELECT runs under COPY as it stands', async () => {
  await insert('email', ['mara@foo.example'], 'text');
  const sql = compile({ columns: { email: { rule: 'pseudonym' }, visits: { rule: 'asIs' } } });
  const { rowCount } = await client.query(`copy (${sql}) to '/dev/null'`);
  expect(rowCount).toBe(1);
});
