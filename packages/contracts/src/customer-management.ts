import { z } from 'zod';
import { auditOperations } from './audit.ts';
import { work } from './long-work.ts';
import { score, slotOperations } from './model-slots.ts';
import { defineOperation, everyTenantRole, service, tenant } from './operation.ts';
import { calendarDate, cursorQuery, id, listOf, money, timestamp } from './primitives.ts';

export const customer = z.object({
  id,
  /** The tenant's own number for the customer, as imported. */
  externalId: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  country: z.string().nullable(),
  purchases: z.number().int(),
  value: money,
  lastPurchaseOn: calendarDate.nullable(),
});
export type Customer = z.infer<typeof customer>;

export const customerWithChurn = customer.extend({ churn: score.nullable() });

export const purchase = z.object({
  id,
  purchasedOn: calendarDate,
  quantity: z.number(),
  value: money,
});

export const importKind = z.enum(['customers', 'purchases']);

/** How the columns of a file are to be read. */
export const importMapping = z
  .object({
    separator: z.enum(['comma', 'tab', 'semicolon', 'blanks']),
    header: z.boolean(),
    /** Our field → the file's column, by its name or, without header, by its number from 1. */
    columns: z.record(
      z.string(),
      z.union([z.string().max(200), z.number().int().min(1).max(1000)]),
    ),
    dateFormat: z
      .enum(['yyyy-mm-dd', 'yyyymmdd', 'dd.mm.yyyy', 'mm/dd/yyyy'])
      .default('yyyy-mm-dd'),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default('USD'),
    /** The day that this history ends on; scores and features are seen from there. */
    asOf: calendarDate.optional(),
  })
  .strict();
export type ImportMapping = z.infer<typeof importMapping>;

export const importView = z.object({
  id,
  kind: importKind,
  fileName: z.string(),
  bytes: z.number().int(),
  state: z.enum([
    'awaiting_file',
    'awaiting_mapping',
    'queued',
    'running',
    'succeeded',
    'failed',
    'cancelled',
  ]),
  /** The first lines, split by the separator that fits best, to choose the mapping by. */
  sample: z
    .object({ separator: importMapping.shape.separator, rows: z.array(z.array(z.string())) })
    .nullable(),
  mapping: importMapping.nullable(),
  rows: z.object({
    read: z.number().int(),
    accepted: z.number().int(),
    rejected: z.number().int(),
  }),
  work: work.nullable(),
  createdAt: timestamp,
});
export type ImportView = z.infer<typeof importView>;

export const importError = z.object({
  line: z.number().int(),
  column: z.string().nullable(),
  message: z.string(),
});

export const MAX_IMPORT_BYTES = 100 * 1024 * 1024;

