/** What the model looks at: purchase days after the first, and days since the first. */
export interface Observation {
  readonly x: number;
  readonly t: number;
}

/** Gamma shape `r` and rate `alpha` (days) of purchase rates; `m` alone (per day) where rates do not differ. */
export interface NegativeBinomialFit {
  readonly m: number;
  readonly r: number;
  readonly alpha: number;
}

/**
 * Fits by moments over everybody with t > 0. The sums are those of the definition, expanded so that one pass is enough:
 * Σ(x − mT)² = Σx² − 2mΣxT + m²ΣT². Null when nobody was observed or nobody bought again. `alpha` is infinite where the
 * rates do not differ measurably.
 */
export const fitNegativeBinomial = async (
  observations: AsyncIterable<Observation> | Iterable<Observation>,
): Promise<NegativeBinomialFit | null> => {
  let [sumX, sumT, sumXX, sumXT, sumTT] = [0, 0, 0, 0, 0];
  for await (const { x, t } of observations) {
    if (t <= 0) continue;
    sumX += x;
    sumT += t;
    sumXX += x * x;
    sumXT += x * t;
    sumTT += t * t;
  }
  if (sumT === 0 || sumX === 0) return null;
  const m = sumX / sumT;
  const v = (sumXX - 2 * m * sumXT + m * m * sumTT - m * sumT) / sumTT;
  return v > 0
    ? { m, alpha: m / v, r: (m * m) / v }
    : { m, alpha: Number.POSITIVE_INFINITY, r: Number.POSITIVE_INFINITY };
};

/** P(no purchase within `days` | x, t). */
export const probabilityOfNoPurchase = (
  fit: NegativeBinomialFit,
  { x, t }: Observation,
  days: number,
): number =>
  Number.isFinite(fit.alpha)
    ? ((fit.alpha + t) / (fit.alpha + t + days)) ** (fit.r + x)
    : Math.exp(-fit.m * days);
