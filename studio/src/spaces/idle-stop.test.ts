import { expect, it } from 'vitest';
import { lastUse } from './idle-stop.ts';

const now = new Date('2026-03-01T12:00:00Z');
const started = new Date('2026-03-01T08:00:00Z');
const kernel = (state: string, at: string) => ({ execution_state: state, last_activity: at });

it('counts from the start while nothing was used', () => {
  expect(lastUse({ kernels: [], terminals: [] }, now, started)).toEqual(started);
});

it('takes the latest sign of life of kernels and terminals', () => {
  const activity = {
    kernels: [kernel('idle', '2026-03-01T09:00:00Z')],
    terminals: [{ last_activity: '2026-03-01T10:30:00Z' }],
  };
  expect(lastUse(activity, now, started)).toEqual(new Date('2026-03-01T10:30:00Z'));
});

it('never calls a busy kernel idle, however long its cell runs', () => {
  const activity = { kernels: [kernel('busy', '2026-03-01T08:10:00Z')], terminals: [] };
  expect(lastUse(activity, now, started)).toEqual(now);
});

it('does not believe times to come or none at all', () => {
  const activity = {
    kernels: [kernel('idle', '2099-01-01T00:00:00Z'), kernel('idle', 'soon')],
    terminals: [],
  };
  expect(lastUse(activity, now, started)).toEqual(started);
});
