import { expect, it, vi } from 'vitest';
import { createRateLimiter } from './rate-limit.ts';

it('lets a burst through, then the rate, for each subject by itself', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const take = createRateLimiter({ burst: 3, perMinute: 60 });
    for (let taken = 0; taken < 3; taken += 1) take('a');
    expect(() => take('a')).toThrow(/Too many/);
    expect(() => take('b')).not.toThrow();
    vi.advanceTimersByTime(1_000);
    expect(() => take('a')).not.toThrow();
    expect(() => take('a')).toThrow(/Too many/);
  } finally {
    vi.useRealTimers();
  }
});
