import { fileURLToPath } from 'node:url';
import type { UserDirectory } from '@atelier/cloud/ports';
import { registrationOperations } from '@atelier/contracts';
import {
  createLongWork,
  createServiceApp,
  type LongWorkDeps,
  type Mailer,
  type Peers,
  type ServiceApp,
  type ServiceDeps,
} from '@atelier/service-kit';
import { handlersOf } from './handlers.ts';
import { registrationWorkflow } from './registration-workflow.ts';
import type { TenantRoles } from './tenant-roles.ts';

export { createTenantRoles } from './tenant-roles.ts';

export const SERVICE = 'registration';
export const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));

export interface Deps extends ServiceDeps, LongWorkDeps {
  readonly peers: Peers;
  readonly mail: Mailer;
  readonly userDirectory: UserDirectory;
  readonly tenantRoles: TenantRoles;
  readonly landingUrl: string;
  readonly crmUrl: string;
}

/** From a form that anybody may fill in to a tenant in which people can work. */
export const createApp = (deps: Deps): ServiceApp =>
  createServiceApp({
    service: SERVICE,
    operations: registrationOperations,
    deps,
    compose: (runtime) => {
      const work = createLongWork({
        runtime,
        deps,
        workflow: registrationWorkflow(deps),
        toEvent: (view) => ({
          type: 'RegistrationChanged',
          version: 1,
          tenantId: view.tenantId,
          id: view.id,
          state: view.state,
          audience: 'operators',
        }),
      });
      return { handlers: handlersOf({ ...deps, runtime, work }), background: [work] };
    },
  });
