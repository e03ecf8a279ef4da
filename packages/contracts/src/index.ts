import { customerManagementOperations } from './customer-management.ts';
import { dataManagementOperations } from './data-management.ts';
import type { Operation } from './operation.ts';
import { registrationOperations } from './registration.ts';
import type { ServiceName } from './services.ts';
import { tenantManagementOperations } from './tenant-management.ts';
import { userManagementOperations } from './user-management.ts';
import { workbenchManagementOperations } from './workbench-management.ts';

export * from './audit.ts';
export * from './client.ts';
export * from './customer-management.ts';
export * from './data-management.ts';
export * from './events.ts';
export * from './long-work.ts';
export * from './model-slots.ts';
export * from './operation.ts';
export * from './primitives.ts';
export * from './problems.ts';
export * from './registration.ts';
export * from './resources.ts';
export * from './roles.ts';
export * from './services.ts';
export * from './tenant-management.ts';
export * from './tokens.ts';
export * from './user-management.ts';
export * from './workbench-management.ts';

/** Everything that can be called, by service. */
export const operationsByService = {
  registration: registrationOperations,
  'tenant-management': tenantManagementOperations,
  'user-management': userManagementOperations,
  'customer-management': customerManagementOperations,
  'workbench-management': workbenchManagementOperations,
  'data-management': dataManagementOperations,
} as const satisfies Readonly<Record<ServiceName, Readonly<Record<string, Operation>>>>;
