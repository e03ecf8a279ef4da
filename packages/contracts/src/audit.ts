import { z } from 'zod';
import { defineOperation, operator, tenant } from './operation.ts';
import { listOf, timestamp } from './primitives.ts';
import type { ServiceName } from './services.ts';

export const auditEntry = z.object({
  sequence: z.number().int(),
  at: timestamp,
  actor: z.string(),
  operation: z.string(),
  resource: z.string().nullable(),
  outcome: z.enum(['done', 'refused', 'failed']),
  detail: z.string().nullable(),
  requestId: z.string(),
  previousHash: z.string(),
  hash: z.string(),
});

const query = z.object({
  /** Entries before this sequence number. */
  cursor: z.coerce.number().int().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

/** Every service answers these two; `service-kit` brings the handlers. */
export const auditOperations = <const Service extends ServiceName>(service: Service) =>
  ({
    listAudit: defineOperation({
      service,
      name: 'listAudit',
      summary: "What was done and refused in the caller's tenant, newest first",
      method: 'GET',
      path: '/audit',
      query,
      responses: { 200: listOf(auditEntry) },
      errors: [],
      auth: tenant('tenant_admin'),
      refs: {},
      idempotency: 'none',
      example: {},
    }),
    listPlatformAudit: defineOperation({
      service,
      name: 'listPlatformAudit',
      summary: 'What was done and refused outside of any tenant, newest first',
      method: 'GET',
      path: '/platform-audit',
      query,
      responses: { 200: listOf(auditEntry) },
      errors: [],
      auth: operator,
      refs: {},
      idempotency: 'none',
      example: {},
    }),
  }) as const;
