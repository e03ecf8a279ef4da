import type { Transaction } from '@atelier/service-kit';
import { findFit, putFit } from './score-store.ts';
import { type FeatureRow, type Fit, type SlotDefinition, slotId } from './slot.ts';

const PAGE = 5000;

async function* everybody(
  transaction: Transaction,
  slot: SlotDefinition,
  asOf: string,
): AsyncIterable<FeatureRow> {
  let after: string | null = null;
  for (;;) {
    const page = await slot.subjects(transaction, asOf, { kind: 'page', after, limit: PAGE });
    for (const { features } of page) yield features;
    if (page.length < PAGE) return;
    after = page.at(-1)?.id ?? null;
  }
}

/** Fits the built-in model to the tenant's present rows and keeps the fit. */
export const fitBuiltIn = async (
  transaction: Transaction,
  tenantId: string,
  slot: SlotDefinition,
  asOf: string,
): Promise<Fit | null> => {
  const fit = await slot.builtIn.fit(everybody(transaction, slot, asOf));
  await putFit(transaction, tenantId, slotId(slot), asOf, fit);
  return fit;
};

/** The fit kept for the date, or a fresh one. */
export const builtInFit = async (
  transaction: Transaction,
  tenantId: string,
  slot: SlotDefinition,
  asOf: string,
): Promise<Fit | null> => {
  const kept = await findFit(transaction, tenantId, slotId(slot), asOf);
  return kept === undefined ? fitBuiltIn(transaction, tenantId, slot, asOf) : kept;
};
