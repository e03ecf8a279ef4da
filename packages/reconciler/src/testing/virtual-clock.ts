import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../clock.ts';

export interface VirtualClock extends Clock {
  /** Lets everything happen that can, jumping from one sleeper's time to the next. */
  run(until: () => boolean, limitMs: number): Promise<void>;
}

/** Time that passes only when nothing else can happen. */
export function createVirtualClock(): VirtualClock {
  const start = Date.UTC(2026, 0, 1);
  const sleepers = new Set<{ atMs: number; wake: () => void }>();
  let nowMs = 0;

  return {
    monotonicMs: () => nowMs,
    now: () => new Date(start + nowMs),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const wake = (): void => {
          sleepers.delete(sleeper);
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const sleeper = { atMs: nowMs + ms, wake };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', wake);
      }),
    async run(until, limitMs) {
      const endMs = nowMs + limitMs;
      for (;;) {
        await turn();
        if (until()) return;
        // What was asked may have set something going.
        await turn();
        const nextMs = Math.min(...[...sleepers].map(({ atMs }) => atMs));
        if (nextMs > endMs) throw new Error(`did not happen within ${limitMs} ms`);
        nowMs = nextMs;
        for (const sleeper of [...sleepers]) if (sleeper.atMs <= nowMs) sleeper.wake();
      }
    },
  };
}
