import type { Call } from '@atelier/web-kit';

type Query = NonNullable<Call<'customer-management', 'listCustomers'>['query']>;
export type CustomerSort = NonNullable<Query['sort']>;

export const CUSTOMER_SORTS: readonly CustomerSort[] = [
  'name',
  '-name',
  'churn',
  '-churn',
  'value',
  '-value',
  'lastPurchaseOn',
  '-lastPurchaseOn',
];
