import type { Score } from '@atelier/contracts';
import { notFound, type TenantScope } from '@atelier/service-kit';
import type { ActiveBindings } from './active-bindings.ts';
import { builtInFit } from './built-in.ts';
import type { Endpoints } from './endpoint.ts';
import { type ModelGuard, NoLiveAnswer } from './guarded-model.ts';
import { findStoredScore } from './score-store.ts';
import { type FeatureRow, type SlotDefinition, slotId } from './slot.ts';

export interface LiveScoreDeps {
  readonly endpoints: Endpoints;
  readonly guard: ModelGuard;
  readonly activeBindings: ActiveBindings;
}

/** Nobody could say which model is active. */
const UNKNOWN = 'unknown' as const;
const unknownModel: Score['fallback'] = {
  cause: 'unreachable',
  detail: 'Which model is in use could not be found out.',
};

export type LiveScore = Score & { readonly features: Record<string, number | null> };

/**
 * One subject's score, now: the active model's within its deadline; else the last one stored of it, with its date; else
 * the built-in's. Whatever stands in says so, and why.
 */
export const liveScore = async (
  deps: LiveScoreDeps,
  scope: TenantScope,
  slot: SlotDefinition,
  given: { subjectId: string; asOf: string },
): Promise<LiveScore> => {
  const { asOf, subjectId } = given;
  const [binding, subject] = await Promise.all([
    deps.activeBindings.get(scope, slotId(slot)).catch((): typeof UNKNOWN => UNKNOWN),
    scope.transaction((transaction) =>
      slot.subjects(transaction, asOf, { kind: 'one', id: subjectId }),
    ),
  ]);
  const features = subject[0]?.features;
  if (features === undefined) throw notFound('customer');
  const named = Object.fromEntries(
    slot.features.map(({ name }, index) => [name, features[index] ?? null]),
  );
  if (binding === null || binding === UNKNOWN) {
    const instead = await builtInScore(scope, slot, features, asOf);
    return { ...instead, fallback: binding === null ? null : unknownModel, features: named };
  }
  try {
    const [prediction] = await deps.guard.live(scope.tenantId, binding.endpointName, (signal) =>
      deps.endpoints.predict(scope, binding.endpointName, slot, [features], signal),
    );
    if (prediction === undefined) throw new Error('the contract was read for one instance');
    return {
      probability: prediction.probability,
      reasons: [...prediction.reasons],
      source: 'model',
      model: binding.endpointName,
      version: binding.version,
      computedAt: new Date().toISOString(),
      asOf,
      fallback: null,
      features: named,
    };
  } catch (error) {
    if (!(error instanceof NoLiveAnswer)) throw error;
    const stored = await scope.transaction((transaction) =>
      findStoredScore(transaction, scope.tenantId, slotId(slot), subjectId, binding.version),
    );
    const instead =
      stored?.source === 'stored' ? stored : await builtInScore(scope, slot, features, asOf);
    return {
      ...instead,
      fallback: { cause: error.reason, detail: error.message },
      features: named,
    };
  }
};

const builtInScore = async (
  scope: TenantScope,
  slot: SlotDefinition,
  features: FeatureRow,
  asOf: string,
): Promise<Score> => {
  const fit = await scope.transaction((transaction) =>
    builtInFit(transaction, scope.tenantId, slot, asOf),
  );
  return {
    probability: fit === null ? null : slot.builtIn.probability(fit, features),
    reasons: fit === null ? [] : slot.builtIn.reasons(fit, features),
    source: 'built-in',
    model: slot.builtIn.name,
    version: null,
    computedAt: new Date().toISOString(),
    asOf,
    fallback: null,
  };
};
