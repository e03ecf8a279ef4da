import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Running } from '../running.ts';
import { backoffMs, createSupervisor, type ProcessDefinition } from './supervisor.ts';

const backoff = { firstMs: 1, longestMs: 4, forgetAfterMs: 1_000, firstTries: 2 };
const quiet = { log: () => {}, backoff };

/** A process of our own making that ends when told to. */
function fakeProcess(name: string, after: string[], events: string[], failures = 0) {
  let crash: (why: string) => void = () => {};
  let starts = 0;
  const definition: ProcessDefinition = {
    name,
    after,
    async start(): Promise<Running> {
      starts += 1;
      await delay(5);
      if (starts <= failures) throw new Error(`${name} has no disk`);
      events.push(`start ${name}`);
      const { promise, resolve } = Promise.withResolvers<string>();
      crash = resolve;
      return {
        pid: starts,
        exited: promise,
        async stop() {
          events.push(`stop ${name}`);
          resolve('asked to');
        },
      };
    },
  };
  return { definition, crash: () => crash('signal SIGKILL') };
}

test('processes start after what they need and stop before it', async () => {
  const events: string[] = [];
  const processes = [
    fakeProcess('database', [], events).definition,
    fakeProcess('services', ['database'], events).definition,
    fakeProcess('worker', ['services'], events).definition,
  ];
  const supervisor = createSupervisor({ processes, ...quiet });
  await supervisor.start();
  expect(supervisor.statuses().map(({ state }) => state)).toEqual(['ready', 'ready', 'ready']);
  await supervisor.stop();
  expect(events).toEqual([
    'start database',
    'start services',
    'start worker',
    'stop worker',
    'stop services',
    'stop database',
  ]);
  expect(supervisor.statuses().map(({ state }) => state)).toEqual([
    'stopped',
    'stopped',
    'stopped',
  ]);
});

test('what crashes is started again under a new process id, and its dependents are left alone', async () => {
  const events: string[] = [];
  const database = fakeProcess('database', [], events);
  const services = fakeProcess('services', ['database'], events);
  const supervisor = createSupervisor({
    processes: [database.definition, services.definition],
    ...quiet,
  });
  await supervisor.start();
  database.crash();
  await expect.poll(() => supervisor.statuses()[0]).toMatchObject({ state: 'ready', pid: 2 });
  expect(events.filter((event) => event === 'start services')).toHaveLength(1);
  await supervisor.stop();
});

test('a process that never becomes ready fails the start with its cause, and the others are stopped', async () => {
  const events: string[] = [];
  const supervisor = createSupervisor({
    processes: [
      fakeProcess('database', [], events).definition,
      fakeProcess('services', ['database'], events, Number.POSITIVE_INFINITY).definition,
      fakeProcess('worker', ['services'], events).definition,
    ],
    ...quiet,
  });
  await expect(supervisor.start()).rejects.toThrow(/services has no disk/);
  expect(events).toEqual(['start database', 'stop database']);
});

test('a stop while things are starting leaves nothing running', async () => {
  const events: string[] = [];
  const supervisor = createSupervisor({
    processes: [
      fakeProcess('database', [], events).definition,
      fakeProcess('services', ['database'], events).definition,
    ],
    ...quiet,
  });
  const start = expect(supervisor.start()).rejects.toThrow(/stopped while it started/);
  await supervisor.stop();
  await start;
  expect(events.filter((event) => event.startsWith('start'))).toHaveLength(
    events.filter((event) => event.startsWith('stop')).length,
  );
});

test('the wait between tries doubles up to a limit', () => {
  expect([0, 1, 2, 3, 9].map((failures) => backoffMs(failures, backoff))).toEqual([0, 1, 2, 4, 4]);
});
