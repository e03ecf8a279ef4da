import { z } from 'zod';
import { auditOperations } from './audit.ts';
import { accepted } from './long-work.ts';
import { defineOperation, everyTenantRole, service, tenant } from './operation.ts';
import { cursorQuery, id, line, listOf, timestamp } from './primitives.ts';
import { tenantRole } from './roles.ts';

export const classification = z.enum(['identifier', 'personal', 'sensitive', 'free text', 'plain']);

/** What this requester gets of a column. */
export const columnVerdict = z.object({
  name: z.string(),
  type: z.string(),
  description: z.string(),
  classification: classification.nullable(),
  verdict: z.enum(['as is', 'masked', 'withheld']),
  /** How it is masked or why it is withheld. */
  reason: z.string().nullable(),
});
export type ColumnVerdict = z.infer<typeof columnVerdict>;

export const dataset = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  columns: z.array(columnVerdict),
  estimatedRows: z.number().int(),
  /** How old the newest row on the replica is allowed to look; null when it cannot be told. */
  asOf: timestamp.nullable(),
});
export type Dataset = z.infer<typeof dataset>;

/** A typed condition; never SQL text. All of a filter's conditions must hold. */
export const condition = z
  .object({
    column: z.string().max(63),
    operator: z.enum(['=', '!=', '<', '<=', '>', '>=', 'in', 'is null', 'is not null']),
    value: z
      .union([
        z.string().max(1000),
        z.number(),
        z.boolean(),
        z.array(z.union([z.string().max(1000), z.number()])).max(1000),
      ])
      .optional(),
  })
  .strict();
export const filter = z.array(condition).max(20);
export type Filter = z.infer<typeof filter>;

export const extractState = z.enum([
  'queued',
  'running',
  'paused',
  'succeeded',
  'failed',
  'cancelled',
]);

export const extract = z.object({
  id,
  state: extractState,
  datasets: z.array(z.string()),
  purpose: z.string(),
  requestedBy: z.string(),
  dataRole: tenantRole,
  /** Place in the queue, from 1, and why it waits. */
  position: z.number().int().nullable(),
  waitsFor: z.string().nullable(),
  rows: z.number().int(),
  bytes: z.number().int(),
  rowsPerSecond: z.number().nullable(),
  cause: z.string().nullable(),
  remedy: z.string().nullable(),
  /** `s3://…/manifest.json` per dataset, once published. */
  manifests: z.record(z.string(), z.string()),
  /** Python that reads it in the notebook. */
  snippet: z.string().nullable(),
  createdAt: timestamp,
  finishedAt: timestamp.nullable(),
});
export type Extract = z.infer<typeof extract>;

/** Kind of the long work that data-management accepts and the worker carries out; its state is what both read. */
export const EXTRACT_KIND = 'extract';
/** The worker's steps, as data-management shows them. */
export const EXTRACT_STEPS = [
  { name: 'admission', expectedMs: 500 },
  { name: 'extraction', expectedMs: 3000 },
  { name: 'publication', expectedMs: 500 },
] as const;

/** One dataset of a request as it was compiled: the SQL is fixed when the request is accepted. */
const compiledDataset = z.object({
  name: z.string(),
  sql: z.string(),
  sqlHash: z.string(),
  schema: z.array(
    z.object({
      name: z.string(),
      type: z.enum(['string', 'integer', 'decimal', 'double', 'boolean', 'date', 'timestamp']),
      precision: z.object({ digits: z.number(), scale: z.number() }).optional(),
    }),
  ),
  /** By column, in words. */
  masking: z.record(z.string(), z.string()),
});

/** What data-management stores and the worker reads. */
export const extractRequest = z.object({
  datasets: z.array(compiledDataset),
  purpose: z.string(),
  requestedBy: id,
  dataRole: tenantRole,
  policyVersion: z.number().int(),
  keyVersion: z.number().int(),
  secretRef: z.string(),
  bucket: z.string(),
});
export type ExtractRequest = z.infer<typeof extractRequest>;

/** What the worker remembers of a request while it works on it. */
export interface ExtractMemo {
  readonly attempt: number;
  readonly runId: string | null;
  readonly rows: number;
  readonly bytes: number;
  /** Of the run in hand, to tell rows per second. */
  readonly runningSince: string;
  /** By dataset: `s3://…/manifest.json`. */
  readonly manifests: Readonly<Record<string, string>>;
}

/** `manifest.json`: its presence publishes the extract. */
export const manifest = z.object({
  version: z.literal(1),
  requestId: id,
  dataset: z.string(),
  files: z.array(
    z.object({
      key: z.string(),
      bytes: z.number().int(),
      rows: z.number().int(),
      sha256: z.string(),
    }),
  ),
  rows: z.number().int(),
  schema: z.array(z.object({ name: z.string(), type: z.string() })),
  masking: z.record(z.string(), z.string()),
  keyVersion: z.number().int(),
  policyVersion: z.number().int(),
  sqlHash: z.string(),
  snapshot: z.object({ lsn: z.string(), takenAt: timestamp }),
  requester: z.string(),
  purpose: z.string(),
  publishedAt: timestamp,
});
export type Manifest = z.infer<typeof manifest>;

