import { expect, it } from 'vitest';
import { recentJobs } from './recent.ts';

const NOW = Date.parse('2026-07-01T12:00:00Z');
const job = (id: string, state: string, since: string) => ({ id, state, since });

it('shows what is under way first, then what began within the hour', () => {
  const shown = recentJobs(
    [
      job('done long ago', 'succeeded', '2026-07-01T09:00:00Z'),
      job('just done', 'succeeded', '2026-07-01T11:50:00Z'),
      job('long under way', 'running', '2026-07-01T08:00:00Z'),
      job('queued', 'queued', '2026-07-01T11:59:00Z'),
    ],
    NOW,
  );
  expect(shown.map(({ id }) => id)).toEqual(['queued', 'long under way', 'just done']);
});

it('does not fill the screen', () => {
  const many = Array.from({ length: 50 }, (_, n) =>
    job(String(n), 'running', '2026-07-01T11:00:00Z'),
  );
  expect(recentJobs(many, NOW)).toHaveLength(8);
});
