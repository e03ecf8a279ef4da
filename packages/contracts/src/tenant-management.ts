import { z } from 'zod';
import { auditOperations } from './audit.ts';
import { work } from './long-work.ts';
import { defineOperation, everyTenantRole, operator, service } from './operation.ts';
import { cursorQuery, id, line, listOf, timestamp } from './primitives.ts';

export const tenantState = z.enum(['pending', 'active', 'suspended', 'offboarding', 'deleted']);
export type TenantState = z.infer<typeof tenantState>;

export const isolationStrategy = z.enum(['role', 'web-identity', 'session-policy']);

/** Twelve digits. */
export const accountNumber = z.string().regex(/^\d{12}$/);

export const tenantRecord = z.object({
  id,
  name: z.string(),
  /** For display and addresses only; never part of an external name. */
  slug: z.string(),
  state: tenantState,
  plan: z.string(),
  region: z.string(),
  isolationStrategy,
  /** Null until the workbench's account exists. */
  accountId: accountNumber.nullable(),
  workbenchVariant: z.string().nullable(),
  createdAt: timestamp,
});
export type TenantRecord = z.infer<typeof tenantRecord>;

export const bindingState = z.enum([
  'registered',
  'checking',
  'checked',
  'rejected',
  'active',
  'retired',
]);
export type BindingState = z.infer<typeof bindingState>;

/** One tenant's endpoint in one slot. Immutable but for its state; a change of endpoint is a new version. */
export const binding = z.object({
  id,
  /** `customer-churn/1`. */
  slot: z.string(),
  /** Grows by one per slot. */
  version: z.number().int(),
  endpointName: z.string(),
  state: bindingState,
  /** When and by whom it came into its state, and why. */
  changedAt: timestamp,
  changedBy: z.string(),
  reason: z.string().nullable(),
  createdAt: timestamp,
});
export type Binding = z.infer<typeof binding>;

export const endpointName = z.string().regex(/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/);

const tenantParams = z.object({ tenantId: id });
const exampleTenant = { tenantId: '01890a5d-ac96-774b-bcce-b302099a8057' };

