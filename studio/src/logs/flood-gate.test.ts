import { expect, test } from 'vitest';
import { createFloodGate } from './flood-gate.ts';

test('a stream may write a burst, then as fast as its bucket fills, and disturbs no other', () => {
  let ms = 0;
  const gate = createFloodGate({ monotonicMs: () => ms });
  const mebibyte = 1 << 20;
  for (let n = 0; n < 4; n += 1) expect(gate.admit('noisy', mebibyte)).toBe(true);
  expect(gate.admit('noisy', 1)).toBe(false);
  expect(gate.admit('quiet', mebibyte)).toBe(true);
  ms += 1_000;
  expect(gate.admit('noisy', mebibyte / 2)).toBe(true);
  expect(gate.admit('noisy', 1)).toBe(false);
  ms += 3_600_000;
  for (let n = 0; n < 4; n += 1) expect(gate.admit('noisy', mebibyte)).toBe(true);
  expect(gate.admit('noisy', 1)).toBe(false);
});
