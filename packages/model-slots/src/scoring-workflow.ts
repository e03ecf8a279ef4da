import { defineWorkflow, done, fail, type Step, wait } from '@atelier/reconciler';
import type { TenantScope, WorkContext } from '@atelier/service-kit';
import type { ActiveBindings } from './active-bindings.ts';
import { fitBuiltIn } from './built-in.ts';
import { LARGEST_BATCH } from './contract-check.ts';
import type { Endpoints } from './endpoint.ts';
import { putScores } from './score-store.ts';
import { type SlotDefinition, type Subject, slotId } from './slot.ts';

export const SCORING = 'scoring';

export interface ScoringRequest {
  readonly slot: string;
  /** Whose scores are computed: a version of the tenant's model, or null for the built-in. */
  readonly binding: {
    readonly id: string;
    readonly version: number;
    readonly endpointName: string;
  } | null;
}

export interface ScoringMemo {
  readonly total: number;
  readonly scored: number;
  /** The last subject that has its score. */
  readonly after: string;
}

type ScoringStep = Step<ScoringRequest, ScoringMemo, WorkContext>;

/** SageMaker gives a call 60 s; so do we. */
const BATCH_DEADLINE_MS = 60_000;
const RETRY_MS = 2000;
/** Attempts over about twenty minutes. */
const PATIENCE = 25;

/** Scores every subject in batches, the built-in's first as what one falls back to; goes on where it was. */
export const scoringWorkflow = (deps: {
  slotOf: (id: string) => SlotDefinition;
  endpoints: Endpoints;
  activeBindings: ActiveBindings;
  asOf: (scope: TenantScope) => Promise<string>;
}) => {
  const builtIn: ScoringStep = {
    name: 'built-in scores',
    expectedMs: 2000,
    // Nobody asks for these by name, so nobody would notice that they had been given up.
    maxAttempts: PATIENCE,
    run: async ({ id: runId, request, scope, signal }) => {
      const slot = deps.slotOf(request.slot);
      const asOf = await deps.asOf(scope);
      const fit = await scope.transaction((transaction) =>
        fitBuiltIn(transaction, scope.tenantId, slot, asOf),
      );
      const model = slot.builtIn.name;
      const origin = { source: 'built-in', model, version: null, asOf, runId } as const;
      let total = 0;
      for await (const page of pages(scope, slot, asOf, null)) {
        signal.throwIfAborted();
        total += page.length;
        if (fit === null) continue;
        await scope.transaction((transaction) =>
          putScores(
            transaction,
            scope.tenantId,
            slotId(slot),
            origin,
            page.map(({ id, features }) => ({
              subjectId: id,
              probability: slot.builtIn.probability(fit, features),
              reasons: slot.builtIn.reasons(fit, features),
            })),
          ),
        );
      }
      return done({ total, scored: request.binding === null ? total : 0 });
    },
  };

  const model: ScoringStep = {
    name: "model's scores",
    expectedMs: 5000,
    maxAttempts: 10,
    run: async (ctx) => {
      const { request, scope, signal } = ctx;
      const { binding } = request;
      if (binding === null) return done();
      const slot = deps.slotOf(request.slot);
      const active = await deps.activeBindings.get(scope, request.slot);
      if (active?.id !== binding.id) return done();
      const asOf = await deps.asOf(scope);
      const origin = {
        source: 'model',
        model: binding.endpointName,
        version: binding.version,
        asOf,
        runId: ctx.id,
      } as const;
      let scored = ctx.memo.scored ?? 0;
      try {
        for await (const page of pages(scope, slot, asOf, ctx.memo.after ?? null)) {
          signal.throwIfAborted();
          const predictions = await deps.endpoints.predict(
            scope,
            binding.endpointName,
            slot,
            page.map(({ features }) => features),
            AbortSignal.any([signal, AbortSignal.timeout(BATCH_DEADLINE_MS)]),
          );
          await scope.transaction((transaction) =>
            putScores(
              transaction,
              scope.tenantId,
              slotId(slot),
              origin,
              page.map(({ id }, index) => ({
                subjectId: id,
                probability: predictions[index]?.probability ?? 0,
                reasons: predictions[index]?.reasons ?? [],
              })),
            ),
          );
          scored += page.length;
          const after = page.at(-1)?.id;
          await ctx.save(after === undefined ? { scored } : { scored, after });
        }
        return done({ scored });
      } catch (error) {
        if (signal.aborted) return wait(RETRY_MS);
        return fail({
          cause: error instanceof Error ? error.message : String(error),
          remedy: 'It is tried again by itself; look at the endpoint.',
          retryable: true,
        });
      }
    },
  };

  return defineWorkflow<ScoringRequest, ScoringMemo, WorkContext>({
    kind: SCORING,
    steps: [builtIn, model],
  });
};

async function* pages(
  scope: TenantScope,
  slot: SlotDefinition,
  asOf: string,
  start: string | null,
): AsyncIterable<Subject[]> {
  let after = start;
  for (;;) {
    const selection = { kind: 'page', after, limit: LARGEST_BATCH } as const;
    const page = await scope.transaction((transaction) =>
      slot.subjects(transaction, asOf, selection),
    );
    if (page.length > 0) yield page;
    if (page.length < LARGEST_BATCH) return;
    after = page.at(-1)?.id ?? null;
  }
}
