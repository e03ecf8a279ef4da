import { fileURLToPath } from 'node:url';
import { workbenchManagementOperations } from '@atelier/contracts';
import {
  createLongWork,
  createServiceApp,
  type LongWorkDeps,
  type Peers,
  type ServiceApp,
  type ServiceDeps,
  type TenantScope,
} from '@atelier/service-kit';
import { createAccountRequests } from './account-requests.ts';
import type { CloudAddress, CloudClients } from './cloud-clients.ts';
import { createConsumers } from './consumers.ts';
import { deletionWorkflow } from './deletion-workflow.ts';
import { createExecutionRoles } from './execution-roles.ts';
import { handlersOf } from './handlers.ts';
import { launchWorkflow } from './launch-workflow.ts';
import { PROVISIONING, provisioningWorkflow } from './provisioning-workflow.ts';

export { createCloudClients } from './cloud-clients.ts';

export const SERVICE = 'workbench-management';
export const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));

/** Control Tower's own default; more would only be told to wait. */
const ACCOUNT_OPERATIONS_AT_ONCE = 5;

export interface Deps extends ServiceDeps, LongWorkDeps {
  readonly peers: Peers;
  readonly clouds: CloudClients;
  readonly address: CloudAddress;
  readonly providerAccountId: string;
  /** `Workbenches (ou-…)`. */
  readonly organizationalUnit: string;
  /** Where the mail of accounts' root users goes: `accounts@example.com` becomes `accounts+<tag>@example.com`. */
  readonly accountMailbox: string;
  /** Audience of a notebook's identity token. */
  readonly identityAudience: string;
}

/** At most 64 characters, unique, and ours to read. */
const emailOf = (mailbox: string, tenantId: string): string =>
  mailbox.replace('@', `+${tenantId.replaceAll('-', '')}@`);

/** The workbench of each tenant: account, baseline, users' notebooks, and its end. */
export const createApp = (deps: Deps): ServiceApp =>
  createServiceApp({
    service: SERVICE,
    operations: workbenchManagementOperations,
    deps,
    compose: (runtime) => {
      const accounts = createAccountRequests({
        serviceCatalog: deps.clouds.management.serviceCatalog,
        organizationalUnit: deps.organizationalUnit,
        emailOf: (tenantId) => emailOf(deps.accountMailbox, tenantId),
      });
      const executionRoles = (scope: TenantScope, accountId: string) =>
        createExecutionRoles({
          iam: deps.clouds.account(scope, 'provision').iam,
          accountId,
          providerAccountId: deps.providerAccountId,
          region: deps.address.region,
          identityAudience: deps.identityAudience,
        });
      const changed = (view: { tenantId: string; id: string; state: string }) =>
        ({
          type: 'WorkbenchChanged',
          version: 1,
          tenantId: view.tenantId,
          id: view.id,
          state: view.state,
          audience: 'tenant',
        }) as const;
      const provisioning = createLongWork({
        runtime,
        deps,
        workflow: provisioningWorkflow({ ...deps, accounts, region: deps.address.region }),
        toEvent: changed,
        concurrency: ACCOUNT_OPERATIONS_AT_ONCE,
      });
      const deletion = createLongWork({
        runtime,
        deps,
        workflow: deletionWorkflow({ ...deps, accounts, executionRoles }),
        toEvent: changed,
      });
      const launches = createLongWork({
        runtime,
        deps,
        workflow: launchWorkflow({ clouds: deps.clouds, executionRoles }),
        toEvent: (view) => ({
          type: 'LaunchChanged',
          version: 1,
          tenantId: view.tenantId,
          id: view.id,
          state: view.state,
          audience: { userId: view.request.userId },
        }),
        concurrency: 8,
      });
      const notebooks = { ...deps, provisioning, deletion, launches, executionRoles };
      const queue = deps.workQueue(PROVISIONING);
      const consumers = createConsumers({
        ...notebooks,
        runtime,
        lookSooner: (tenantId, id) => queue.send({ tenantId, kind: PROVISIONING, id }),
      });
      return {
        handlers: handlersOf(notebooks),
        background: [provisioning, deletion, launches, consumers],
      };
    },
  });
