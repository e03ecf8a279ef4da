interface Scored {
  readonly id: string;
  readonly value: { readonly amount: string };
  readonly churn: { readonly probability: number | null } | null;
}

export interface AtRisk<Customer> {
  readonly customer: Customer;
  /** Value so far × probability, in the customer's currency. */
  readonly atStake: number;
}

const atStake = (customer: Scored): number =>
  Number(customer.value.amount) * (customer.churn?.probability ?? 0);

/**
 * The customers with the highest value × probability. The services sort by one of the two, so both heads are taken;
 * `exact` says whether nobody outside of them can rank higher.
 */
export const mostAtRisk = <Customer extends Scored>(given: {
  readonly likeliest: readonly Customer[];
  readonly mostValuable: readonly Customer[];
  readonly total: number;
  readonly count: number;
}): { readonly customers: readonly AtRisk<Customer>[]; readonly exact: boolean } => {
  const { likeliest, mostValuable, total, count } = given;
  const known = new Map([...likeliest, ...mostValuable].map((customer) => [customer.id, customer]));
  const customers = [...known.values()]
    .map((customer) => ({ customer, atStake: atStake(customer) }))
    .filter((entry) => entry.atStake > 0)
    .sort((a, b) => b.atStake - a.atStake)
    .slice(0, count);
  const outside =
    (likeliest.at(-1)?.churn?.probability ?? 0) * Number(mostValuable.at(-1)?.value.amount ?? 0);
  const last = customers.at(count - 1)?.atStake ?? 0;
  return { customers, exact: known.size >= total || last >= outside };
};
