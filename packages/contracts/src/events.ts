import { z } from 'zod';
import { id } from './primitives.ts';

/** `source` of every event that the product's own services publish. */
export const EVENT_SOURCE = 'atelier';

const changed = <Type extends string>(type: Type) =>
  z.object({
    type: z.literal(type),
    version: z.literal(1),
    tenantId: id.nullable(),
    /** What changed, and its new state: ids and states only, no personal data. */
    id: z.string(),
    state: z.string(),
    /** Who may see it beside the tenant's people: `tenant`, one user, or operators alone. */
    audience: z.union([z.literal('tenant'), z.literal('operators'), z.object({ userId: id })]),
  });

/** Changes that open browsers are told of. */
export const changeEvent = z.discriminatedUnion('type', [
  changed('RegistrationChanged'),
  changed('WorkbenchChanged'),
  changed('LaunchChanged'),
  changed('ImportChanged'),
  changed('ExtractChanged'),
  changed('BindingChanged'),
  changed('ScoringRunChanged'),
  changed('TenantChanged'),
  changed('UserChanged'),
]);
export type ChangeEvent = z.infer<typeof changeEvent>;

/** Sessions, keys, event streams and notebooks of a user (or of a whole tenant, with `userId` null) end now. */
export const sessionsRevoked = z.object({
  type: z.literal('SessionsRevoked'),
  version: z.literal(1),
  tenantId: id,
  userId: id.nullable(),
  reason: z.enum(['suspended', 'deactivated', 'roles changed', 'deleted']),
});
export type SessionsRevoked = z.infer<typeof sessionsRevoked>;

/** The tenant's data changed so that stored scores are stale. */
export const customersChanged = z.object({
  type: z.literal('CustomersChanged'),
  version: z.literal(1),
  tenantId: id,
});
export type CustomersChanged = z.infer<typeof customersChanged>;

/** Control Tower's lifecycle event, as far as it is read: `CreateManagedAccount`, or `UpdateManagedAccount` on a retry. */
const accountStatus = z.object({
  organizationalUnit: z.object({
    organizationalUnitName: z.string(),
    organizationalUnitId: z.string(),
  }),
  account: z.object({ accountName: z.string(), accountId: z.string() }),
  state: z.enum(['SUCCEEDED', 'FAILED']),
  message: z.string(),
  requestedTimestamp: z.string(),
  completedTimestamp: z.string(),
});
export const managedAccountDetail = z.object({
  eventName: z.enum(['CreateManagedAccount', 'UpdateManagedAccount']),
  serviceEventDetails: z.union([
    z.object({ createManagedAccountStatus: accountStatus }),
    z.object({ updateManagedAccountStatus: accountStatus }),
  ]),
});
export const CONTROL_TOWER_SOURCE = 'aws.controltower';
