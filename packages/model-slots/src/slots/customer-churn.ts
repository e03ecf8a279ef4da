import type { Transaction } from '@atelier/service-kit';
import type { Feature, FeatureRow, Fit, Selection, SlotDefinition, Subject } from '../slot.ts';
import {
  fitNegativeBinomial,
  type Observation,
  probabilityOfNoPurchase,
} from './negative-binomial.ts';

const HORIZON_DAYS = 90;

const feature = (
  name: string,
  unit: string,
  meaning: string,
  nullWhen = 'never',
  minimum: number | null = 0,
): Feature => ({ name, type: 'number', unit, meaning, nullWhen, minimum });

const NEVER_BOUGHT = 'the customer never bought';
const BOUGHT_ONCE = 'the customer bought on fewer than two days';

/** Defined in `docs/decisions/0001-built-in-churn-model.md`; the order is the contract's. */
const FEATURES: readonly Feature[] = [
  feature('recency_days', 'days', 'since the last purchase day', NEVER_BOUGHT),
  feature('tenure_days', 'days', 'since the first purchase day', NEVER_BOUGHT),
  feature('frequency', 'count', 'purchase days after the first'),
  feature('value_total', 'currency', 'value of all purchases', undefined, null),
  feature('value_mean', 'currency', 'value per purchase day', NEVER_BOUGHT, null),
  feature('value_last', 'currency', 'value of the last purchase day', NEVER_BOUGHT, null),
  feature('quantity_mean', 'pieces', 'quantity per purchase day', NEVER_BOUGHT, null),
  feature('purchases_30d', 'count', 'purchase days in the last 30 days'),
  feature('purchases_90d', 'count', 'purchase days in the last 90 days'),
  feature('purchases_365d', 'count', 'purchase days in the last 365 days'),
  feature('gap_mean_days', 'days', 'mean time between purchase days', BOUGHT_ONCE),
  feature('gap_max_days', 'days', 'longest time between purchase days', BOUGHT_ONCE),
];

/** As-of date $1; subjects by $2 (one id) or after $3, at most $4. Row security confines it to the tenant. */
const FEATURES_SQL = `
  with chosen as (
    select id from customers
     where deleted_at is null
       and ($2::uuid is null or id = $2)
       and ($3::uuid is null or id > $3)
     order by id limit $4
  ), purchase_days as (
    select p.customer_id, p.purchased_on as day,
           sum(p.amount)::float8 as value, sum(p.quantity)::float8 as quantity
      from purchases p
     where p.customer_id in (select id from chosen)
       and p.deleted_at is null and p.purchased_on <= $1::date
     group by p.customer_id, p.purchased_on
  ), gaps as (
    select *, day - lag(day) over (partition by customer_id order by day) as gap
      from purchase_days
  ), summed as (
    select customer_id,
           $1::date - max(day) as recency,
           $1::date - min(day) as tenure,
           count(*)::int - 1 as frequency,
           sum(value) as value_total,
           avg(value) as value_mean,
           (array_agg(value order by day desc))[1] as value_last,
           avg(quantity) as quantity_mean,
           count(*) filter (where day > $1::date - 30)::int as purchases_30d,
           count(*) filter (where day > $1::date - 90)::int as purchases_90d,
           count(*) filter (where day > $1::date - 365)::int as purchases_365d,
           avg(gap)::float8 as gap_mean,
           max(gap) as gap_max
      from gaps group by customer_id
  )
  select c.id,
         array[s.recency, s.tenure, coalesce(s.frequency, 0), coalesce(s.value_total, 0),
               s.value_mean, s.value_last, s.quantity_mean, coalesce(s.purchases_30d, 0),
               coalesce(s.purchases_90d, 0), coalesce(s.purchases_365d, 0), s.gap_mean, s.gap_max
              ]::float8[] as features
    from chosen c left join summed s on s.customer_id = c.id
   order by c.id`;

const subjects = async (
  transaction: Transaction,
  asOf: string,
  selection: Selection,
): Promise<Subject[]> => {
  const parameters =
    selection.kind === 'one'
      ? [asOf, selection.id, null, 1]
      : [asOf, null, selection.after, selection.limit];
  const { rows } = await transaction.query<Subject & { readonly [column: string]: unknown }>(
    FEATURES_SQL,
    parameters,
  );
  return rows;
};

const observationOf = (features: FeatureRow): Observation => ({
  x: features[2] ?? 0,
  t: features[1] ?? 0,
});

async function* observations(rows: AsyncIterable<FeatureRow> | Iterable<FeatureRow>) {
  for await (const row of rows) yield observationOf(row);
}

const toFit = ({ m, r, alpha }: { m: number; r: number; alpha: number }): Fit =>
  Number.isFinite(alpha) ? { m, r, alpha } : { m };

const fromFit = (fit: Fit) => ({
  m: fit.m ?? 0,
  r: fit.r ?? Number.POSITIVE_INFINITY,
  alpha: fit.alpha ?? Number.POSITIVE_INFINITY,
});

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);

export const customerChurn: SlotDefinition = {
  name: 'customer-churn',
  contract: 1,
  title: 'Customer churn',
  question: `How likely is it that this customer buys nothing in the next ${HORIZON_DAYS} days?`,
  features: FEATURES,
  builtIn: {
    name: 'Purchase statistics',
    explanation:
      'Each customer buys at a rate of his own; how rates differ between your customers is read off their history. ' +
      'Who bought often since the first purchase is likely to buy again, who bought rarely is not. The first purchase ' +
      'opens the clock and is not counted, purchases of one day count once, and when the last one was plays no part.',
    fit: async (rows) => {
      const fit = await fitNegativeBinomial(observations(rows));
      return fit === null ? null : toFit(fit);
    },
    probability: (fit, features) =>
      probabilityOfNoPurchase(fromFit(fit), observationOf(features), HORIZON_DAYS),
    reasons: (_, features) => {
      const { x, t } = observationOf(features);
      if (features[1] === null) return ['Never bought'];
      return [`Bought again ${times(x)} in the ${t} days since the first purchase`];
    },
  },
  subjects,
  count: async (transaction) => {
    const { rows } = await transaction.query<{ count: string }>(
      'select count(*) from customers where deleted_at is null',
    );
    return Number(rows[0]?.count ?? 0);
  },
  goldenRows: [
    [12, 420, 9, 612.4, 61.24, 48.9, 2.1, 1, 3, 9, 45.3, 120],
    [200, 420, 0, 29.33, 29.33, 29.33, 2, 0, 0, 0, null, null],
    [0, 0, 0, 10, 10, 10, 1, 1, 1, 1, null, null],
    [3, 900, 120, 8400, 69.42, 12.5, 3.4, 6, 15, 52, 7.5, 30],
    [null, null, 0, 0, null, null, null, 0, 0, 0, null, null],
  ],
};
