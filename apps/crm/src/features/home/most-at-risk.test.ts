import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mostAtRisk } from './most-at-risk.ts';

const customer = (id: string, amount: number, probability: number | null) => ({
  id,
  value: { amount: String(amount), currency: 'USD' },
  churn: probability === null ? null : { probability },
});

it('ranks by value × probability, each customer once', () => {
  const rich = customer('rich', 1000, 0.1);
  const both = customer('both', 500, 0.9);
  const lost = customer('lost', 10, 0.99);
  const { customers } = mostAtRisk({
    likeliest: [lost, both],
    mostValuable: [rich, both],
    total: 3,
    count: 8,
  });
  expect(customers.map((entry) => entry.customer.id)).toEqual(['both', 'rich', 'lost']);
  expect(customers[0]?.atStake).toBe(450);
});

it('leaves out who has no score', () => {
  const unknown = customer('unknown', 1000, null);
  expect(
    mostAtRisk({ likeliest: [unknown], mostValuable: [unknown], total: 1, count: 8 }).customers,
  ).toEqual([]);
});

it('says exact only when nobody outside of both heads can rank higher', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 20 })), {
        minLength: 1,
        maxLength: 30,
      }),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 4 }),
      (pairs, head, count) => {
        const all = pairs.map(([amount, step], n) => customer(String(n), amount, step / 20));
        const p = (one: (typeof all)[number]) => one.churn?.probability ?? 0;
        const v = (one: (typeof all)[number]) => Number(one.value.amount);
        const { customers, exact } = mostAtRisk({
          likeliest: [...all].sort((a, b) => p(b) - p(a)).slice(0, head),
          mostValuable: [...all].sort((a, b) => v(b) - v(a)).slice(0, head),
          total: all.length,
          count,
        });
        if (!exact) return;
        const best = all
          .map((one) => p(one) * v(one))
          .filter((stake) => stake > 0)
          .sort((a, b) => b - a)
          .slice(0, count);
        expect(customers.map(({ atStake }) => atStake)).toEqual(best);
      },
    ),
  );
});
