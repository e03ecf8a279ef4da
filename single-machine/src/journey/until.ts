import { setTimeout as delay } from 'node:timers/promises';

export interface UntilOptions<Value> {
  /** For the message when it takes too long. */
  readonly what: string;
  readonly ask: () => Promise<Value>;
  readonly done: (value: Value) => boolean;
  readonly withinMs: number;
  readonly signal?: AbortSignal | undefined;
}

const POLL_MS = 250;

/** Asks again and again until the answer is what is waited for; throws with the last answer when it takes too long. */
export async function until<Value>(options: UntilOptions<Value>): Promise<Value> {
  const deadline = performance.now() + options.withinMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const value = await options.ask();
    if (options.done(value)) return value;
    if (performance.now() > deadline) {
      throw new Error(
        `${options.what} took longer than ${options.withinMs / 1000} s: ${JSON.stringify(value)}`,
      );
    }
    await delay(POLL_MS);
  }
}
