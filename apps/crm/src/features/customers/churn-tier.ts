export const CHURN_TIERS = ['low', 'moderate', 'high', 'very_high'] as const;
export type ChurnTier = (typeof CHURN_TIERS)[number];

/** Four equal steps of the probability, so that a word always means the same. */
export const churnTier = (probability: number): ChurnTier =>
  CHURN_TIERS[Math.min(CHURN_TIERS.length - 1, Math.floor(probability * 4))] ?? 'very_high';

export const TIER_COLORS = {
  low: 'green',
  moderate: 'ink',
  high: 'amber',
  very_high: 'red',
} as const satisfies Record<ChurnTier, string>;
