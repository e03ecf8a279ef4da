import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRequests } from './requests.ts';
import type { StoredWork } from './stored-work.ts';
import { createWorld, type Gate, type Misfortune, type World } from './testing/world.ts';
import { defineWorkflow, done, fail, wait } from './workflow.ts';

/** How a step behaves: what it does before it is through. */
type Behaviour = 'done' | 'wait' | 'fail once' | 'throw once' | 'slow';

const behaviour = fc.constantFrom<Behaviour>('done', 'wait', 'fail once', 'throw once', 'slow');
const misfortune: fc.Arbitrary<Misfortune> = fc.record({
  atCall: fc.integer({ min: 1, max: 40 }),
  when: fc.constantFrom('before', 'after'),
  what: fc.constantFrom('killed', 'killed', 'frozen', 'error'),
  thawAfterMs: fc.integer({ min: 100, max: 20_000 }),
});

/** The outside: things made under deterministic names, and a register that knows fences. */
function createOutside(world: World) {
  const made = new Map<string, { number: number; times: number }>();
  const fences = new Map<string, number>();
  let numbers = 0;
  return {
    made,
    /** Finds or makes; a name gives one thing for ever. */
    make: (gate: Gate, name: string): Promise<number> =>
      gate.pass(() => {
        const thing = made.get(name) ?? { number: ++numbers, times: 0 };
        made.set(name, { ...thing, times: thing.times + 1 });
        return thing.number;
      }),
    /** Refuses whoever carries an older fence than it has seen. */
    register: (gate: Gate, id: string, fence: number): Promise<boolean> =>
      gate.pass(() => {
        const newest = fences.get(id) ?? 0;
        if (fence < newest) return false;
        fences.set(id, fence);
        return true;
      }),
    inOrder(id: string, steps: number): boolean {
      const numbersOf = Array.from({ length: steps }, (_, n) => made.get(`${id}/${n}`)?.number);
      return numbersOf.every((number, n) => n === 0 || (number ?? 0) > (numbersOf[n - 1] ?? 0));
    },
    clock: world.clock,
  };
}

type Memo = Record<string, number>;
type Outside = ReturnType<typeof createOutside>;

function threeSteps(behaviours: readonly Behaviour[]) {
  return defineWorkflow<null, Memo, { gate: Gate; outside: Outside }>({
    kind: 'k',
    steps: behaviours.map((kind, n) => ({
      name: `step ${n}`,
      expectedMs: 0,
      maxAttempts: 100,
      async run({ id, memo, attempt, fence, gate, outside }) {
        if (!(await outside.register(gate, id, fence))) throw new Error('fenced off');
        if (kind === 'slow') await outside.clock.sleep(6_000);
        const number = await outside.make(gate, `${id}/${n}`);
        if (kind === 'throw once' && attempt === 1) throw new Error('once');
        if (kind === 'fail once' && attempt === 1) {
          return fail({ cause: 'once', remedy: 'again', retryable: true });
        }
        const waited = `waited ${n}`;
        if (kind === 'wait' && memo[waited] === undefined) {
          return wait(2_500, { memo: { [waited]: 1 } });
        }
        return done({ [`number ${n}`]: number });
      },
    })),
  });
}

/** Starts processes so that two always live, each with the next misfortune of the list, the last without any. */
function populate(
  world: World,
  workflow: ReturnType<typeof threeSteps>,
  misfortunes: readonly Misfortune[],
) {
  const outside = createOutside(world);
  const gates: Gate[] = [];
  const left = [...misfortunes];
  const start = (): void => {
    const gate = world.createGate(left.shift() ?? null);
    gates.push(gate);
    world
      .openProcess<{ gate: Gate; outside: Outside }>(
        { workflows: [workflow], concurrency: 2, contextFor: () => ({ gate, outside }) },
        gate,
      )
      .start();
  };
  start();
  start();
  return {
    outside,
    replaceDead(): void {
      const dead = gates.filter((gate) => gate.dead);
      gates.splice(0, gates.length, ...gates.filter((gate) => !gate.dead));
      for (const _ of dead) start();
    },
  };
}

async function live(
  behaviours: readonly Behaviour[],
  misfortunes: readonly Misfortune[],
  count: number,
): Promise<void> {
  const world = createWorld();
  const workflow = threeSteps(behaviours);
  const requests = createRequests({ ...world, workflow });
  const ids = Array.from({ length: count }, (_, n) => `r${n}`);
  for (const id of ids) await requests.submit({ tenantId: 'foo', id, request: null });
  const { outside, replaceDead } = populate(world, workflow, misfortunes);
  const states = (): StoredWork[] => [...world.items.values()].map(({ state }) => state);
  await world.clock.run(() => {
    replaceDead();
    return states().every(({ state, lease }) => state === 'succeeded' && lease.owner === null);
  }, 600_000);
  // Zombies get the time to do their worst.
  const later = world.clock.monotonicMs() + 30_000;
  void world.clock.sleep(31_000);
  await world.clock.run(() => world.clock.monotonicMs() > later, 60_000);

  expect(world.faults).toEqual([]);
  expect(outside.made.size).toBe(count * behaviours.length);
  for (const id of ids) {
    const view = await requests.get({ tenantId: 'foo', id });
    expect(view?.state).toBe('succeeded');
    for (const n of behaviours.keys()) {
      expect(view?.memo[`number ${n}`]).toBe(outside.made.get(`${id}/${n}`)?.number);
    }
    expect(outside.inOrder(id, behaviours.length)).toBe(true);
  }
}

test('whatever dies, freezes or loses its connection, at whatever point: all work ends, once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(behaviour, { minLength: 1, maxLength: 3 }),
      fc.array(misfortune, { maxLength: 6 }),
      fc.integer({ min: 1, max: 4 }),
      live,
    ),
    { numRuns: 300 },
  );
}, 60_000);

test('a process that is killed at any one of its calls loses nothing and repeats no effect', async () => {
  for (const when of ['before', 'after'] as const) {
    for (let atCall = 1; atCall <= 40; atCall += 1) {
      const kill = { atCall, when, what: 'killed', thawAfterMs: 0 } as const;
      await live(['wait', 'fail once', 'done'], [kill, kill], 1);
    }
  }
}, 60_000);

test('a process that freezes at any one of its calls past its lease changes nothing when it thaws', async () => {
  for (const when of ['before', 'after'] as const) {
    for (let atCall = 1; atCall <= 30; atCall += 1) {
      const freeze = { atCall, when, what: 'frozen', thawAfterMs: 9_000 } as const;
      await live(['slow', 'done'], [freeze], 2);
    }
  }
}, 60_000);
