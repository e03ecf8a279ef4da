import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileSelect } from './compile-select.ts';
import type { Condition, MaskingRule } from './policy.ts';
import { customers, policyWith } from './testing/customers.ts';
import { skeleton } from './testing/skeleton.ts';
import { type DatasetVerdict, decide } from './verdicts.ts';

const withhold: MaskingRule = { rule: 'withhold', why: 'not yours' };

function verdictWith(
  columns: Record<string, MaskingRule> = {},
  rows?: readonly Condition[],
): DatasetVerdict {
  const verdict = decide(customers, 'scientist', [policyWith(columns, rows?.slice())]);
  if (verdict === null) throw new Error('the policy gives nothing');
  return verdict;
}

const compile = (filter: readonly Condition[], columns: Record<string, MaskingRule> = {}) =>
  compileSelect({ dataset: customers, verdict: verdictWith(columns), filter, keyVersion: 1 });

test('a few columns compile to a SELECT that a person can read', () => {
  const names = ['id', 'email', 'name', 'phone', 'seen_at', 'spent'];
  const rest = customers.columns.filter(({ name }) => !names.includes(name));
  const { sql, schema, sqlHash, masking } = compileSelect({
    dataset: customers,
    verdict: verdictWith({
      ...Object.fromEntries(rest.map(({ name }) => [name, withhold])),
      id: { rule: 'pseudonym' },
      email: { rule: 'pseudonym' },
      name: { rule: 'partial', of: 'characters', keepStart: 1, keepEnd: 0 },
      phone: withhold,
      seen_at: { rule: 'truncateDate', unit: 'month' },
    }),
    filter: [{ column: 'spent', operator: '>=', value: '12.50' }],
    asOf: '1998-06-30T00:00:00Z',
    limit: 20,
    keyVersion: 3,
  });
  expect(sql).toMatchInlineSnapshot(`
    "select
      left(encode("public".hmac('v3:customer:' || "id"::text, nullif(current_setting('atelier.masking_key'), ''), 'sha256'), 'hex'), 32) as "id",
      left(encode("public".hmac('v3:email:' || translate(btrim("email", E' \\t\\n\\r'), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'), nullif(current_setting('atelier.masking_key'), ''), 'sha256'), 'hex'), 32) as "email",
      case when length("name") > 1 then left("name", 1) || '***' || right("name", 0) else '***' || left("name", 0) end as "name",
      date_trunc('month', case when "seen_at" is null or "seen_at" between '0001-01-01 00:00:00+00'::timestamptz and '9999-12-31 23:59:59.999999+00'::timestamptz then "seen_at" else (left("seen_at"::text, 0) || 'customers.seen_at has a date outside the years 1 to 9999')::timestamptz end, 'UTC') as "seen_at",
      "spent" as "spent"
    from "masking_test"."customer"
    where ("occurred_at" <= '1998-06-30T00:00:00Z'::timestamptz)
      and ("deleted_at" is null or "deleted_at" > '1998-06-30T00:00:00Z'::timestamptz)
      and ("spent" >= '12.50'::numeric)
    limit 20"
  `);
  expect(sqlHash).toBe(createHash('sha256').update(sql).digest('hex'));
  expect(schema).toEqual([
    { name: 'id', type: 'string' },
    { name: 'email', type: 'string' },
    { name: 'name', type: 'string' },
    { name: 'seen_at', type: 'timestamp' },
    { name: 'spent', type: 'decimal', precision: { digits: 18, scale: 2 } },
  ]);
  expect(masking).toMatchObject({
    spent: 'as is',
    phone: 'withheld: not yours',
    new_column: 'withheld: nobody has classified this column yet',
  });
});

test('withheld columns do not occur in the SQL at all', () => {
  const { sql, schema } = compile([], { email: withhold, health: withhold });
  for (const name of ['email', 'health', 'new_column']) {
    expect(sql).not.toContain(name);
    expect(schema.map((column) => column.name)).not.toContain(name);
  }
});

test('when nothing is left, nothing is compiled', () => {
  const all = Object.fromEntries(customers.columns.map(({ name }) => [name, withhold]));
  expect(() => compile([], all)).toThrow(expect.objectContaining({ code: 'dataset_unavailable' }));
});

test('the same policy and request give the same hash, another key version another', () => {
  const rules: Record<string, MaskingRule> = { id: { rule: 'pseudonym' } };
  const options = { dataset: customers, verdict: verdictWith(rules) };
  const first = compileSelect({ ...options, keyVersion: 1 });
  expect(compileSelect({ ...options, keyVersion: 1 }).sqlHash).toBe(first.sqlHash);
  expect(compileSelect({ ...options, keyVersion: 2 }).sqlHash).not.toBe(first.sqlHash);
});

