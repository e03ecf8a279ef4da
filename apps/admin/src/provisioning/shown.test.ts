import { expect, it } from 'vitest';
import { isShown, parseShown } from './shown.ts';

it.each([
  ['open', 'open', true],
  ['open', 'failed', true],
  ['open', 'over', false],
  ['failed', 'open', false],
  ['failed', 'failed', true],
  ['all', 'over', true],
] as const)('%s: %s → %s', (show, standing, shown) => {
  expect(isShown(show, standing)).toBe(shown);
});

it('takes what the address says only when it means something', () => {
  expect(parseShown({ show: 'failed' })).toEqual({ show: 'failed' });
  expect(parseShown({ show: 'everything' })).toEqual({});
});
