import { describe, expect, test } from 'vitest';
import { type DataPolicy, dataPolicy, type MaskingRule, tighter } from './policy.ts';
import { customers, policyWith } from './testing/customers.ts';
import { decide } from './verdicts.ts';

const pseudonym: MaskingRule = { rule: 'pseudonym' };
const asIs: MaskingRule = { rule: 'asIs' };
const month: MaskingRule = { rule: 'truncateDate', unit: 'month' };
const year: MaskingRule = { rule: 'truncateDate', unit: 'year' };
const withhold: MaskingRule = { rule: 'withhold', why: 'no' };
const firstLetter: MaskingRule = { rule: 'partial', of: 'characters', keepStart: 1, keepEnd: 0 };

function verdictOf(column: string, ...policies: [DataPolicy, ...DataPolicy[]]) {
  return decide(customers, 'scientist', policies)?.columns.find(({ name }) => name === column);
}

test('a column that nobody has classified is withheld and reported, whatever the policy says', () => {
  expect(verdictOf('new_column', policyWith({ new_column: asIs }))).toMatchObject({
    verdict: 'withheld',
    classification: null,
    reason: 'nobody has classified this column yet',
  });
});

test('a classification that the policy does not mention is withheld', () => {
  const policy: DataPolicy = {
    version: 1,
    roles: { scientist: { datasets: { customers: { byClassification: { plain: asIs } } } } },
  };
  expect(verdictOf('visits', policy)).toMatchObject({ verdict: 'as is', reason: null });
  expect(verdictOf('email', policy)).toMatchObject({
    verdict: 'withheld',
    reason: 'the policy gives no personal columns',
  });
});

test('a column’s own rule goes before its classification’s', () => {
  expect(verdictOf('email', policyWith({ email: pseudonym }))?.verdict).toBe('masked');
  expect(verdictOf('name', policyWith({ email: pseudonym }))?.verdict).toBe('as is');
});

test('a rule that does not fit the type withholds instead of letting the raw value through', () => {
  for (const [column, rule] of [
    ['name', month],
    ['number', firstLetter],
    ['birth_date', firstLetter],
    ['active', month],
  ] as const) {
    expect(verdictOf(column, policyWith({ [column]: rule }))).toMatchObject({
      verdict: 'withheld',
      reason: expect.stringContaining('does not fit'),
    });
  }
});

test('a role or dataset that a policy does not mention gets nothing', () => {
  const policy = policyWith({});
  expect(decide(customers, 'marketer', [policy])).toBeNull();
  expect(decide(customers, 'constructor', [policy])).toBeNull();
  expect(decide({ ...customers, name: 'toString' }, 'scientist', [policy])).toBeNull();
  const empty: DataPolicy = { version: 1, roles: {} };
  expect(decide(customers, 'scientist', [policy, empty])).toBeNull();
});

describe('of several policies the tightest counts', () => {
  const order: [MaskingRule, MaskingRule, MaskingRule][] = [
    [asIs, pseudonym, pseudonym],
    [pseudonym, asIs, pseudonym],
    [withhold, asIs, withhold],
    [pseudonym, withhold, withhold],
    [firstLetter, pseudonym, pseudonym],
    [month, year, year],
    [year, month, year],
    [asIs, asIs, asIs],
  ];
  test.each(order)('%j and %j give %j', (first, second, expected) => {
    expect(tighter(first, second)).toEqual(expected);
  });

  test('also of rows, which all policies must allow', () => {
    const provider = policyWith({}, [{ column: 'visits', operator: '>', value: 0 }]);
    const tenant = policyWith({}, [{ column: 'active', operator: '=', value: true }]);
    expect(decide(customers, 'scientist', [provider, tenant])?.rows).toHaveLength(2);
  });

  test('of two that cannot be compared the provider’s', () => {
    const other: MaskingRule = { rule: 'partial', of: 'email', keepDomain: true };
    expect(tighter(firstLetter, other)).toEqual(firstLetter);
    expect(tighter(other, firstLetter)).toEqual(other);
  });
});

test('a stored policy is checked: an unknown rule, a loose number and a stray key are refused', () => {
  expect(dataPolicy.safeParse(policyWith({ email: pseudonym })).success).toBe(true);
  for (const rule of [
    { rule: 'hash' },
    { rule: 'partial', of: 'characters', keepStart: -1, keepEnd: 0 },
    { rule: 'truncateDate', unit: "month'" },
    { rule: 'pseudonym', key: 'secret' },
  ]) {
    const policy = policyWith({ email: rule as MaskingRule });
    expect(dataPolicy.safeParse(policy).success).toBe(false);
  }
});
