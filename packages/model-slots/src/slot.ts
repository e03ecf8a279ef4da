import type { feature } from '@atelier/contracts';
import type { Transaction } from '@atelier/service-kit';
import type { z } from 'zod';

export type Feature = z.infer<typeof feature>;

/** Values of one instance, in the order of the slot's features; null where undefined. */
export type FeatureRow = readonly (number | null)[];

/** One of the slot's subjects (a customer) with its features. */
export interface Subject {
  readonly id: string;
  readonly features: FeatureRow;
}

/** Which subjects a query is for. */
export type Selection =
  | { readonly kind: 'one'; readonly id: string }
  /** In the order of ids, after the given one. */
  | { readonly kind: 'page'; readonly after: string | null; readonly limit: number };

/** The SaaS's own logic, fitted to one tenant: plain data, so that it can be kept. */
export type Fit = Readonly<Record<string, number>>;

export interface BuiltInModel {
  readonly name: string;
  /** In words, for the page. */
  readonly explanation: string;
  /** Null when there is nothing to fit. */
  fit(features: AsyncIterable<FeatureRow> | Iterable<FeatureRow>): Promise<Fit | null>;
  probability(fit: Fit, features: FeatureRow): number;
  /** Why it answers so, in words. */
  reasons(fit: Fit, features: FeatureRow): string[];
}

/**
 * A place in the SaaS where a tenant's model may replace built-in logic. One definition is all there is of a slot; the
 * machinery knows none by name.
 */
export interface SlotDefinition {
  readonly name: string;
  /** Version of the contract. */
  readonly contract: number;
  readonly title: string;
  readonly question: string;
  readonly features: readonly Feature[];
  readonly builtIn: BuiltInModel;
  /** Features of the tenant's subjects as of a date, by the SQL of the service that owns them. */
  subjects(transaction: Transaction, asOf: string, selection: Selection): Promise<Subject[]>;
  count(transaction: Transaction): Promise<number>;
  /** Rows with answers that a reasonable model gives no trouble with; the first is the sample on the page. */
  readonly goldenRows: readonly FeatureRow[];
}

/** `customer-churn/1`. */
export const slotId = (slot: Pick<SlotDefinition, 'name' | 'contract'>): string =>
  `${slot.name}/${slot.contract}`;
