import { fileURLToPath } from 'node:url';
import {
  type Background,
  createLongWork,
  type LongWorkDeps,
  type Peers,
  type ServiceRuntime,
  type TenantScope,
} from '@atelier/service-kit';
import { v7 as uuidv7 } from 'uuid';
import { createActiveBindings } from './active-bindings.ts';
import { checkingWorkflow } from './checking-workflow.ts';
import { createEndpoints, type Endpoints } from './endpoint.ts';
import { createModelGuard } from './guarded-model.ts';
import { type LiveScore, liveScore } from './live-score.ts';
import { scoringWorkflow } from './scoring-workflow.ts';
import { type SlotDefinition, slotId } from './slot.ts';
import { slotHandlers } from './slot-handlers.ts';

/** Tables of the mounting service's schema. */
export const MODEL_SLOT_MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));

export interface ModelSlots {
  readonly handlers: ReturnType<typeof slotHandlers>;
  readonly background: readonly Background[];
  live(scope: TenantScope, slot: SlotDefinition, subjectId: string): Promise<LiveScore>;
  /** Version of the active model; null for the built-in. Which stored scores a list shows. */
  activeVersion(scope: TenantScope, slot: SlotDefinition): Promise<number | null>;
  /** Computes all stored scores anew: the data or the as-of date changed. */
  rescore(scope: TenantScope, slot: SlotDefinition): Promise<string>;
}

/** Mounts the slots of a service: their operations, tables and jobs. */
export const mountModelSlots = (given: {
  runtime: ServiceRuntime;
  deps: LongWorkDeps & { peers: Peers; address: { region: string; endpoint?: string } };
  slots: readonly SlotDefinition[];
  asOf: (scope: TenantScope) => Promise<string>;
  /** Default: by the AWS SDK under the tenant's role. */
  endpoints?: Endpoints;
}): ModelSlots => {
  const { runtime, deps, slots, asOf } = given;
  const endpoints = given.endpoints ?? createEndpoints({ address: deps.address });
  const activeBindings = createActiveBindings({ peers: deps.peers });
  const guard = createModelGuard();
  const slotOf = (id: string): SlotDefinition => {
    const found = slots.find((slot) => slotId(slot) === id);
    if (found === undefined) throw new Error(`there is no slot ${id}`);
    return found;
  };
  const shared = { peers: deps.peers, slotOf, endpoints, activeBindings, asOf };
  const checking = createLongWork({
    runtime,
    deps,
    workflow: checkingWorkflow(shared),
    toEvent: (view) => ({
      type: 'BindingChanged',
      version: 1,
      tenantId: view.tenantId,
      id: view.id,
      state: view.state,
      audience: 'tenant',
    }),
  });
  const scoring = createLongWork({
    runtime,
    deps,
    workflow: scoringWorkflow(shared),
    toEvent: (view) => ({
      type: 'ScoringRunChanged',
      version: 1,
      tenantId: view.tenantId,
      id: view.id,
      state: view.state,
      audience: 'tenant',
    }),
  });
  return {
    handlers: slotHandlers({ ...shared, slots, checking, scoring }),
    background: [checking, scoring],
    live: async (scope, slot, subjectId) =>
      liveScore({ endpoints, guard, activeBindings }, scope, slot, {
        subjectId,
        asOf: await asOf(scope),
      }),
    activeVersion: async (scope, slot) =>
      (await activeBindings.get(scope, slotId(slot)))?.version ?? null,
    rescore: async (scope, slot) => {
      const binding = await activeBindings.get(scope, slotId(slot));
      const id = uuidv7();
      await scoring.requests.submit({
        tenantId: scope.tenantId,
        id,
        request: {
          slot: slotId(slot),
          binding:
            binding === null
              ? null
              : { id: binding.id, version: binding.version, endpointName: binding.endpointName },
        },
      });
      return id;
    },
  };
};
