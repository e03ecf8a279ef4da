import type { BindingView, SlotView } from '@atelier/contracts';
import {
  actorOf,
  BusinessError,
  type LongWork,
  notFound,
  type Peers,
  type TenantScope,
  type UserIdentity,
} from '@atelier/service-kit';
import { v7 as uuidv7 } from 'uuid';
import type { ActiveBindings } from './active-bindings.ts';
import { findReports } from './check-store.ts';
import type { CheckingRequest } from './checking-workflow.ts';
import type { Endpoints } from './endpoint.ts';
import { sampleOf } from './samples.ts';
import type { ScoringMemo, ScoringRequest } from './scoring-workflow.ts';
import { type SlotDefinition, slotId } from './slot.ts';
import { requestSchema, responseSchema } from './slot-contract.ts';

export interface SlotOperationDeps {
  readonly slots: readonly SlotDefinition[];
  readonly peers: Peers;
  readonly endpoints: Endpoints;
  readonly activeBindings: ActiveBindings;
  readonly checking: LongWork<CheckingRequest, Record<never, never>>;
  readonly scoring: LongWork<ScoringRequest, ScoringMemo>;
}

interface SlotParams {
  readonly slot: string;
  readonly contract: number;
}

interface Asked<Params = undefined> {
  readonly scope: TenantScope;
  readonly params: Params;
}

/** The operations that every service with a slot answers; they know no slot by name. */
export const slotHandlers = (deps: SlotOperationDeps) => {
  const tenants = (scope: TenantScope, user?: UserIdentity) =>
    deps.peers('tenant-management', {
      tenantId: scope.tenantId,
      requestId: scope.requestId,
      userId: user?.userId ?? null,
    });
  const slotOf = ({ slot, contract }: SlotParams): SlotDefinition => {
    const found = deps.slots.find((one) => one.name === slot && one.contract === contract);
    if (found === undefined) throw notFound('slot');
    return found;
  };
  const bindingsOf = async (scope: TenantScope, slot: SlotDefinition): Promise<BindingView[]> => {
    const { items } = await tenants(scope).listBindings({ query: { slot: slotId(slot) } });
    const reports = await scope.transaction((transaction) =>
      findReports(
        transaction,
        scope.tenantId,
        items.map(({ id }) => id),
      ),
    );
    return items.map((item) => ({ ...item, check: reports.get(item.id) ?? null }));
  };
  const findBinding = async (
    scope: TenantScope,
    bindingId: string,
  ): Promise<{ binding: BindingView; slot: SlotDefinition }> => {
    for (const slot of deps.slots) {
      const binding = (await bindingsOf(scope, slot)).find(({ id }) => id === bindingId);
      if (binding !== undefined) return { binding, slot };
    }
    throw notFound('binding');
  };
  const view = async (scope: TenantScope, slot: SlotDefinition): Promise<SlotView> => ({
    slot: slotId(slot),
    title: slot.title,
    question: slot.question,
    features: [...slot.features],
    builtIn: { name: slot.builtIn.name, explanation: slot.builtIn.explanation },
    requestSchema: requestSchema(slot),
    responseSchema: responseSchema(),
    sample: sampleOf(slot),
    active: await deps.activeBindings.get(scope, slotId(slot)),
  });

  return {
    listSlots: async ({ scope }: Pick<Asked, 'scope'>) => ({
      items: await Promise.all(deps.slots.map((slot) => view(scope, slot))),
    }),
    getSlot: ({ scope, params }: Asked<SlotParams>) => view(scope, slotOf(params)),
    listSlotBindings: async ({ scope, params }: Asked<SlotParams>) => ({
      items: await bindingsOf(scope, slotOf(params)),
    }),

    registerEndpoint: async ({
      scope,
      params,
      body,
      user,
      resourceId,
    }: Asked<SlotParams> & {
      body: { endpointName: string };
      user: UserIdentity;
      resourceId: string;
    }): Promise<BindingView> => {
      const slot = slotOf(params);
      const { accountId } = await tenants(scope).getTenantAsService();
      if (accountId === null) {
        throw new BusinessError('workbench_not_ready', 'The company has no workbench yet.');
      }
      await deps.endpoints.mustServe(scope, body.endpointName);
      const changedBy = actorOf(user);
      const binding = await tenants(scope, user).addBinding({
        body: { id: resourceId, slot: slotId(slot), endpointName: body.endpointName, changedBy },
      });
      await deps.checking.requests.submit({
        tenantId: scope.tenantId,
        id: binding.id,
        request: {
          slot: binding.slot,
          bindingId: binding.id,
          endpointName: binding.endpointName,
          requestedBy: changedBy,
        },
      });
      return { ...binding, check: null };
    },

    getBinding: async ({ scope, params }: Asked<{ bindingId: string }>): Promise<BindingView> =>
      (await findBinding(scope, params.bindingId)).binding,

    activateBinding: async ({
      scope,
      params,
      body,
      user,
    }: Asked<{ bindingId: string }> & {
      body: { confirmation: string };
      user: UserIdentity;
    }) => {
      const { binding } = await findBinding(scope, params.bindingId);
      if (body.confirmation !== binding.endpointName) {
        throw new BusinessError(
          'invalid_request',
          'Type the name of the endpoint to activate it.',
          {
            fields: [{ pointer: '/body/confirmation', message: 'is not the name of the endpoint' }],
          },
        );
      }
      if (binding.check?.passed !== true) {
        throw new BusinessError(
          'binding_not_checked',
          'The contract check has not passed; its report says why.',
        );
      }
      const active = await tenants(scope, user).changeBinding({
        params: { bindingId: binding.id },
        body: { state: 'active', changedBy: actorOf(user), reason: null },
      });
      deps.activeBindings.forget(scope.tenantId, binding.slot);
      const scoringRunId = uuidv7();
      await deps.scoring.requests.submit({
        tenantId: scope.tenantId,
        id: scoringRunId,
        request: {
          slot: active.slot,
          binding: { id: active.id, version: active.version, endpointName: active.endpointName },
        },
      });
      return { ...active, check: binding.check, scoringRunId };
    },

    retireBinding: async ({
      scope,
      params,
      body,
      user,
    }: Asked<{ bindingId: string }> & { body: { reason: string | null }; user: UserIdentity }) => {
      const { binding } = await findBinding(scope, params.bindingId);
      const retired = await tenants(scope, user).changeBinding({
        params: { bindingId: binding.id },
        body: { state: 'retired', changedBy: actorOf(user), reason: body.reason },
      });
      deps.activeBindings.forget(scope.tenantId, binding.slot);
      return { ...retired, check: binding.check };
    },

    getScoringRun: async ({ scope, params }: Asked<{ scoringRunId: string }>) => {
      const { view: run } = await deps.scoring.get({
        tenantId: scope.tenantId,
        id: params.scoringRunId,
      });
      const { binding } = run.request;
      if (binding === null) throw notFound('scoring run');
      const ended =
        run.state === 'succeeded' || run.state === 'failed' || run.state === 'cancelled';
      return {
        id: run.id,
        bindingId: binding.id,
        version: binding.version,
        state: run.state,
        total: run.memo.total ?? 0,
        scored: run.memo.scored ?? 0,
        cause: run.steps.find(({ cause }) => cause !== null)?.cause ?? null,
        createdAt: run.createdAt,
        finishedAt: ended ? run.updatedAt : null,
      };
    },
  };
};
