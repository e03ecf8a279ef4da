import { randomUUID } from 'node:crypto';
import type { Page, Queue, StateKey, StateStore } from '@atelier/cloud/ports';
import { type Clock, systemClock } from './clock.ts';
import { createLeaseWatch, keyText } from './lease-watch.ts';
import { type FaultPlace, runWork } from './run-work.ts';
import { type StoredWork, viewOf, type WorkItem, type WorkView } from './stored-work.ts';
import type { AnyWorkflow } from './workflow.ts';

/** What a message of the queue says: look at this request sooner. */
export type Hint = StateKey;

export interface ReconcilerDeps<Context extends object> {
  readonly store: StateStore;
  /** Hints; the store alone is the truth, so a lost message costs a second. */
  readonly queue: Queue<Hint>;
  readonly workflows: readonly AnyWorkflow<Context>[];
  /** For people who look into the store; made unique for each reconciler. */
  readonly owner: string;
  /** What steps get beside the plain context: a tenant scope, clients. */
  readonly contextFor?: (item: WorkItem) => Promise<Context> | Context;
  /** How many requests are worked on at once. Default 4. */
  readonly concurrency?: number;
  /** Told after every change that people can see. Must not throw. */
  readonly onChanged?: (view: WorkView) => void;
  /** `place` is null when the store or the queue failed as such. */
  readonly onError?: (error: unknown, place: FaultPlace | null) => void;
  readonly clock?: Clock;
  /** How often an owner shows that it lives. Default 1,000. */
  readonly beatMs?: number;
  /** How long a peer must see no beat before it takes over. Default 4,000. */
  readonly takeoverMs?: number;
  /** How often the store is looked through. Default 1,000. */
  readonly scanMs?: number;
}

export interface Reconciler {
  start(): void;
  /** Interrupts steps, gives their work to peers and waits for them, `graceMs` (default 10,000) at most. */
  stop(options?: { graceMs?: number }): Promise<void>;
}

const PAGE = 100;
const HINT_VISIBILITY_SECONDS = 10;
const RECOVER_MS = 1_000;
/** Longer waits are left to the scan. */
const LONGEST_TIMER_MS = 60_000;

/**
 * Carries requests of the given workflows to their end, together with any number of peers over the same store: each
 * request is one reconciler's at a time, under a lease; what a dead one leaves is taken over.
 */
export function createReconciler<Context extends object = object>({
  store,
  queue,
  workflows,
  owner,
  contextFor,
  concurrency = 4,
  onChanged = () => undefined,
  onError = () => undefined,
  clock = systemClock,
  beatMs = 1_000,
  takeoverMs = 4_000,
  scanMs = 1_000,
}: ReconcilerDeps<Context>): Reconciler {
  const byKind = new Map(workflows.map((workflow) => [workflow.kind, workflow]));
  const watch = createLeaseWatch({ clock, deadAfterMs: takeoverMs });
  const running = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  let loops: Promise<unknown> = Promise.resolve();
  /** Set when there was more due than room. */
  let moreDue = false;
  let slotFreed = Promise.withResolvers<void>();

  const runDeps = {
    store,
    clock,
    owner: `${owner}#${randomUUID()}`,
    beatMs,
    leaseMs: takeoverMs - beatMs,
    contextFor: async (item: WorkItem) => (await contextFor?.(item)) ?? ({} as Context),
    stopping: stopping.signal,
    onChanged: (workflow: AnyWorkflow<Context>, item: WorkItem) =>
      onChanged(viewOf(workflow, item)),
    onError,
  };

  const hasRoom = (): boolean => running.size < concurrency && !stopping.signal.aborted;

  function freeSlot(): void {
    slotFreed.resolve();
    slotFreed = Promise.withResolvers();
  }

  /** Takes the item when it is nobody's or its owner is dead, and there is room. */
  function consider(item: WorkItem): void {
    const workflow = byKind.get(item.kind);
    const key = keyText(item);
    const { lease } = item.state;
    if (workflow === undefined || item.dueAt === null || running.has(key)) return;
    if (lease.owner !== null && !watch.isDead(item, lease)) return;
    if (!hasRoom()) {
      moreDue = true;
      return;
    }
    watch.forget(item);
    running.set(
      key,
      runWork(runDeps, workflow, item)
        .then((released) => lookAgain(released))
        .catch((error) => onError(error, null))
        .finally(() => {
          running.delete(key);
          freeSlot();
        }),
    );
  }

  /** Whoever put work off looks at it again by its own timer: wall clocks may jump meanwhile. */
  function lookAgain(released: WorkItem | null): void {
    if (released?.dueAt == null) return;
    const inMs = Math.max(0, released.dueAt.getTime() - clock.now().getTime());
    if (inMs > LONGEST_TIMER_MS) return;
    void clock
      .sleep(inMs, stopping.signal)
      .then(async () => {
        if (stopping.signal.aborted) return;
        const item = await store.get<StoredWork>(released);
        if (item?.version === released.version) consider(item);
      })
      .catch((error) => onError(error, null));
  }

  async function scan(): Promise<void> {
    moreDue = false;
    for (const kind of byKind.keys()) {
      let cursor: string | null = null;
      do {
        const page: Page<WorkItem> = await store.due(kind, clock.now(), { limit: PAGE, cursor });
        for (const item of page.items) consider(item);
        cursor = page.nextCursor;
      } while (cursor !== null && hasRoom());
      if (cursor !== null) moreDue = true;
    }
  }

  async function scanForever(): Promise<void> {
    while (!stopping.signal.aborted) {
      const freed = slotFreed.promise;
      await scan().catch((error) => onError(error, null));
      const slept = new AbortController();
      const sleep = clock.sleep(scanMs, AbortSignal.any([stopping.signal, slept.signal]));
      await (moreDue ? Promise.race([freed, sleep]) : sleep);
      slept.abort();
    }
  }

  async function takeHints(): Promise<void> {
    const messages = await queue.receive({
      max: Math.max(1, Math.min(10, concurrency - running.size)),
      visibilitySeconds: HINT_VISIBILITY_SECONDS,
      waitSeconds: 20,
      signal: stopping.signal,
    });
    for (const { body, receipt } of messages) {
      // A kind that only a newer peer knows is left to it.
      if (!byKind.has(body.kind)) continue;
      const item = await store.get<StoredWork>(body);
      if (item !== null) consider(item);
      await queue.ack(receipt);
    }
  }

  async function takeHintsForever(): Promise<void> {
    while (!stopping.signal.aborted) {
      if (!hasRoom()) {
        await slotFreed.promise;
        continue;
      }
      try {
        await takeHints();
      } catch (error) {
        onError(error, null);
        await clock.sleep(RECOVER_MS, stopping.signal);
      }
    }
  }

  return {
    start() {
      loops = Promise.all([scanForever(), takeHintsForever()]);
    },

    async stop({ graceMs = 10_000 } = {}) {
      stopping.abort();
      freeSlot();
      const given = new AbortController();
      const grace = clock.sleep(graceMs, given.signal);
      await Promise.race([Promise.all([loops, ...running.values()]), grace]);
      given.abort();
    },
  };
}
