import type { Step } from '@atelier/contracts';
import { describe, expect, it } from 'vitest';
import { elapsedMs, shareOf, summariseSteps } from './describe-steps.ts';

const NOW = Date.parse('2026-07-01T12:00:10.000Z');
const step = (given: Partial<Step>): Step => ({
  name: 'account',
  state: 'pending',
  startedAt: null,
  tookMs: null,
  expectedMs: 20_000,
  cause: null,
  remedy: null,
  ...given,
});
const running = step({ state: 'running', startedAt: '2026-07-01T12:00:00.000Z' });

describe('a step', () => {
  it('that runs shows the time since it began', () => {
    expect(elapsedMs(running, NOW)).toBe(10_000);
    expect(shareOf(running, NOW)).toBe(0.5);
  });

  it('that is late is never shown as finished', () => {
    expect(shareOf({ ...running, expectedMs: 1000 }, NOW)).toBe(0.95);
  });

  it('that ended shows what it took, not what the clock says', () => {
    const done = step({ state: 'succeeded', startedAt: running.startedAt, tookMs: 3000 });
    expect(elapsedMs(done, NOW)).toBe(3000);
    expect(shareOf(done, NOW)).toBe(1);
  });

  it('that did not begin has no time', () => {
    expect(elapsedMs(step({}), NOW)).toBeNull();
    expect(shareOf(step({}), NOW)).toBe(0);
  });

  it('is not thrown off by a clock that runs ahead of the reader’s', () => {
    const future = step({ state: 'running', startedAt: '2026-07-01T12:00:30.000Z' });
    expect(elapsedMs(future, NOW)).toBe(0);
  });
});

describe('all steps', () => {
  it('are summed up by their expected time', () => {
    const steps = [
      step({ name: 'record', state: 'succeeded', tookMs: 1, expectedMs: 10_000 }),
      { ...running, expectedMs: 20_000 },
      step({ name: 'verify', expectedMs: 10_000 }),
    ];
    expect(summariseSteps(steps, NOW)).toEqual({
      done: 1,
      total: 3,
      current: steps[1],
      share: 0.5,
      remainingMs: 20_000,
    });
  });

  it('stand at the failed one', () => {
    const failed = step({ state: 'failed', cause: 'throttled', remedy: 'retry' });
    expect(summariseSteps([failed, step({})], NOW).current).toBe(failed);
  });

  it('may be none', () => {
    expect(summariseSteps([], NOW)).toMatchObject({ share: 0, remainingMs: 0, current: null });
  });
});
