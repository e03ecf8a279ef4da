/** A slot by its name and the version of its contract: `customer-churn`, 1. */
export interface SlotParams {
  readonly slot: string;
  readonly contract: number;
}