const exampleId = '01890a5d-ac96-774b-bcce-b302099a8057';
export const customerManagementOperations = {
  ...auditOperations('customer-management'),
  ...slotOperations('customer-management'),
  listCustomers: defineOperation({
    service: 'customer-management',
    name: 'listCustomers',
    summary: 'Customers with their stored churn scores',
    method: 'GET',
    path: '/customers',
    query: cursorQuery.extend({
      search: z.string().max(100).optional(),
      sort: z
        .enum([
          'name',
          '-name',
          'churn',
          '-churn',
          'value',
          '-value',
          '-lastPurchaseOn',
          'lastPurchaseOn',
        ])
        .default('name'),
    }),
    responses: { 200: listOf(customerWithChurn).extend({ total: z.number().int() }) },
    errors: [],
    auth: everyTenantRole,
    refs: {},
    idempotency: 'none',
    example: { query: { limit: 50, sort: '-churn' } },
  }),
  getCustomer: defineOperation({
    service: 'customer-management',
    name: 'getCustomer',
    summary: 'One customer',
    method: 'GET',
    path: '/customers/:customerId',
    params: z.object({ customerId: id }),
    responses: { 200: customer },
    errors: ['not_found'],
    auth: everyTenantRole,
    refs: { customerId: 'customer' },
    idempotency: 'none',
    example: { params: { customerId: exampleId } },
  }),
  listPurchases: defineOperation({
    service: 'customer-management',
    name: 'listPurchases',
    summary: "A customer's purchases, newest first",
    method: 'GET',
    path: '/customers/:customerId/purchases',
    params: z.object({ customerId: id }),
    query: cursorQuery,
    responses: { 200: listOf(purchase) },
    errors: ['not_found'],
    auth: everyTenantRole,
    refs: { customerId: 'customer' },
    idempotency: 'none',
    example: { params: { customerId: exampleId } },
  }),
  getChurnScore: defineOperation({
    service: 'customer-management',
    name: 'getChurnScore',
    summary:
      "A live answer of the tenant's active model, or what stands in for it, labelled, within 300 ms",
    method: 'GET',
    path: '/customers/:customerId/churn-score',
    params: z.object({ customerId: id }),
    responses: { 200: score.extend({ features: z.record(z.string(), z.number().nullable()) }) },
    errors: ['not_found'],
    auth: everyTenantRole,
    refs: { customerId: 'customer' },
    idempotency: 'none',
    example: { params: { customerId: exampleId } },
  }),
  getAsOf: defineOperation({
    service: 'customer-management',
    name: 'getAsOf',
    summary: "The day from which the tenant's history is seen",
    method: 'GET',
    path: '/as-of',
    responses: {
      200: z.object({
        asOf: calendarDate,
        /** True when nobody set one: then it is today. */ isToday: z.boolean(),
      }),
    },
    errors: [],
    auth: everyTenantRole,
    refs: {},
    idempotency: 'none',
    example: {},
  }),
  setAsOf: defineOperation({
    service: 'customer-management',
    name: 'setAsOf',
    summary: 'Set the as-of date, or go back to today with null',
    method: 'PUT',
    path: '/as-of',
    body: z.object({ asOf: calendarDate.nullable() }).strict(),
    responses: { 200: z.object({ asOf: calendarDate, isToday: z.boolean() }) },
    errors: [],
    auth: tenant('tenant_admin'),
    refs: {},
    idempotency: 'none',
    example: { body: { asOf: '1998-06-30' } },
  }),
  createImport: defineOperation({
    service: 'customer-management',
    name: 'createImport',
    summary: 'Announce a file of customers or purchases',
    method: 'POST',
    path: '/imports',
    body: z
      .object({
        kind: importKind,
        fileName: z.string().min(1).max(255),
        bytes: z.number().int().min(1).max(MAX_IMPORT_BYTES),
      })
      .strict(),
    responses: { 201: importView },
    errors: [
      'idempotency_key_missing',
      'idempotency_key_reused',
      'request_in_flight',
      'payload_too_large',
    ],
    auth: tenant('tenant_admin', 'data_scientist', 'marketer'),
    refs: {},
    idempotency: 'required',
    example: { body: { kind: 'purchases', fileName: 'purchases.csv', bytes: 1000 } },
  }),
  uploadImportFile: defineOperation({
    service: 'customer-management',
    name: 'uploadImportFile',
    summary: "Send the file's bytes; the answer shows how it would be split",
    method: 'PUT',
    path: '/imports/:importId/file',
    params: z.object({ importId: id }),
    body: { kind: 'binary', maxBytes: MAX_IMPORT_BYTES },
    responses: { 200: importView },
    errors: ['not_found', 'conflict', 'payload_too_large', 'import_invalid'],
    auth: tenant('tenant_admin', 'data_scientist', 'marketer'),
    refs: { importId: 'import' },
    idempotency: 'none',
    example: { params: { importId: exampleId } },
  }),
  startImport: defineOperation({
    service: 'customer-management',
    name: 'startImport',
    summary:
      'Read the file with this mapping; nothing is kept unless every line can be read, or rejects are allowed',
    method: 'POST',
    path: '/imports/:importId/start',
    params: z.object({ importId: id }),
    body: importMapping.extend({ skipRejected: z.boolean().default(false) }).strict(),
    responses: { 202: importView },
    errors: ['not_found', 'conflict', 'import_file_missing', 'import_invalid'],
    auth: tenant('tenant_admin', 'data_scientist', 'marketer'),
    refs: { importId: 'import' },
    idempotency: 'none',
    example: {
      params: { importId: exampleId },
      body: {
        separator: 'comma',
        header: true,
        columns: { customerId: 'customer', purchasedOn: 'date', quantity: 'cds', value: 'dollars' },
      },
    },
  }),
  listImports: defineOperation({
    service: 'customer-management',
    name: 'listImports',
    summary: 'Imports of the tenant, newest first',
    method: 'GET',
    path: '/imports',
    query: cursorQuery,
    responses: { 200: listOf(importView) },
    errors: [],
    auth: everyTenantRole,
    refs: {},
    idempotency: 'none',
    example: {},
  }),
  getImport: defineOperation({
    service: 'customer-management',
    name: 'getImport',
    summary: 'One import with its progress',
    method: 'GET',
    path: '/imports/:importId',
    params: z.object({ importId: id }),
    responses: { 200: importView },
    errors: ['not_found'],
    auth: everyTenantRole,
    refs: { importId: 'import' },
    idempotency: 'none',
    example: { params: { importId: exampleId } },
  }),
  listImportErrors: defineOperation({
    service: 'customer-management',
    name: 'listImportErrors',
    summary: 'Rejected lines of an import, by line',
    method: 'GET',
    path: '/imports/:importId/errors',
    params: z.object({ importId: id }),
    query: cursorQuery,
    responses: { 200: listOf(importError) },
    errors: ['not_found'],
    auth: everyTenantRole,
    refs: { importId: 'import' },
    idempotency: 'none',
    example: { params: { importId: exampleId } },
  }),
  cancelImport: defineOperation({
    service: 'customer-management',
    name: 'cancelImport',
    summary: 'Stop an import; nothing of it is kept',
    method: 'POST',
    path: '/imports/:importId/cancel',
    params: z.object({ importId: id }),
    responses: { 202: importView },
    errors: ['not_found', 'not_cancellable'],
    auth: tenant('tenant_admin', 'data_scientist', 'marketer'),
    refs: { importId: 'import' },
    idempotency: 'none',
    example: { params: { importId: exampleId } },
  }),
  deleteCustomers: defineOperation({
    service: 'customer-management',
    name: 'deleteCustomers',
    summary: 'Delete every row of the tenant that the caller acts for',
    method: 'DELETE',
    path: '/internal/customers',
    responses: { 200: z.object({ deleted: z.number().int() }) },
    errors: [],
    auth: service('tenant-management'),
    refs: {},
    idempotency: 'none',
    example: {},
  }),
} as const;
