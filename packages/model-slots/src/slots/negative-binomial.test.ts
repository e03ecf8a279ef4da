import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitNegativeBinomial, probabilityOfNoPurchase } from './negative-binomial.ts';

describe('fit', () => {
  it('follows the definition term by term', async () => {
    const seen = [
      { x: 0, t: 100 },
      { x: 3, t: 200 },
      { x: 12, t: 300 },
      { x: 1, t: 50 },
    ];
    const sum = (value: (one: { x: number; t: number }) => number) =>
      seen.reduce((total, one) => total + value(one), 0);
    const m = sum(({ x }) => x) / sum(({ t }) => t);
    const v = (sum(({ x, t }) => (x - m * t) ** 2) - m * sum(({ t }) => t)) / sum(({ t }) => t * t);
    const fit = await fitNegativeBinomial(seen);
    expect(fit?.alpha).toBeCloseTo(m / v, 9);
    expect(fit?.r).toBeCloseTo((m * m) / v, 9);
  });

  it('leaves out who was seen for no day, and gives nothing without a repeated purchase', async () => {
    const seen = [{ x: 2, t: 10 }];
    expect(await fitNegativeBinomial([...seen, { x: 9, t: 0 }])).toEqual(
      await fitNegativeBinomial(seen),
    );
    expect(await fitNegativeBinomial([])).toBeNull();
    expect(await fitNegativeBinomial([{ x: 0, t: 10 }])).toBeNull();
  });

  it('takes everybody for alike when purchases vary no more than chance', async () => {
    const fit = await fitNegativeBinomial([
      { x: 1, t: 100 },
      { x: 1, t: 100 },
    ]);
    expect(fit?.alpha).toBe(Number.POSITIVE_INFINITY);
    expect(probabilityOfNoPurchase(fit ?? never(), { x: 1, t: 100 }, 90)).toBeCloseTo(
      Math.exp(-0.9),
    );
  });
});

const never = (): never => {
  throw new Error('a fit was expected');
};

it('is a probability, falls with more purchases, and rises with a longer wait since the first', () => {
  const positive = fc.double({ min: 0.01, max: 1e4, noNaN: true });
  const count = fc.integer({ min: 0, max: 1000 });
  fc.assert(
    fc.property(positive, positive, count, positive, (r, alpha, x, t) => {
      const p = (at: { x: number; t: number }) =>
        probabilityOfNoPurchase({ m: r / alpha, r, alpha }, at, 90);
      expect(p({ x, t })).toBeGreaterThanOrEqual(0);
      expect(p({ x, t })).toBeLessThanOrEqual(1);
      expect(p({ x: x + 1, t })).toBeLessThanOrEqual(p({ x, t }));
      expect(p({ x, t: t + 10 })).toBeGreaterThanOrEqual(p({ x, t }));
    }),
  );
});
