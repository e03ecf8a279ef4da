import { MAX_STATE_BYTES } from '@atelier/cloud/ports';
import { afterEach, expect, test } from 'vitest';
import type { Reconciler, ReconcilerDeps } from './reconciler.ts';
import { createRequests } from './requests.ts';
import type { StoredWork, WorkView } from './stored-work.ts';
import { createWorld, type Gate, type World } from './testing/world.ts';
import { type AnyWorkflow, defineWorkflow, done, fail, wait } from './workflow.ts';

interface Memo {
  first?: string;
  second?: string;
  looks?: number;
}

const started: Reconciler[] = [];
afterEach(() => {
  // Virtual time stands still by now, so dead processes would never be through.
  for (const reconciler of started.splice(0)) void reconciler.stop();
});

function start(
  world: World,
  workflow: AnyWorkflow,
  deps: Partial<ReconcilerDeps<object>> = {},
  gate?: Gate,
): Reconciler {
  const reconciler = world.openProcess({ workflows: [workflow], ...deps }, gate);
  started.push(reconciler);
  reconciler.start();
  return reconciler;
}

const key = { tenantId: 'foo', id: 'r1' };

async function see<M extends object>(
  world: World,
  requests: { get(k: typeof key): Promise<WorkView<string, M> | null> },
  state: WorkView['state'],
  limitMs = 60_000,
): Promise<WorkView<string, M>> {
  const current = (): StoredWork | undefined =>
    [...world.items.values()].find(({ id }) => id === key.id)?.state;
  await world.clock.run(() => {
    const work = current();
    return work?.state === state && work.lease.owner === null;
  }, limitMs);
  const view = await requests.get(key);
  if (view === null) throw new Error('the request is gone');
  return view;
}

test('steps run in order, each sees what earlier ones remembered, and the view tells of each', async () => {
  const world = createWorld();
  const order: string[] = [];
  const workflow = defineWorkflow<string, Memo>({
    kind: 'greeting',
    steps: [
      {
        name: 'first',
        expectedMs: 100,
        async run(ctx) {
          order.push(`first of ${ctx.request} for ${ctx.tenantId}/${ctx.id}`);
          await world.clock.sleep(250);
          return done({ first: 'hello' });
        },
      },
      {
        name: 'second',
        expectedMs: 200,
        async run({ memo }) {
          order.push('second');
          return done({ second: `${memo.first} world` });
        },
      },
    ],
  });
  const changes: string[] = [];
  const requests = createRequests({ ...world, workflow });
  const { created, view } = await requests.submit({ ...key, request: 'greet' });
  expect(created).toBe(true);
  expect(view).toMatchObject({
    state: 'queued',
    request: 'greet',
    steps: [{ state: 'pending' }, {}],
  });
  start(world, workflow, { onChanged: (changed) => void changes.push(changed.state) });
  const ended = await see(world, requests, 'succeeded');
  expect(order).toEqual(['first of greet for foo/r1', 'second']);
  expect(ended.memo).toEqual({ first: 'hello', second: 'hello world' });
  expect(ended.steps).toEqual([
    {
      name: 'first',
      state: 'succeeded',
      startedAt: expect.stringMatching(/^2026-01-01T00:00:0\d\.\d{3}Z$/),
      tookMs: 250,
      expectedMs: 100,
      cause: null,
      remedy: null,
    },
    expect.objectContaining({ name: 'second', state: 'succeeded', tookMs: 0, expectedMs: 200 }),
  ]);
  expect(changes.at(0)).toBe('running');
  expect(changes.at(-1)).toBe('succeeded');
});

test('submitting the same id again answers with the first request', async () => {
  const world = createWorld();
  const workflow = defineWorkflow<string, Memo>({ kind: 'k', steps: [] });
  const requests = createRequests({ ...world, workflow });
  await requests.submit({ ...key, request: 'one' });
  expect(await requests.submit({ ...key, request: 'two' })).toMatchObject({
    created: false,
    view: { request: 'one' },
  });
  expect(await requests.get({ tenantId: 'bar', id: key.id })).toBeNull();
});

