import { BusinessError } from '@atelier/service-kit';
import { LRUCache } from 'lru-cache';

export interface RateLimit {
  /** So many at once … */
  readonly burst: number;
  /** … and so many per minute in the long run. */
  readonly perMinute: number;
}

/** Throws `too_many_requests` when a subject takes more than its share. */
export const createRateLimiter = (limit: RateLimit) => {
  const buckets = new LRUCache<string, { tokens: number; at: number }>({ max: 50_000 });
  return (subject: string): void => {
    const now = performance.now();
    const last = buckets.get(subject) ?? { tokens: limit.burst, at: now };
    const refilled = last.tokens + ((now - last.at) / 60_000) * limit.perMinute;
    const tokens = Math.min(limit.burst, refilled);
    if (tokens < 1) {
      throw new BusinessError('too_many_requests', 'Too many requests; try again in a minute.');
    }
    buckets.set(subject, { tokens: tokens - 1, at: now });
  };
};
