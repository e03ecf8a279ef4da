import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createModelGuard, NoLiveAnswer } from './guarded-model.ts';
import { ContractViolation } from './slot-contract.ts';

const reasonOf = async (answer: Promise<unknown>): Promise<string> => {
  try {
    await answer;
    return 'answered';
  } catch (error) {
    if (error instanceof NoLiveAnswer) return error.reason;
    throw error;
  }
};
const hang = () => new Promise<never>(() => undefined);

describe('a model that', () => {
  it('answers in time is heard', async () => {
    const guard = createModelGuard();
    expect(await guard.live('foo', 'churn', async () => 0.5)).toBe(0.5);
  });

  it('hangs without heeding its signal is given up at the deadline', async () => {
    const guard = createModelGuard({ deadlineMs: 30 });
    const started = performance.now();
    expect(await reasonOf(guard.live('foo', 'churn', hang))).toBe('deadline');
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('breaks the contract is told so', async () => {
    const guard = createModelGuard();
    const answer = guard.live('foo', 'churn', async () => {
      throw new ContractViolation('no predictions');
    });
    expect(await reasonOf(answer)).toBe('contract_violation');
  });

  it('fails again and again is left alone, then asked again, and comes back by itself', async () => {
    const guard = createModelGuard({ deadlineMs: 1000, halfOpenAfterMs: 50 });
    let asked = 0;
    let healthy = false;
    const ask = () =>
      reasonOf(
        guard.live('foo', 'churn', async () => {
          asked += 1;
          if (!healthy) throw new Error('connection refused');
          return 0.5;
        }),
      );
    for (let time = 0; time < 5; time += 1) expect(await ask()).toBe('unreachable');
    expect(await ask()).toBe('circuit_open');
    expect(asked).toBe(5);
    healthy = true;
    await sleep(80);
    expect(await ask()).toBe('answered');
    expect(await ask()).toBe('answered');
  });
});

it("never lets one tenant's hanging model cost another's", async () => {
  const guard = createModelGuard({ deadlineMs: 2000 });
  const hanging = Array.from({ length: 40 }, () => reasonOf(guard.live('foo', 'churn', hang)));
  expect(await reasonOf(guard.live('bar', 'churn', async () => 0.5))).toBe('answered');
  const reasons = new Set(await Promise.all(hanging));
  expect(reasons).toEqual(new Set(['deadline', 'busy']));
});