test('a waiting step says what it waits for, holds nothing, and is run again in time', async () => {
  const world = createWorld();
  const workflow = defineWorkflow<string, Memo>({
    kind: 'k',
    steps: [
      {
        name: 'look',
        expectedMs: 0,
        async run({ memo: { looks = 0 } }) {
          return looks === 3
            ? done()
            : wait(5_000, { memo: { looks: looks + 1 }, cause: 'not there yet' });
        },
      },
    ],
  });
  const requests = createRequests({ ...world, workflow });
  await requests.submit({ ...key, request: '' });
  start(world, workflow);
  const waiting = await see(world, requests, 'running');
  expect(waiting.steps[0]).toMatchObject({ state: 'waiting', cause: 'not there yet' });
  const ended = await see(world, requests, 'succeeded');
  expect(ended).toMatchObject({ memo: { looks: 3 }, steps: [{ cause: null }] });
  expect(ended.steps[0]?.tookMs).toBeGreaterThanOrEqual(15_000);
  expect(ended.steps[0]?.tookMs).toBeLessThan(16_000);
});

test('a retryable failure is tried again with growing delay, then stops with its cause; retry starts afresh', async () => {
  const world = createWorld();
  const triedAt: number[] = [];
  const door: { shut: boolean } = { shut: true };
  const workflow = defineWorkflow<string, Memo>({
    kind: 'k',
    steps: [
      {
        name: 'try',
        expectedMs: 0,
        maxAttempts: 4,
        async run() {
          triedAt.push(world.clock.monotonicMs());
          return door.shut
            ? fail({ cause: 'the door is shut', remedy: 'open it', retryable: true })
            : done();
        },
      },
    ],
  });
  const requests = createRequests({ ...world, workflow });
  await requests.submit({ ...key, request: '' });
  start(world, workflow);
  const failed = await see(world, requests, 'failed');
  expect(failed.steps[0]).toMatchObject({
    state: 'failed',
    cause: 'the door is shut',
    remedy: 'open it',
  });
  const pauses = triedAt.slice(1).map((at, n) => at - (triedAt[n] ?? 0));
  expect(pauses).toHaveLength(3);
  for (const [n, pause] of pauses.entries()) {
    expect(pause).toBeGreaterThanOrEqual(800 * 2 ** n);
    expect(pause).toBeLessThanOrEqual(1_000 * 2 ** n + 1_000);
  }
  door.shut = false;
  expect((await requests.retry(key)).steps[0]).toMatchObject({ state: 'pending', cause: null });
  await see(world, requests, 'succeeded');
  await expect(requests.retry(key)).rejects.toMatchObject({ code: 'not_retryable' });
  await expect(requests.retry({ ...key, id: 'none' })).rejects.toMatchObject({ code: 'not_found' });
});

test('a final failure is not tried again', async () => {
  const world = createWorld();
  let tries = 0;
  const workflow = defineWorkflow<string, Memo>({
    kind: 'k',
    steps: [
      {
        name: 'try',
        expectedMs: 0,
        async run() {
          tries += 1;
          return fail({ cause: 'never', remedy: 'none', retryable: false });
        },
      },
    ],
  });
  const requests = createRequests({ ...world, workflow });
  await requests.submit({ ...key, request: '' });
  start(world, workflow);
  await see(world, requests, 'failed');
  expect(tries).toBe(1);
});

test('an unexpected error shows no detail, is logged, and is tried again', async () => {
  const world = createWorld();
  const errors: unknown[] = [];
  const workflow = defineWorkflow<string, Memo>({
    kind: 'k',
    steps: [
      {
        name: 'try',
        expectedMs: 0,
        async run({ attempt }) {
          if (attempt < 3) throw new Error('password=hunter2');
          return done({ looks: attempt });
        },
      },
    ],
  });
  const requests = createRequests({ ...world, workflow });
  await requests.submit({ ...key, request: '' });
  start(world, workflow, { onError: (error, place) => void errors.push([String(error), place]) });
  const waiting = await see(world, requests, 'running');
  expect(JSON.stringify(waiting)).not.toContain('hunter2');
  const ended = await see(world, requests, 'succeeded');
  expect(ended.memo).toEqual({ looks: 3 });
  expect(errors).toHaveLength(2);
  expect(errors[0]).toEqual([
    'Error: password=hunter2',
    { tenantId: 'foo', kind: 'k', id: 'r1', step: 'try' },
  ]);
});

