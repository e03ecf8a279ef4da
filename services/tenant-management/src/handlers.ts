import type { TenantRecord, tenantManagementOperations, Work } from '@atelier/contracts';
import {
  actorOf,
  type Handlers,
  invalid,
  type LongWork,
  nextCursorOf,
  notFound,
  type PlatformScope,
  type ServiceRuntime,
} from '@atelier/service-kit';
import { listBindings } from './binding-store.ts';
import { addBinding, changeBinding } from './bindings.ts';
import type { OffboardingMemo, OffboardingRequest } from './offboarding.ts';
import { findTenant, listTenants, tenantOfAccount } from './tenant-store.ts';
import {
  activateTenant,
  beginOffboarding,
  ensureTenant,
  readTenant,
  recordAccount,
  resumeTenant,
  suspendTenant,
} from './tenants.ts';

/** The tenant's own id: there is one offboarding per tenant. */
const offboardingKey = (tenantId: string) => ({ tenantId, id: tenantId });

export const handlersOf = ({
  runtime,
  offboarding,
}: {
  runtime: ServiceRuntime;
  offboarding: LongWork<OffboardingRequest, OffboardingMemo>;
}): Handlers<typeof tenantManagementOperations> => {
  const readAsOperator = async (
    platform: PlatformScope,
    tenantId: string,
  ): Promise<TenantRecord> => {
    const record = await platform.transaction((transaction) => findTenant(transaction, tenantId));
    if (record === null) throw notFound('tenant');
    return record;
  };
  const offboardingOf = async (tenantId: string): Promise<Work | null> => {
    const view = await offboarding.requests.get(offboardingKey(tenantId));
    return view === null ? null : offboarding.show(view);
  };
  return {
    getTenant: ({ scope }) => readTenant(scope),

    listTenants: async ({ platform, query }) => {
      const items = await platform.transaction((transaction) =>
        listTenants(transaction, {
          limit: query.limit,
          before: query.cursor ?? null,
          search: query.search ?? null,
          state: query.state ?? null,
        }),
      );
      return {
        items,
        nextCursor: nextCursorOf(items, query.limit, ({ id }) => id),
      };
    },

    getTenantAsOperator: async ({ platform, params }) => ({
      ...(await readAsOperator(platform, params.tenantId)),
      offboarding: await offboardingOf(params.tenantId),
    }),

    suspendTenant: async ({ platform, params, body, user, requestId }) => {
      await readAsOperator(platform, params.tenantId);
      return suspendTenant(runtime.openScope(params.tenantId, requestId), {
        reason: body.reason,
        actor: actorOf(user),
      });
    },

    resumeTenant: async ({ platform, params, user, requestId }) => {
      await readAsOperator(platform, params.tenantId);
      return resumeTenant(runtime.openScope(params.tenantId, requestId), {
        actor: actorOf(user),
      });
    },

    deleteTenant: async ({ platform, params, body, user, requestId }) => {
      const record = await readAsOperator(platform, params.tenantId);
      if (body.confirmation !== record.slug) {
        throw invalid('/body/confirmation', `Type ${record.slug} to delete this tenant.`);
      }
      const actor = actorOf(user);
      await beginOffboarding(runtime.openScope(record.id, requestId), { actor });
      const { view } = await offboarding.requests.submit({
        ...offboardingKey(record.id),
        request: { requestedBy: actor },
      });
      return offboarding.show(
        view.state === 'failed'
          ? await offboarding.requests.retry(offboardingKey(record.id))
          : view,
      );
    },

    ensureTenant: ({ tenantScope, body }) => ensureTenant(tenantScope(), body),
    activateTenant: ({ tenantScope }) => activateTenant(tenantScope()),
    getTenantAsService: ({ tenantScope }) => readTenant(tenantScope()),

    findTenantByAccount: async ({ platform, params, requestId }) => {
      const tenantId = await platform.transaction((transaction) =>
        tenantOfAccount(transaction, params.accountId),
      );
      if (tenantId === null) throw notFound('account');
      return readTenant(runtime.openScope(tenantId, requestId));
    },

    recordAccount: ({ tenantScope, body }) => recordAccount(tenantScope(), body),

    listBindings: async ({ tenantScope, query }) => {
      const scope = tenantScope();
      return {
        items: await scope.transaction((transaction) =>
          listBindings(transaction, scope.tenantId, query.slot),
        ),
      };
    },
    addBinding: ({ tenantScope, body }) => addBinding(tenantScope(), body),
    changeBinding: ({ tenantScope, params, body }) =>
      changeBinding(tenantScope(), params.bindingId, body),
  };
};
