import type { ChangeEvent, ServiceName } from '@atelier/contracts';

/** Whose answers a change makes stale: service, or service and operation. */
const AFFECTED: Readonly<
  Record<ChangeEvent['type'], readonly (readonly [ServiceName, string?])[]>
> = {
  RegistrationChanged: [['registration']],
  WorkbenchChanged: [['workbench-management'], ['tenant-management']],
  LaunchChanged: [['workbench-management', 'getLaunch']],
  ImportChanged: [
    ['customer-management', 'getImport'],
    ['customer-management', 'listImports'],
    ['customer-management', 'listImportErrors'],
    ['customer-management', 'listCustomers'],
    ['customer-management', 'getAsOf'],
  ],
  ExtractChanged: [
    ['data-management', 'getExtract'],
    ['data-management', 'listExtracts'],
  ],
  BindingChanged: [
    ['customer-management', 'getBinding'],
    ['customer-management', 'listSlotBindings'],
    ['customer-management', 'listSlots'],
    ['customer-management', 'getSlot'],
    ['customer-management', 'getChurnScore'],
    ['customer-management', 'listCustomers'],
  ],
  ScoringRunChanged: [
    ['customer-management', 'getScoringRun'],
    ['customer-management', 'listCustomers'],
  ],
  TenantChanged: [['tenant-management']],
  UserChanged: [['user-management']],
};

export const affectedAnswers = (event: ChangeEvent): readonly (readonly string[])[] =>
  AFFECTED[event.type].map((key) => key.filter((part) => part !== undefined));
