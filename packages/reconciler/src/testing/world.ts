import {
  CloudError,
  MAX_STATE_BYTES,
  type Queue,
  type StateItem,
  type StateKey,
  type StateStore,
} from '@atelier/cloud/ports';
import { keyText } from '../lease-watch.ts';
import { createReconciler, type Hint, type ReconcilerDeps } from '../reconciler.ts';
import type { StoredWork } from '../stored-work.ts';
import { createVirtualClock } from './virtual-clock.ts';

/** What may befall a process: at its nth call to the outside, before or after the call has its effect. */
export interface Misfortune {
  readonly atCall: number;
  readonly when: 'before' | 'after';
  /** Frozen processes go on after `thawAfterMs`, unaware that time has passed. */
  readonly what: 'killed' | 'frozen' | 'error';
  readonly thawAfterMs: number;
}

/** A process as the world sees it: every call to the outside passes its gate. */
export interface Gate {
  pass<Answer>(call: () => Answer): Promise<Answer>;
  readonly dead: boolean;
  die(): void;
}

/** A store, a queue that forgets, and time, shared by simulated processes. */
export function createWorld() {
  const clock = createVirtualClock();
  const items = new Map<string, StateItem<StoredWork>>();
  const hints: Hint[] = [];
  const faults: string[] = [];

  function createGate(misfortune: Misfortune | null): Gate {
    let calls = 0;
    let dead = false;
    let frozenUntil: Promise<void> = Promise.resolve();
    const never = new Promise<never>(() => undefined);

    async function befall(when: Misfortune['when']): Promise<void> {
      if (misfortune === null || calls !== misfortune.atCall || when !== misfortune.when) return;
      if (misfortune.what === 'killed') dead = true;
      else if (misfortune.what === 'frozen') frozenUntil = clock.sleep(misfortune.thawAfterMs);
      else throw new Error('the connection was lost');
    }

    return {
      get dead() {
        return dead;
      },
      die() {
        dead = true;
      },
      async pass(call) {
        calls += 1;
        await befall('before');
        await frozenUntil;
        if (dead) return never;
        const answer = call();
        await befall('after');
        await frozenUntil;
        if (dead) return never;
        return answer;
      },
    };
  }

  /** What no write may ever do, whoever makes it. */
  function judge(before: StateItem<StoredWork>, after: StoredWork): void {
    const { lease, steps, memo } = before.state;
    const say = (fault: string): number => faults.push(`${fault} at ${before.id}`);
    if (after.lease.epoch < lease.epoch) say('the epoch went back');
    const sameEpoch = after.lease.epoch === lease.epoch;
    if (sameEpoch && after.lease.owner !== null && after.lease.owner !== lease.owner) {
      say('the owner changed without a new epoch');
    }
    for (const [name, step] of Object.entries(steps)) {
      const now = after.steps[name]?.state;
      if (step.state === 'succeeded' && now !== 'succeeded') say(`step ${name} was undone`);
    }
    for (const key of Object.keys(memo)) if (!(key in after.memo)) say(`memo ${key} was lost`);
    if (before.dueAt === null && before.state.state === 'succeeded') say('ended work was changed');
  }

  function openStore(gate: Gate): StateStore {
    const copy = <State>(item: StateItem<StoredWork>): StateItem<State> =>
      structuredClone(item) as StateItem<unknown> as StateItem<State>;
    return {
      create: (key, state, dueAt) =>
        gate.pass(() => {
          if (items.has(keyText(key))) return false;
          const { tenantId, kind, id } = key;
          const at = clock.now();
          const work = structuredClone(state) as unknown as StoredWork;
          const item = { tenantId, kind, id, state: work, version: 1, dueAt };
          items.set(keyText(key), { ...item, createdAt: at, updatedAt: at });
          return true;
        }),
      get: <State>(key: StateKey) =>
        gate.pass(() => {
          const item = items.get(keyText(key));
          return item === undefined ? null : copy<State>(item);
        }),
      update: (key, version, state, dueAt) =>
        gate.pass(() => {
          const item = items.get(keyText(key));
          if (item?.version !== version) return false;
          if (JSON.stringify(state).length > MAX_STATE_BYTES) {
            throw new CloudError('state_too_large', 'too much');
          }
          const work = structuredClone(state) as unknown as StoredWork;
          judge(item, work);
          const updatedAt = clock.now();
          items.set(keyText(key), { ...item, state: work, dueAt, version: version + 1, updatedAt });
          return true;
        }),
      listByTenant: <State>(tenantId: string, kind: string) =>
        gate.pass(() => ({
          items: [...items.values()]
            .filter((item) => item.tenantId === tenantId && item.kind === kind)
            .map((item) => copy<State>(item))
            .reverse(),
          nextCursor: null,
        })),
      due: <State>(
        kind: string,
        before: Date,
        { limit, cursor }: { limit: number; cursor?: string | null },
      ) =>
        gate.pass(() => {
          const due = [...items.values()]
            .filter((item) => item.kind === kind && item.dueAt !== null && item.dueAt <= before)
            .sort((a, b) => Number(a.dueAt) - Number(b.dueAt));
          const from = Number(cursor ?? 0);
          const page = due.slice(from, from + limit).map((item) => copy<State>(item));
          return {
            items: page,
            nextCursor: from + limit < due.length ? String(from + limit) : null,
          };
        }),
      delete: (key) => gate.pass(() => void items.delete(keyText(key))),
    };
  }

  function openQueue(gate: Gate): Queue<Hint> {
    return {
      send: (hint) => gate.pass(() => void hints.push(hint)),
      async receive({ waitSeconds = 0, signal }) {
        if (hints.length === 0) await clock.sleep(waitSeconds * 1_000, signal);
        return gate.pass(() =>
          hints.splice(0, 1).map((body) => ({ id: 'm', receipt: 'r', body, deliveries: 1 })),
        );
      },
      extend: async () => undefined,
      ack: async () => undefined,
      deadLetters: async () => [],
      redrive: async () => undefined,
    };
  }

  const soundGate = createGate(null);
  return {
    clock,
    items,
    /** Broken promises, in words. */
    faults,
    createGate,
    store: openStore(soundGate),
    queue: openQueue(soundGate),
    /** Loses all hints that wait. */
    loseHints: () => void hints.splice(0),
    openProcess<Context extends object = object>(
      deps: Omit<ReconcilerDeps<Context>, 'store' | 'queue' | 'owner' | 'clock'>,
      gate: Gate = soundGate,
    ) {
      const process = { store: openStore(gate), queue: openQueue(gate), owner: 'process', clock };
      return createReconciler<Context>({ ...process, ...deps });
    },
  };
}

export type World = ReturnType<typeof createWorld>;
