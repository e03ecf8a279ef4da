import { z } from 'zod';

/**
 * Stable codes that clients switch on. A code says what went wrong in the words of the business; `service-kit` maps it to
 * an HTTP status in one place.
 */
export const PROBLEM_CODES = [
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'already_exists',
  'idempotency_key_missing',
  'idempotency_key_reused',
  'request_in_flight',
  'payload_too_large',
  'unsupported_media_type',
  'too_many_requests',
  'link_expired',
  'tenant_not_active',
  'last_administrator',
  'import_file_missing',
  'import_invalid',
  'dataset_unavailable',
  'quota_exceeded',
  'workbench_not_ready',
  'variant_unavailable',
  'endpoint_not_found',
  'endpoint_not_in_service',
  'contract_violation',
  'binding_not_checked',
  'not_retryable',
  'not_cancellable',
  'unavailable',
  'internal',
] as const;
export const problemCode = z.enum(PROBLEM_CODES);
export type ProblemCode = z.infer<typeof problemCode>;

/** RFC 9457. `errors` names each faulty field by a JSON pointer into what was sent (`/body/email`). */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  instance: z.string().optional(),
  code: problemCode,
  requestId: z.string(),
  errors: z.array(z.object({ pointer: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problem>;