/** A step that works until it is told to stop, and a cancel that may fail once. */
function endless(world: World, log: string[], cancelFails = 0) {
  let failures = cancelFails;
  return defineWorkflow<string, Memo>({
    kind: 'k',
    steps: [
      {
        name: 'make',
        expectedMs: 0,
        async run({ signal, save }) {
          await save({ first: 'made' });
          await world.clock.sleep(3_600_000, signal);
          log.push(`stopped: ${signal.reason.code}`);
          throw signal.reason;
        },
      },
    ],
    async cancel({ memo }) {
      log.push(`took back ${memo.first}`);
      if (failures-- > 0) {
        return fail({ cause: 'it sticks', remedy: 'pull harder', retryable: false });
      }
      return done();
    },
  });
}

test('cancelling stops the step within two seconds and takes back what it made', async () => {
  const world = createWorld();
  const log: string[] = [];
  const workflow = endless(world, log);
  const requests = createRequests({ ...world, workflow });
  await requests.submit({ ...key, request: '' });
  start(world, workflow);
  await world.clock.run(() => [...world.items.values()][0]?.state.state === 'running', 5_000);
  const askedAt = world.clock.monotonicMs();
  expect(await requests.cancel(key)).toMatchObject({ state: 'running', cancelRequested: true });
  const ended = await see(world, requests, 'cancelled');
  expect(world.clock.monotonicMs() - askedAt).toBeLessThanOrEqual(2_000);
  expect(log).toEqual(['stopped: cancel_requested', 'took back made']);
  expect(ended.steps).toMatchObject([
    { name: 'make', state: 'cancelled' },
    { name: 'cancel', state: 'succeeded' },
  ]);
  await expect(requests.cancel(key)).rejects.toMatchObject({ code: 'not_cancellable' });
});

test('a failed taking back is shown, and can be tried again', async () => {
  const world = createWorld();
  const log: string[] = [];
  const workflow = endless(world, log, 1);
  const requests = createRequests({ ...world, workflow });
  await requests.submit({ ...key, request: '' });
  start(world, workflow);
  await world.clock.run(() => [...world.items.values()][0]?.state.state === 'running', 5_000);
  await requests.cancel(key);
  const failed = await see(world, requests, 'failed');
  expect(failed.steps[1]).toMatchObject({ name: 'cancel', state: 'failed', cause: 'it sticks' });
  await requests.retry(key);
  await see(world, requests, 'cancelled');
  expect(log).toHaveLength(3);
});

test('what has not begun, waits or has failed can be cancelled too', async () => {
  for (const outcome of ['none', 'wait', 'fail'] as const) {
    const world = createWorld();
    const workflow = defineWorkflow<string, Memo>({
      kind: 'k',
      steps: [
        {
          name: 'step',
          expectedMs: 0,
          run: async () =>
            outcome === 'wait' ? wait(50_000) : fail({ cause: 'c', remedy: 'r', retryable: false }),
        },
      ],
    });
    const requests = createRequests({ ...world, workflow });
    await requests.submit({ ...key, request: '' });
    if (outcome === 'none') await requests.cancel(key);
    start(world, workflow);
    if (outcome !== 'none') {
      await see(world, requests, outcome === 'wait' ? 'running' : 'failed');
      await requests.cancel(key);
    }
    const ended = await see(world, requests, 'cancelled', 5_000);
    expect(ended.steps[0]?.state).toBe(outcome === 'none' ? 'pending' : 'cancelled');
  }
});

test('a dead process’ work goes on with a peer within 15 seconds, under a higher fence', async () => {
  const world = createWorld();
  const fences: number[] = [];
  const workflow = defineWorkflow<string, Memo>({
    kind: 'k',
    steps: [
      {
        name: 'step',
        expectedMs: 0,
        async run({ fence }) {
          fences.push(fence);
          if (fences.length === 1) await new Promise(() => undefined);
          return done();
        },
      },
    ],
  });
  const requests = createRequests({ ...world, workflow });
  await requests.submit({ ...key, request: '' });
  const kill = { atCall: 8, when: 'before', what: 'killed', thawAfterMs: 0 } as const;
  const gate = world.createGate(kill);
  start(world, workflow, {}, gate);
  await world.clock.run(() => gate.dead, 60_000);
  const diedAt = world.clock.monotonicMs();
  start(world, workflow);
  await see(world, requests, 'succeeded');
  expect(world.clock.monotonicMs() - diedAt).toBeLessThan(7_000);
  expect(fences).toEqual([1, 2]);
});