test('a requester’s condition on a masked column compares what he sees, never the raw value', () => {
  const filter: Condition[] = [{ column: 'email', operator: '=', value: 'mara@foo.example' }];
  const { sql } = compile(filter, { email: { rule: 'pseudonym' } });
  const where = sql.slice(sql.indexOf('\nwhere'));
  expect(where).toContain(`'hex'), 32) = 'mara@foo.example'::text`);
  expect(where).not.toContain(`("email" =`);
});

test('a policy’s condition on rows compares raw values, also of withheld columns', () => {
  const verdict = verdictWith({ email: withhold }, [{ column: 'email', operator: 'is not null' }]);
  const { sql } = compileSelect({ dataset: customers, verdict, keyVersion: 1 });
  expect(sql).toContain('("email" is not null)');
});

describe('a filter is refused with all its faults', () => {
  const refused: Record<string, [Condition, RegExp]> = {
    'an unknown column': [{ column: 'nope', operator: '=', value: 1 }, /no such column/],
    'a withheld column': [{ column: 'health', operator: '=', value: 'ill' }, /no such column/],
    'an object’s own name': [{ column: 'constructor', operator: '=', value: 1 }, /no such column/],
    'text for a number': [{ column: 'visits', operator: '=', value: '1 or 1=1' }, /type integer/],
    'a broken integer': [{ column: 'visits', operator: '=', value: 1.5 }, /type integer/],
    'an integer out of range': [
      { column: 'number', operator: '=', value: '9223372036854775808' },
      /type bigint/,
    ],
    infinity: [{ column: 'ratio', operator: '=', value: Number.POSITIVE_INFINITY }, /type double/],
    'a number for text': [{ column: 'name', operator: '=', value: 5 }, /type text/],
    'NUL in text': [{ column: 'name', operator: '=', value: 'a\0b' }, /type text/],
    'text for a boolean': [{ column: 'active', operator: '=', value: 'true' }, /type boolean/],
    'a day that is none': [
      { column: 'birth_date', operator: '<', value: '2026-02-30' },
      /type date/,
    ],
    'a time without zone': [
      { column: 'seen_at', operator: '<', value: '2026-02-20T10:00:00' },
      /type timestamptz/,
    ],
    'a value with is null': [{ column: 'name', operator: 'is null', value: 'x' }, /takes no value/],
    'no value': [{ column: 'name', operator: '=' }, /type text/],
    'a list outside in': [{ column: 'visits', operator: '=', value: [1] }, /type integer/],
    'no list in in': [{ column: 'visits', operator: 'in', value: 1 }, /takes a list/],
    'a mixed list': [{ column: 'visits', operator: 'in', value: [1, 'x'] }, /type integer/],
  };
  test.each(Object.entries(refused))('%s', (_, [condition, message]) => {
    const fine: Condition = { column: 'visits', operator: '>', value: 1 };
    try {
      compile([fine, condition, condition], { health: withhold });
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'invalid_filter',
        faults: [
          { index: 1, message: expect.stringMatching(message) },
          { index: 2, message: expect.stringMatching(message) },
        ],
      });
    }
  });
});

/** Text that tries to be more than a value. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        "'",
        "''",
        '\\',
        "\\'",
        '"',
        ';',
        '--',
        '/*',
        '*/',
        '$$',
        '$1',
        "E'",
        ' or 1=1',
        '\n',
        '\r',
        '\u2028',
        'ʼ',
        '＇',
        '%',
        '::',
        "')",
        'drop table x',
        '\ud800',
        '\\u0027',
        '\\x27',
        '{',
        '}',
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

test('whatever a value says, the SQL around its literal stays the same', () => {
  const plain = skeleton(
    compile([
      { column: 'name', operator: '=', value: 'x' },
      { column: 'note', operator: 'in', value: ['x', 'y'] },
    ]).sql,
  );
  fc.assert(
    fc.property(hostile, hostile, hostile, (one, two, three) => {
      fc.pre(![one, two, three].some((text) => text.includes('\0')));
      const { sql } = compile([
        { column: 'name', operator: '=', value: one },
        { column: 'note', operator: 'in', value: [two, three] },
      ]);
      expect(skeleton(sql)).toBe(plain);
    }),
    { numRuns: 2_000 },
  );
});

test('text where another type belongs is refused or harmless, whatever it says', () => {
  const others = customers.columns.filter(
    ({ type, classification }) => type !== 'text' && classification !== null,
  );
  fc.assert(
    fc.property(fc.constantFrom(...others), hostile, ({ name }, value) => {
      const filter: Condition[] = [{ column: name, operator: '=', value }];
      try {
        const literal = compile(filter).sql.split(`("${name}"`)[1] ?? '';
        expect(literal).toMatch(/^ = '[0-9a-fA-FTZ.:+-]+'::/);
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid_filter' });
      }
    }),
    { numRuns: 1_000 },
  );
});
