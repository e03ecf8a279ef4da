import { z } from 'zod';
import { calendarDate, id, timestamp } from './primitives.ts';
import { binding } from './tenant-management.ts';

/** One ordered input of a slot's contract. */
export const feature = z.object({
  name: z.string(),
  type: z.literal('number'),
  unit: z.string(),
  meaning: z.string(),
  /** When it is null; `never` otherwise. */
  nullWhen: z.string(),
  minimum: z.number().nullable(),
});

export const slotView = z.object({
  /** `customer-churn/1`. */
  slot: z.string(),
  title: z.string(),
  question: z.string(),
  features: z.array(feature),
  builtIn: z.object({ name: z.string(), explanation: z.string() }),
  /** JSON Schema of the endpoint's request and response. */
  requestSchema: z.record(z.string(), z.unknown()),
  responseSchema: z.record(z.string(), z.unknown()),
  sample: z.object({
    request: z.unknown(),
    response: z.unknown(),
    curl: z.string(),
    python: z.string(),
    inferenceScript: z.string(),
  }),
  active: binding.nullable(),
});
export type SlotView = z.infer<typeof slotView>;

export const checkName = z.enum([
  'golden rows',
  'order',
  'batch sizes',
  'nulls',
  'repeatability',
  'own rows',
  'latency',
]);

export const checkReport = z.object({
  startedAt: timestamp,
  finishedAt: timestamp.nullable(),
  passed: z.boolean().nullable(),
  results: z.array(
    z.object({
      check: checkName,
      passed: z.boolean(),
      /** What was seen; on failure the offending row or the model's own traceback. */
      detail: z.string(),
    }),
  ),
  latencyMs: z.object({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable(),
});
export type CheckReport = z.infer<typeof checkReport>;

export const bindingView = binding.extend({ check: checkReport.nullable() });
export type BindingView = z.infer<typeof bindingView>;

/** Where a score comes from; a list never mixes sources without saying so. */
export const scoreSource = z.enum(['model', 'stored', 'built-in']);

export const score = z.object({
  /** Null when not even the built-in has an answer. */
  probability: z.number().min(0).max(1).nullable(),
  source: scoreSource,
  /** `built-in` or the endpoint's name. */
  model: z.string(),
  /** Version of the binding; null for the built-in. */
  version: z.number().int().nullable(),
  computedAt: timestamp,
  asOf: calendarDate,
  reasons: z.array(z.string()),
  /** Why a live answer of the active model was not used; null when it was, or when none is active. */
  fallback: z
    .object({
      cause: z.enum([
        'deadline',
        'circuit_open',
        'busy',
        'model_error',
        'contract_violation',
        'unreachable',
      ]),
      detail: z.string(),
    })
    .nullable(),
});
export type Score = z.infer<typeof score>;

export const scoringRun = z.object({
  id,
  bindingId: id,
  version: z.number().int(),
  state: z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']),
  total: z.number().int(),
  scored: z.number().int(),
  cause: z.string().nullable(),
  createdAt: timestamp,
  finishedAt: timestamp.nullable(),
});
export type ScoringRun = z.infer<typeof scoringRun>;