const dataUsers = tenant('data_scientist', 'tenant_admin');
const exampleId = '01890a5d-ac96-774b-bcce-b302099a8057';

export const dataManagementOperations = {
  ...auditOperations('data-management'),
  listDatasets: defineOperation({
    service: 'data-management',
    name: 'listDatasets',
    summary: 'Datasets and what the caller gets of each column',
    method: 'GET',
    path: '/datasets',
    responses: { 200: z.object({ items: z.array(dataset) }) },
    errors: [],
    auth: everyTenantRole,
    refs: {},
    idempotency: 'none',
    example: {},
  }),
  previewDataset: defineOperation({
    service: 'data-management',
    name: 'previewDataset',
    summary: '20 rows through the very SQL that the extract would run',
    method: 'POST',
    path: '/datasets/:dataset/preview',
    params: z.object({ dataset: z.string().max(63) }),
    body: z.object({ filter: filter.default([]) }).strict(),
    responses: {
      200: z.object({
        columns: z.array(z.object({ name: z.string(), type: z.string() })),
        rows: z.array(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))),
        sqlHash: z.string(),
        estimatedRows: z.number().int(),
        estimatedBytes: z.number().int(),
        estimatedSeconds: z.number(),
      }),
    },
    errors: ['dataset_unavailable'],
    auth: dataUsers,
    refs: {},
    idempotency: 'none',
    example: { params: { dataset: 'customers' }, body: { filter: [] } },
  }),
  requestExtract: defineOperation({
    service: 'data-management',
    name: 'requestExtract',
    summary: 'Ask for masked data in the bucket of the workbench; acknowledged once it is durable',
    method: 'POST',
    path: '/extracts',
    body: z
      .object({
        datasets: z
          .array(z.object({ name: z.string().max(63), filter: filter.default([]) }).strict())
          .min(1)
          .max(10),
        purpose: line(500),
      })
      .strict(),
    responses: { 202: accepted },
    errors: [
      'dataset_unavailable',
      'workbench_not_ready',
      'quota_exceeded',
      'idempotency_key_missing',
      'idempotency_key_reused',
      'request_in_flight',
    ],
    auth: dataUsers,
    refs: {},
    idempotency: 'required',
    example: {
      body: {
        datasets: [{ name: 'customers' }, { name: 'purchases' }],
        purpose: 'Churn model',
      },
    },
  }),
  listExtracts: defineOperation({
    service: 'data-management',
    name: 'listExtracts',
    summary: 'Extracts of the tenant, newest first',
    method: 'GET',
    path: '/extracts',
    query: cursorQuery,
    responses: { 200: listOf(extract) },
    errors: [],
    auth: dataUsers,
    refs: {},
    idempotency: 'none',
    example: {},
  }),
  getExtract: defineOperation({
    service: 'data-management',
    name: 'getExtract',
    summary: 'One extract with its progress',
    method: 'GET',
    path: '/extracts/:extractId',
    params: z.object({ extractId: id }),
    responses: { 200: extract },
    errors: ['not_found'],
    auth: dataUsers,
    refs: { extractId: 'extract' },
    idempotency: 'none',
    example: { params: { extractId: exampleId } },
  }),
  cancelExtract: defineOperation({
    service: 'data-management',
    name: 'cancelExtract',
    summary: 'Stop an extract; nothing of it is published',
    method: 'POST',
    path: '/extracts/:extractId/cancel',
    params: z.object({ extractId: id }),
    responses: { 202: extract },
    errors: ['not_found', 'not_cancellable'],
    auth: dataUsers,
    refs: { extractId: 'extract' },
    idempotency: 'none',
    example: { params: { extractId: exampleId } },
  }),
  retryExtract: defineOperation({
    service: 'data-management',
    name: 'retryExtract',
    summary: 'Run a failed extract again from a fresh snapshot',
    method: 'POST',
    path: '/extracts/:extractId/retry',
    params: z.object({ extractId: id }),
    responses: { 202: extract },
    errors: ['not_found', 'not_retryable'],
    auth: dataUsers,
    refs: { extractId: 'extract' },
    idempotency: 'none',
    example: { params: { extractId: exampleId } },
  }),
  deleteExtractRecords: defineOperation({
    service: 'data-management',
    name: 'deleteExtractRecords',
    summary:
      'Delete requests, masking keys and the extraction login of the tenant that the caller acts for',
    method: 'DELETE',
    path: '/internal/extracts',
    responses: { 200: z.object({ deleted: z.number().int() }) },
    errors: [],
    auth: service('tenant-management'),
    refs: {},
    idempotency: 'none',
    example: {},
  }),
  ensureExtractionLogin: defineOperation({
    service: 'data-management',
    name: 'ensureExtractionLogin',
    summary:
      'Make the extraction login and masking key of the tenant that the caller acts for, or find them',
    method: 'PUT',
    path: '/internal/extraction-login',
    responses: { 204: null },
    errors: [],
    auth: service('registration'),
    refs: {},
    idempotency: 'none',
    example: {},
  }),
} as const;
