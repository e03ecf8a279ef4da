import { fileURLToPath } from 'node:url';
import { customerManagementOperations } from '@atelier/contracts';
import {
  customerChurn,
  type Endpoints,
  MODEL_SLOT_MIGRATIONS,
  mountModelSlots,
} from '@atelier/model-slots';
import {
  createLongWork,
  createServiceApp,
  type LongWorkDeps,
  type Peers,
  type ServiceApp,
  type ServiceDeps,
} from '@atelier/service-kit';
import { readAsOf } from './as-of.ts';
import { handlersOf } from './handlers.ts';
import { importWorkflow } from './import-workflow.ts';

export const SERVICE = 'customer-management';
export const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));
/** Migrations of what this service mounts, to be run before its own. */
export const MOUNTED = { model_slots: MODEL_SLOT_MIGRATIONS };

export interface Deps extends ServiceDeps, LongWorkDeps {
  readonly peers: Peers;
  /** Region and, on one machine, endpoint of the cloud. */
  readonly address: { readonly region: string; readonly endpoint?: string };
  readonly endpoints?: Endpoints;
}

/** Customers, what they bought, how likely they are to leave; and the slot in which a tenant's model may say so. */
export const createApp = (deps: Deps): ServiceApp =>
  createServiceApp({
    service: SERVICE,
    operations: customerManagementOperations,
    deps,
    compose: (runtime) => {
      const slots = mountModelSlots({
        runtime,
        deps,
        slots: [customerChurn],
        asOf: async (scope) => (await readAsOf(scope)).asOf,
        ...(deps.endpoints === undefined ? {} : { endpoints: deps.endpoints }),
      });
      const work = createLongWork({
        runtime,
        deps,
        workflow: importWorkflow({ rescore: (scope) => slots.rescore(scope, customerChurn) }),
        toEvent: (view) => ({
          type: 'ImportChanged',
          version: 1,
          tenantId: view.tenantId,
          id: view.id,
          state: view.state,
          audience: 'tenant',
        }),
      });
      return {
        handlers: handlersOf({ work, slots }),
        background: [work, ...slots.background],
      };
    },
  });
