import { setTimeout as delay } from 'node:timers/promises';

/** Time as the reconciler needs it; a test may bring its own. */
export interface Clock {
  /** Milliseconds that only ever grow: leases are judged by these alone. */
  monotonicMs(): number;
  /** What people are shown, and when work falls due. */
  now(): Date;
  /** Resolves after the time, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  now: () => new Date(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
};