test('a step that takes down every process at work on it fails in the end, and can be tried again', async () => {
  const world = createWorld();
  let deaths = 0;
  let gate = world.createGate(null);
  const workflow = defineWorkflow<string, Memo>({
    kind: 'k',
    steps: [
      {
        name: 'poison',
        expectedMs: 0,
        async run() {
          if (deaths > 10) return done();
          deaths += 1;
          gate.die();
          return new Promise<never>(() => undefined);
        },
      },
    ],
  });
  const requests = createRequests({ ...world, workflow });
  await requests.submit({ ...key, request: '' });
  const replaceDead = (): void => {
    if (!gate.dead) return;
    gate = world.createGate(null);
    start(world, workflow, {}, gate);
  };
  start(world, workflow, {}, gate);
  const state = (): string | undefined => [...world.items.values()][0]?.state.state;
  await world.clock.run(() => {
    replaceDead();
    return state() === 'failed';
  }, 300_000);
  expect(deaths).toBe(11);
  expect((await requests.get(key))?.steps[0]).toMatchObject({
    state: 'failed',
    cause: 'The process at work on it ended, time and again.',
  });
  await requests.retry(key);
  await see(world, requests, 'succeeded');
});

test('a process that beats keeps its work, however long the step takes', async () => {
  const world = createWorld();
  const fences: number[] = [];
  const workflow = defineWorkflow<string, Memo>({
    kind: 'k',
    steps: [
      {
        name: 'long',
        expectedMs: 0,
        async run({ fence }) {
          fences.push(fence);
          await world.clock.sleep(300_000);
          return done();
        },
      },
    ],
  });
  const requests = createRequests({ ...world, workflow });
  await requests.submit({ ...key, request: '' });
  for (let n = 0; n < 3; n += 1) start(world, workflow, { scanMs: 150 });
  await see(world, requests, 'succeeded', 400_000);
  expect(fences).toEqual([1]);
});

test('a process that stops hands its work over at once, and a new one goes on', async () => {
  const world = createWorld();
  const log: string[] = [];
  const workflow = endless(world, log);
  const requests = createRequests({ ...world, workflow });
  await requests.submit({ ...key, request: '' });
  const reconciler = start(world, workflow);
  const lease = () => [...world.items.values()][0]?.state.lease;
  await world.clock.run(() => (lease()?.beat ?? 0) > 2, 10_000);
  let stopped = false;
  void reconciler.stop().then(() => {
    stopped = true;
  });
  await world.clock.run(() => stopped, 1_000);
  expect(lease()?.owner).toBeNull();
  expect(log).toEqual(['stopped: stopping']);
  start(world, workflow);
  await world.clock.run(() => lease()?.epoch === 2, 1_500);
});

test('a lost hint costs a second, not the work', async () => {
  const world = createWorld();
  const workflow = defineWorkflow<string, Memo>({ kind: 'k', steps: [] });
  const requests = createRequests({ ...world, workflow });
  start(world, workflow);
  await world.clock.run(() => world.clock.monotonicMs() > 300, 2_000);
  await requests.submit({ ...key, request: '' });
  world.loseHints();
  await see(world, requests, 'succeeded', 2_000);
});

