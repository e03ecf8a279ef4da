import { expect, it } from 'vitest';
import { churnTier } from './churn-tier.ts';

it.each([
  [0, 'low'],
  [0.2499, 'low'],
  [0.25, 'moderate'],
  [0.5, 'high'],
  [0.75, 'very_high'],
  [1, 'very_high'],
])('%d is %s', (probability, tier) => {
  expect(churnTier(probability)).toBe(tier);
});
