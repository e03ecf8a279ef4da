import type { CloudEvent } from '@atelier/cloud/ports';
import type { RoleStore } from '../iam/role-store.ts';
import type { StudioCore, StudioModule } from '../module.ts';
import type { Audit } from '../wire/audit.ts';
import type { AccountStore } from './account-store.ts';
import { createBaseline } from './baseline.ts';
import { createEmptying } from './emptying.ts';
import { createAccountFactory } from './factory/account-factory.ts';
import { createRecordStore } from './factory/record-store.ts';
import { createFaults } from './faults.ts';
import { createCloudTrailService } from './services/cloudtrail.ts';
import { createOrganizationsService } from './services/organizations.ts';
import { createServiceCatalogService } from './services/service-catalog.ts';
import { createServiceQuotasService } from './services/service-quotas.ts';
import { createStackInstancesService } from './services/stack-instances.ts';
import { createStudioAdminService } from './services/studio-admin.ts';

/** The organisation around the tenants' accounts: how they are made, looked at, audited and closed. */
export function createAccountsModule(
  core: Pick<StudioCore, 'database' | 'region' | 'logger' | 'now'>,
  deps: {
    readonly accounts: AccountStore;
    readonly roles: RoleStore;
    readonly audit: Audit;
    readonly events: (event: CloudEvent) => Promise<void>;
    readonly platform: { readonly managementAccountId: string; readonly providerAccountId: string };
    /** The other parts, which make and remove what accounts hold. */
    readonly modules: readonly StudioModule[];
  },
): StudioModule {
  const { database, region, logger } = core;
  const { managementAccountId, providerAccountId } = deps.platform;
  const faults = createFaults({ database });
  const records = createRecordStore({ database });
  const baseline = createBaseline({
    database,
    roles: deps.roles,
    targets: Object.assign({}, ...deps.modules.map((module) => module.baseline)),
    providerAccountId,
    region,
  });
  const emptying = createEmptying({
    database,
    removers: deps.modules.flatMap((module) => module.removeAccount ?? []),
    logger,
  });
  const factory = createAccountFactory({
    ...core,
    ...deps,
    records,
    baseline,
    faults,
    managementAccountId,
  });
  const management = { managementAccountId, faults };

  return {
    rpc: [
      createOrganizationsService({
        ...management,
        accounts: deps.accounts,
        emptyAccount: emptying.begin,
      }),
      createServiceCatalogService({ ...management, records, factory }),
      createStackInstancesService({ ...management, database, region }),
      createServiceQuotasService({ database, faults, region }),
      createCloudTrailService({ audit: deps.audit }),
      createStudioAdminService({ faults, audit: deps.audit, managementAccountId }),
    ],
    async start() {
      await factory.start();
      await emptying.start();
    },
    async close() {
      await factory.close();
      await emptying.close();
    },
  };
}
