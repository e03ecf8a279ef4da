import { useSyncExternalStore } from 'react';
import { z } from 'zod';

const keptRun = z.object({ scoringRunId: z.string(), bindingId: z.string() });
export type KeptScoringRun = z.infer<typeof keptRun>;

const keyOf = (tenantId: string | null): string => `atelier-scoring-run:${tenantId ?? ''}`;
const listeners = new Set<() => void>();

/** No list of scoring runs exists, so the browser that activated a model remembers the run it set going. */
export const keepScoringRun = (tenantId: string | null, run: KeptScoringRun): void => {
  localStorage.setItem(keyOf(tenantId), JSON.stringify(run));
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useKeptScoringRun = (tenantId: string | null): KeptScoringRun | null => {
  const text = useSyncExternalStore(subscribe, () => localStorage.getItem(keyOf(tenantId)));
  if (text === null) return null;
  try {
    return keptRun.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
};
