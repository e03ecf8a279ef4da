import { fileURLToPath } from 'node:url';
import { tenantManagementOperations } from '@atelier/contracts';
import {
  createLongWork,
  createServiceApp,
  type LongWorkDeps,
  type Peers,
  type ServiceApp,
  type ServiceDeps,
} from '@atelier/service-kit';
import { handlersOf } from './handlers.ts';
import { offboardingWorkflow } from './offboarding.ts';

export const SERVICE = 'tenant-management';
export const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));

export interface Deps extends ServiceDeps, LongWorkDeps {
  readonly peers: Peers;
}

/** The record of each tenant, its account's number, the endpoints it has bound to model slots, and its end. */
export const createApp = (deps: Deps): ServiceApp =>
  createServiceApp({
    service: SERVICE,
    operations: tenantManagementOperations,
    deps,
    compose: (runtime) => {
      const offboarding = createLongWork({
        runtime,
        deps,
        workflow: offboardingWorkflow(deps.peers),
        toEvent: (view) => ({
          type: 'TenantChanged',
          version: 1,
          tenantId: view.tenantId,
          id: view.tenantId,
          state: `offboarding ${view.state}`,
          audience: 'operators',
        }),
      });
      return { handlers: handlersOf({ runtime, offboarding }), background: [offboarding] };
    },
  });
