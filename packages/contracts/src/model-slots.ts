import { z } from 'zod';
import { defineOperation, everyTenantRole, tenant } from './operation.ts';
import { calendarDate, id, timestamp } from './primitives.ts';
import type { ServiceName } from './services.ts';
import { binding, endpointName } from './tenant-management.ts';

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

const slotParams = z.object({
  /** `customer-churn`. */
  slot: z.string().max(60),
  /** Version of the slot's contract: `1`. */
  contract: z.coerce.number().int(),
});
const churnSlot = { slot: 'customer-churn', contract: 1 };
const modellers = tenant('data_scientist', 'tenant_admin');

const exampleId = '01890a5d-ac96-774b-bcce-b302099a8057';

/** What every service that owns a slot answers; `packages/model-slots` brings the handlers. */
export const slotOperations = <const Service extends ServiceName>(service: Service) =>
  ({
    listSlots: defineOperation({
      service,
      name: 'listSlots',
      summary: 'Places where a model of the tenant may replace built-in logic',
      method: 'GET',
      path: '/slots',
      responses: { 200: z.object({ items: z.array(slotView) }) },
      errors: [],
      auth: everyTenantRole,
      refs: {},
      idempotency: 'none',
      example: {},
    }),
    getSlot: defineOperation({
      service,
      name: 'getSlot',
      summary: 'One slot with its contract and samples',
      method: 'GET',
      path: '/slots/:slot/:contract',
      params: slotParams,
      responses: { 200: slotView },
      errors: ['not_found'],
      auth: everyTenantRole,
      refs: {},
      idempotency: 'none',
      example: { params: churnSlot },
    }),
    listSlotBindings: defineOperation({
      service,
      name: 'listSlotBindings',
      summary: "The tenant's endpoints in a slot, newest version first",
      method: 'GET',
      path: '/slots/:slot/:contract/bindings',
      params: slotParams,
      responses: { 200: z.object({ items: z.array(bindingView) }) },
      errors: ['not_found'],
      auth: everyTenantRole,
      refs: {},
      idempotency: 'none',
      example: { params: churnSlot },
    }),
    registerEndpoint: defineOperation({
      service,
      name: 'registerEndpoint',
      summary:
        "Register an endpoint of the tenant's own account by name; its contract check starts at once",
      method: 'POST',
      path: '/slots/:slot/:contract/bindings',
      params: slotParams,
      body: z.object({ endpointName }).strict(),
      responses: { 202: bindingView },
      errors: [
        'not_found',
        'endpoint_not_found',
        'endpoint_not_in_service',
        'workbench_not_ready',
        'idempotency_key_missing',
        'idempotency_key_reused',
        'request_in_flight',
      ],
      auth: modellers,
      refs: {},
      idempotency: 'required',
      example: { params: churnSlot, body: { endpointName: 'churn-1' } },
    }),
    getBinding: defineOperation({
      service,
      name: 'getBinding',
      summary: 'One binding with its check report',
      method: 'GET',
      path: '/bindings/:bindingId',
      params: z.object({ bindingId: id }),
      responses: { 200: bindingView },
      errors: ['not_found'],
      auth: everyTenantRole,
      refs: { bindingId: 'binding' },
      idempotency: 'none',
      example: { params: { bindingId: exampleId } },
    }),
    activateBinding: defineOperation({
      service,
      name: 'activateBinding',
      summary: 'Use this model in place of the active one, and rescore every customer',
      method: 'POST',
      path: '/bindings/:bindingId/activate',
      params: z.object({ bindingId: id }),
      /** The endpoint's name, typed. */
      body: z.object({ confirmation: z.string().max(63) }).strict(),
      responses: { 202: bindingView.extend({ scoringRunId: id }) },
      errors: ['not_found', 'binding_not_checked', 'conflict'],
      auth: modellers,
      refs: { bindingId: 'binding' },
      idempotency: 'none',
      example: { params: { bindingId: exampleId }, body: { confirmation: 'churn-1' } },
    }),
    retireBinding: defineOperation({
      service,
      name: 'retireBinding',
      summary: 'Take a model out of use; the slot goes back to the built-in',
      method: 'POST',
      path: '/bindings/:bindingId/retire',
      params: z.object({ bindingId: id }),
      body: z.object({ reason: z.string().max(500).nullable() }).strict(),
      responses: { 200: bindingView },
      errors: ['not_found', 'conflict'],
      auth: modellers,
      refs: { bindingId: 'binding' },
      idempotency: 'none',
      example: { params: { bindingId: exampleId }, body: { reason: null } },
    }),
    getScoringRun: defineOperation({
      service,
      name: 'getScoringRun',
      summary: 'How far the scoring of all customers is',
      method: 'GET',
      path: '/scoring-runs/:scoringRunId',
      params: z.object({ scoringRunId: id }),
      responses: { 200: scoringRun },
      errors: ['not_found'],
      auth: everyTenantRole,
      refs: { scoringRunId: 'scoring-run' },
      idempotency: 'none',
      example: { params: { scoringRunId: exampleId } },
    }),
  }) as const;