export const tenantManagementOperations = {
  ...auditOperations('tenant-management'),
  getTenant: defineOperation({
    service: 'tenant-management',
    name: 'getTenant',
    summary: "The caller's own tenant",
    method: 'GET',
    path: '/tenant',
    responses: { 200: tenantRecord },
    errors: ['not_found'],
    auth: everyTenantRole,
    refs: {},
    idempotency: 'none',
    example: {},
  }),
  listTenants: defineOperation({
    service: 'tenant-management',
    name: 'listTenants',
    summary: 'Every tenant of the platform, newest first',
    method: 'GET',
    path: '/tenants',
    query: cursorQuery.extend({
      search: z.string().max(100).optional(),
      state: tenantState.optional(),
    }),
    responses: { 200: listOf(tenantRecord) },
    errors: [],
    auth: operator,
    refs: {},
    idempotency: 'none',
    example: {},
  }),
  getTenantAsOperator: defineOperation({
    service: 'tenant-management',
    name: 'getTenantAsOperator',
    summary: 'One tenant, with its offboarding when there is one',
    method: 'GET',
    path: '/tenants/:tenantId',
    params: tenantParams,
    responses: { 200: tenantRecord.extend({ offboarding: work.nullable() }) },
    errors: ['not_found'],
    auth: operator,
    refs: { tenantId: 'tenant' },
    idempotency: 'none',
    example: { params: exampleTenant },
  }),
  suspendTenant: defineOperation({
    service: 'tenant-management',
    name: 'suspendTenant',
    summary: 'Sever every session, key and notebook of a tenant within 5 s; nothing is deleted',
    method: 'POST',
    path: '/tenants/:tenantId/suspend',
    params: tenantParams,
    body: z.object({ reason: line(500) }).strict(),
    responses: { 200: tenantRecord },
    errors: ['not_found', 'conflict'],
    auth: operator,
    refs: { tenantId: 'tenant' },
    idempotency: 'none',
    example: { params: exampleTenant, body: { reason: 'Contract ended' } },
  }),
  resumeTenant: defineOperation({
    service: 'tenant-management',
    name: 'resumeTenant',
    summary: 'Let a suspended tenant back in',
    method: 'POST',
    path: '/tenants/:tenantId/resume',
    params: tenantParams,
    responses: { 200: tenantRecord },
    errors: ['not_found', 'conflict'],
    auth: operator,
    refs: { tenantId: 'tenant' },
    idempotency: 'none',
    example: { params: exampleTenant },
  }),
  deleteTenant: defineOperation({
    service: 'tenant-management',
    name: 'deleteTenant',
    summary: 'Delete a suspended tenant: workbench, account, rows, users, keys, roles',
    method: 'POST',
    path: '/tenants/:tenantId/delete',
    params: tenantParams,
    /** The tenant's slug, typed by the operator. */
    body: z.object({ confirmation: z.string() }).strict(),
    responses: { 202: work },
    errors: ['not_found', 'conflict', 'invalid_request'],
    auth: operator,
    refs: { tenantId: 'tenant' },
    idempotency: 'none',
    example: { params: exampleTenant, body: { confirmation: 'foo-records' } },
  }),
  /** Registration's steps: repeatable, found by the tenant's id. */
  ensureTenant: defineOperation({
    service: 'tenant-management',
    name: 'ensureTenant',
    summary: 'Make the record of the tenant that the caller acts for, or find it',
    method: 'PUT',
    path: '/internal/tenant',
    body: z.object({ name: line(100), plan: z.string() }).strict(),
    responses: { 200: tenantRecord },
    errors: [],
    auth: service('registration'),
    refs: {},
    idempotency: 'none',
    example: { body: { name: 'Foo Records', plan: 'standard' } },
  }),
  activateTenant: defineOperation({
    service: 'tenant-management',
    name: 'activateTenant',
    summary: 'Open a pending tenant for its people',
    method: 'POST',
    path: '/internal/tenant/activate',
    responses: { 200: tenantRecord },
    errors: ['not_found', 'conflict'],
    auth: service('registration'),
    refs: {},
    idempotency: 'none',
    example: {},
  }),
  getTenantAsService: defineOperation({
    service: 'tenant-management',
    name: 'getTenantAsService',
    summary: 'The record of the tenant that the caller acts for',
    method: 'GET',
    path: '/internal/tenant',
    responses: { 200: tenantRecord },
    errors: ['not_found'],
    auth: service(
      'registration',
      'user-management',
      'workbench-management',
      'data-management',
      'data-management-worker',
      'customer-management',
      'front-door',
    ),
    refs: {},
    idempotency: 'none',
    example: {},
  }),
  findTenantByAccount: defineOperation({
    service: 'tenant-management',
    name: 'findTenantByAccount',
    summary: 'Whose account a number is; how a workbench that proves its account is known',
    method: 'GET',
    path: '/internal/accounts/:accountId',
    params: z.object({ accountId: accountNumber }),
    responses: { 200: tenantRecord },
    errors: ['not_found'],
    auth: service('front-door'),
    refs: { accountId: 'tenant' },
    idempotency: 'none',
    example: { params: { accountId: '111122223333' } },
  }),
  recordAccount: defineOperation({
    service: 'tenant-management',
    name: 'recordAccount',
    summary:
      "Write the workbench's account number into the tenant's record; a second number is refused",
    method: 'PUT',
    path: '/internal/tenant/account',
    body: z
      .object({ accountId: accountNumber.nullable(), variant: z.string().nullable() })
      .strict(),
    responses: { 200: tenantRecord },
    errors: ['not_found', 'conflict'],
    auth: service('workbench-management'),
    refs: { 'body.accountId': 'tenant' },
    idempotency: 'none',
    example: { body: { accountId: '111122223333', variant: 'standard' } },
  }),
  listBindings: defineOperation({
    service: 'tenant-management',
    name: 'listBindings',
    summary: "The tenant's bindings in a slot, newest version first",
    method: 'GET',
    path: '/internal/bindings',
    query: z.object({ slot: z.string().max(100) }),
    responses: { 200: z.object({ items: z.array(binding) }) },
    errors: [],
    auth: service('customer-management'),
    refs: {},
    idempotency: 'none',
    example: { query: { slot: 'customer-churn/1' } },
  }),
  addBinding: defineOperation({
    service: 'tenant-management',
    name: 'addBinding',
    summary: 'Record a new version of the endpoint in a slot',
    method: 'POST',
    path: '/internal/bindings',
    body: z
      .object({ id, slot: z.string().max(100), endpointName, changedBy: z.string().max(200) })
      .strict(),
    responses: { 200: binding },
    errors: ['conflict'],
    auth: service('customer-management'),
    refs: { 'body.id': 'binding' },
    idempotency: 'none',
    example: {
      body: {
        id: '01890a5d-ac96-774b-bcce-b302099a8057',
        slot: 'customer-churn/1',
        endpointName: 'churn-1',
        changedBy: 'user',
      },
    },
  }),
  changeBinding: defineOperation({
    service: 'tenant-management',
    name: 'changeBinding',
    summary: 'Move a binding on in its life; activating one retires the active one of the slot',
    method: 'POST',
    path: '/internal/bindings/:bindingId/state',
    params: z.object({ bindingId: id }),
    body: z
      .object({
        state: bindingState,
        changedBy: z.string().max(200),
        reason: z.string().max(1000).nullable(),
      })
      .strict(),
    responses: { 200: binding },
    errors: ['not_found', 'conflict'],
    auth: service('customer-management'),
    refs: { bindingId: 'binding' },
    idempotency: 'none',
    example: {
      params: { bindingId: '01890a5d-ac96-774b-bcce-b302099a8057' },
      body: { state: 'active', changedBy: 'user', reason: null },
    },
  }),
} as const;
