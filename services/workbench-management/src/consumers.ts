import type { EventBus, Subscription } from '@atelier/cloud/ports';
import {
  CONTROL_TOWER_SOURCE,
  EVENT_SOURCE,
  id,
  managedAccountDetail,
  sessionsRevoked,
} from '@atelier/contracts';
import type { Background, ServiceRuntime } from '@atelier/service-kit';
import { type NotebookDeps, severNotebooks } from './notebooks.ts';
import { findWorkbench, recordManagedAccount } from './workbench-store.ts';

const CONSUMER = 'workbench-management';

/** Control Tower tells of made accounts; the account's name is the tenant's id. Anything else is not for us. */
const onManagedAccount =
  (deps: {
    runtime: ServiceRuntime;
    lookSooner: (tenantId: string, id: string) => Promise<void>;
  }) =>
  async (event: { id: string; detail: unknown }): Promise<void> => {
    const read = managedAccountDetail.safeParse(event.detail);
    if (!read.success) return;
    const { serviceEventDetails: details } = read.data;
    const status =
      'createManagedAccountStatus' in details
        ? details.createManagedAccountStatus
        : details.updateManagedAccountStatus;
    const tenantId = id.safeParse(status.account.accountName);
    if (!tenantId.success) return;
    const scope = deps.runtime.openScope(tenantId.data, event.id);
    const workbench = await scope.transaction(async (transaction) => {
      const found = await findWorkbench(transaction, tenantId.data);
      if (found !== null) {
        await recordManagedAccount(transaction, tenantId.data, {
          accountId: status.account.accountId,
          state: status.state,
          message: status.message,
          completedAt: new Date(status.completedTimestamp),
        });
      }
      return found;
    });
    if (workbench !== null) await deps.lookSooner(tenantId.data, workbench.requestId);
  };

const onSessionsRevoked =
  (deps: NotebookDeps & { runtime: ServiceRuntime }) =>
  async (event: { id: string; detail: unknown }): Promise<void> => {
    const { tenantId, userId } = sessionsRevoked.parse(event.detail);
    await severNotebooks(deps, deps.runtime.openScope(tenantId, event.id), userId);
  };

/** What this service hears from others, at least once each; both handlers may run twice. */
export const createConsumers = (
  deps: NotebookDeps & {
    runtime: ServiceRuntime;
    eventBus: EventBus;
    lookSooner: (tenantId: string, id: string) => Promise<void>;
  },
): Background => {
  let subscriptions: Subscription[] = [];
  return {
    start: async () => {
      subscriptions = [
        await deps.eventBus.subscribe(
          `${CONSUMER}/accounts`,
          { source: [CONTROL_TOWER_SOURCE] },
          onManagedAccount(deps),
        ),
        await deps.eventBus.subscribe(
          `${CONSUMER}/sessions`,
          { source: [EVENT_SOURCE], 'detail-type': ['SessionsRevoked'] },
          onSessionsRevoked(deps),
        ),
      ];
    },
    stop: async () => {
      await Promise.all(subscriptions.map((subscription) => subscription.close()));
    },
  };
};