test('no more than the given number of requests is worked on at once, and all get their turn in order', async () => {
  const world = createWorld();
  let now = 0;
  let most = 0;
  const order: string[] = [];
  const workflow = defineWorkflow<string, Memo>({
    kind: 'k',
    steps: [
      {
        name: 'step',
        expectedMs: 0,
        async run({ request }) {
          most = Math.max(most, ++now);
          order.push(request);
          await world.clock.sleep(100);
          now -= 1;
          return done();
        },
      },
    ],
  });
  const requests = createRequests({ ...world, workflow });
  const ids = Array.from({ length: 250 }, (_, n) => `r${n}`);
  for (const id of ids) {
    await requests.submit({ tenantId: 'foo', id, request: id });
  }
  world.loseHints();
  const wanted = ids.map((id) => ({ tenantId: 'foo', id }));
  const positions = await requests.positions(wanted);
  expect([positions.get('r0'), positions.get('r120'), positions.get('r249')]).toEqual([
    1, 121, 250,
  ]);
  start(world, workflow, { concurrency: 5 });
  const ended = (): number =>
    [...world.items.values()].filter(({ state }) => state.state === 'succeeded').length;
  await world.clock.run(() => ended() === ids.length, 60_000);
  expect(most).toBe(5);
  expect(order).toHaveLength(ids.length);
  // 50 rounds of 100 ms: freed room is filled without waiting for the next look.
  expect(world.clock.monotonicMs()).toBeLessThan(8_000);
});

test('what succeeded is compared with reality again and again, and mended from the step that is off', async () => {
  const world = createWorld();
  const made: string[] = [];
  const reality: { intact: boolean } = { intact: true };
  const step = (name: string) => ({
    name,
    expectedMs: 0,
    run: async () => {
      made.push(name);
      return done<Memo>();
    },
  });
  const workflow = defineWorkflow<string, Memo>({
    kind: 'k',
    steps: [step('one'), step('two'), step('three')],
    drift: {
      everyMs: 30_000,
      check: async () => {
        if (reality.intact) return null;
        reality.intact = true;
        return { redoFrom: 'two', cause: 'two is gone' };
      },
    },
  });
  const requests = createRequests({ ...world, workflow });
  await requests.submit({ ...key, request: '' });
  start(world, workflow);
  await see(world, requests, 'succeeded');
  const later = world.clock.monotonicMs() + 100_000;
  await world.clock.run(() => world.clock.monotonicMs() > later, 200_000);
  expect(made).toEqual(['one', 'two', 'three']);
  reality.intact = false;
  await world.clock.run(() => made.length === 5, 40_000);
  expect(made.slice(3)).toEqual(['two', 'three']);
  await see(world, requests, 'succeeded');
});

test('a step that remembers more than fits fails with a cause instead of starting over for ever', async () => {
  const world = createWorld();
  const workflow = defineWorkflow<string, Memo>({
    kind: 'k',
    steps: [
      { name: 'big', expectedMs: 0, run: async () => done({ first: 'x'.repeat(MAX_STATE_BYTES) }) },
    ],
  });
  const requests = createRequests({ ...world, workflow });
  await requests.submit({ ...key, request: '' });
  start(world, workflow, { onError: () => undefined });
  const failed = await see(world, requests, 'failed');
  expect(failed.steps[0]?.cause).toContain('more state');
});

test('steps get the context that the process adds', async () => {
  const world = createWorld();
  const workflow = defineWorkflow<string, Memo, { greet(name: string): string }>({
    kind: 'k',
    steps: [
      {
        name: 'step',
        expectedMs: 0,
        run: async ({ greet, request }) => done({ first: greet(request) }),
      },
    ],
  });
  const requests = createRequests({ ...world, workflow });
  await requests.submit({ ...key, request: 'Mara' });
  const reconciler = world.openProcess<{ greet(name: string): string }>({
    workflows: [workflow],
    contextFor: async ({ tenantId }) => ({ greet: (name) => `${name} of ${tenantId}` }),
  });
  started.push(reconciler);
  reconciler.start();
  expect((await see(world, requests, 'succeeded')).memo).toEqual({ first: 'Mara of foo' });
});

test('deleted work is left alone by whoever was at it', async () => {
  const world = createWorld();
  const log: string[] = [];
  const workflow = endless(world, log);
  const requests = createRequests({ ...world, workflow });
  await requests.submit({ ...key, request: '' });
  start(world, workflow);
  await world.clock.run(() => [...world.items.values()][0]?.state.state === 'running', 5_000);
  await requests.delete(key);
  await world.clock.run(() => log.length > 0, 5_000);
  expect(log).toEqual(['stopped: lease_lost']);
  expect(world.items.size).toBe(0);
});

test('two steps of one name are refused', () => {
  const step = { name: 'same', expectedMs: 0, run: async () => done<Memo>() };
  expect(() => defineWorkflow<string, Memo>({ kind: 'k', steps: [step, step] })).toThrow('share');
});
