import type { Score } from '@atelier/contracts';
import {
  BrokenCircuitError,
  type BulkheadPolicy,
  BulkheadRejectedError,
  bulkhead,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
} from 'cockatiel';
import { ModelFailure } from './endpoint.ts';
import { ContractViolation } from './slot-contract.ts';

export type FallbackCause = NonNullable<Score['fallback']>['cause'];

/** The model gave no answer that can be used; `detail` is for the tenant. */
export class NoLiveAnswer extends Error {
  override readonly name = 'NoLiveAnswer';
  readonly reason: FallbackCause;

  constructor(reason: FallbackCause, detail: string, cause: unknown) {
    super(detail, { cause });
    this.reason = reason;
  }
}

/** A live question: the model's share of a whole answer that is due within 300 ms. */
export const MODEL_DEADLINE_MS = 200;
const FAILURES_TO_OPEN = 5;
const HALF_OPEN_AFTER_MS = 2000;
const LIVE_AT_ONCE = 16;

export interface ModelGuard {
  /**
   * Runs `ask` within the deadline, behind the tenant's own bulkhead and the endpoint's own circuit breaker, so that a slow
   * or dead endpoint costs nobody else anything. Throws `NoLiveAnswer`.
   */
  live<T>(
    tenantId: string,
    endpointName: string,
    ask: (signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
}

export const createModelGuard = (
  options: { deadlineMs?: number; halfOpenAfterMs?: number } = {},
): ModelGuard => {
  const deadlineMs = options.deadlineMs ?? MODEL_DEADLINE_MS;
  const bulkheads = new Map<string, BulkheadPolicy>();
  const breakers = new Map<string, CircuitBreakerPolicy>();

  const bulkheadOf = (tenantId: string): BulkheadPolicy => {
    const known = bulkheads.get(tenantId) ?? bulkhead(LIVE_AT_ONCE);
    bulkheads.set(tenantId, known);
    return known;
  };
  const breakerOf = (key: string): CircuitBreakerPolicy => {
    const known =
      breakers.get(key) ??
      circuitBreaker(handleAll, {
        halfOpenAfter: options.halfOpenAfterMs ?? HALF_OPEN_AFTER_MS,
        breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
      });
    breakers.set(key, known);
    return known;
  };

  return {
    live: async (tenantId, endpointName, ask) => {
      try {
        return await bulkheadOf(tenantId).execute(() =>
          breakerOf(`${tenantId}/${endpointName}`).execute(() => within(deadlineMs, ask)),
        );
      } catch (error) {
        throw noLiveAnswer(error);
      }
    },
  };
};

class DeadlineExceeded extends Error {}

/** Rejects at the deadline, whether or not `ask` heeds its signal. */
const within = async <T>(ms: number, ask: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const controller = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new DeadlineExceeded(`The model did not answer within ${ms} ms.`);
    late.reject(error);
    controller.abort(error);
  }, ms);
  try {
    return await Promise.race([ask(controller.signal), late.promise]);
  } finally {
    clearTimeout(timer);
  }
};

const noLiveAnswer = (error: unknown): NoLiveAnswer => {
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof DeadlineExceeded) return new NoLiveAnswer('deadline', detail, error);
  if (error instanceof BrokenCircuitError) {
    return new NoLiveAnswer(
      'circuit_open',
      'The model failed repeatedly and is asked again soon.',
      error,
    );
  }
  if (error instanceof BulkheadRejectedError) {
    return new NoLiveAnswer('busy', 'Too many questions to the model at once.', error);
  }
  if (error instanceof ContractViolation)
    return new NoLiveAnswer('contract_violation', detail, error);
  if (error instanceof ModelFailure) return new NoLiveAnswer('model_error', detail, error);
  return new NoLiveAnswer('unreachable', detail, error);
};
