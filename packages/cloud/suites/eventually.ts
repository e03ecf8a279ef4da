import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again until the answer is right; the last fault is thrown when the time is over. */
export async function eventually<Answer>(
  ask: () => Answer | Promise<Answer>,
  withinMs = 10_000,
): Promise<Answer> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(25);
    }
  }
}
