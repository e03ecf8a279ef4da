import { defineWorkflow, done, type Step } from '@atelier/reconciler';
import type { Peers, TenantScope, WorkContext } from '@atelier/service-kit';
import { putReport } from './check-store.ts';
import { checkContract } from './contract-check.ts';
import type { Endpoints } from './endpoint.ts';
import { MODEL_DEADLINE_MS } from './guarded-model.ts';
import type { SlotDefinition } from './slot.ts';

export const CHECKING = 'model-check';

export interface CheckingRequest {
  readonly slot: string;
  readonly bindingId: string;
  readonly endpointName: string;
  readonly requestedBy: string;
}

type CheckingStep = Step<CheckingRequest, Record<never, never>, WorkContext>;

const OWN_ROWS = 200;
const QUESTION_DEADLINE_MS = 60_000;

/** Puts a registered endpoint through the contract and records the verdict; nothing is retried, since slips are findings. */
export const checkingWorkflow = (deps: {
  peers: Peers;
  slotOf: (id: string) => SlotDefinition;
  endpoints: Endpoints;
  asOf: (scope: TenantScope) => Promise<string>;
}) => {
  const change = (
    ctx: { request: CheckingRequest; tenantId: string; id: string },
    state: 'checking' | 'checked' | 'rejected',
    reason: string | null,
  ) =>
    deps.peers('tenant-management', { tenantId: ctx.tenantId, requestId: ctx.id }).changeBinding({
      params: { bindingId: ctx.request.bindingId },
      body: { state, changedBy: ctx.request.requestedBy, reason },
    });

  const check: CheckingStep = {
    name: 'contract check',
    expectedMs: 5000,
    run: async (ctx) => {
      const { request, scope, signal } = ctx;
      await change(ctx, 'checking', null);
      const slot = deps.slotOf(request.slot);
      const asOf = await deps.asOf(scope);
      const own = await scope.transaction((transaction) =>
        slot.subjects(transaction, asOf, { kind: 'page', after: null, limit: OWN_ROWS }),
      );
      const report = await checkContract({
        slot,
        ownRows: own.map(({ features }) => features),
        deadlineMs: MODEL_DEADLINE_MS,
        ask: (instances) =>
          deps.endpoints.predict(
            scope,
            request.endpointName,
            slot,
            instances,
            AbortSignal.any([signal, AbortSignal.timeout(QUESTION_DEADLINE_MS)]),
          ),
      });
      signal.throwIfAborted();
      await scope.transaction((transaction) =>
        putReport(transaction, scope.tenantId, request.bindingId, report),
      );
      const failed = report.results.find(({ passed }) => !passed);
      await change(
        ctx,
        report.passed === true ? 'checked' : 'rejected',
        failed === undefined ? null : `${failed.check}: ${failed.detail}`.slice(0, 1000),
      );
      return done();
    },
  };
  return defineWorkflow<CheckingRequest, Record<never, never>, WorkContext>({
    kind: CHECKING,
    steps: [check],
  });
};
