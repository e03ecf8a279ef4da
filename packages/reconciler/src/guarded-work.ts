import { CloudError, type StateStore } from '@atelier/cloud/ports';
import type { Clock } from './clock.ts';
import type { Change, StoredWork, WorkItem } from './stored-work.ts';

/** Leased work stands before everything else in the due index, so that peers see it on every look. */
export const LEASED_DUE_AT = new Date(0);

const RETRY_MS = 200;

/** The one way in which a lease's owner writes: every write is refused once the lease has gone to a peer. */
export interface GuardedWork {
  /** The item as last written. */
  readonly item: WorkItem;
  /** Monotonic time at which the last write that arrived was begun. */
  readonly lastWriteMs: number;
  /** Applies a change to the newest state; null when the lease is lost. The lease is kept, its beat counted on. */
  write(change: (work: StoredWork) => StoredWork): Promise<WorkItem | null>;
  /** Writes and gives the lease up. */
  release(change: (work: StoredWork) => Change): Promise<WorkItem | null>;
}

export interface GuardedWorkDeps {
  readonly store: StateStore;
  readonly clock: Clock;
  /** A store that fails is asked again until the lease may be a peer's. */
  readonly leaseMs: number;
  /** As it was written when the lease was taken, and when that write was begun. */
  readonly item: WorkItem;
  readonly takenMs: number;
}

export function createGuardedWork({
  store,
  clock,
  leaseMs,
  item: taken,
  takenMs,
}: GuardedWorkDeps): GuardedWork {
  const { owner, epoch } = taken.state.lease;
  let item = taken;
  let lastWriteMs = takenMs;
  let lost = false;
  let tail: Promise<unknown> = Promise.resolve();

  /** True when written, false when another version was found. */
  async function attempt(change: (work: StoredWork) => Change): Promise<boolean> {
    const begunMs = clock.monotonicMs();
    const { work, dueAt } = change(item.state);
    if (!(await store.update(item, item.version, work, dueAt))) return false;
    item = { ...item, state: work, dueAt, version: item.version + 1, updatedAt: clock.now() };
    lastWriteMs = begunMs;
    return true;
  }

  /** Somebody else wrote (a request to cancel, or a peer that took over), or a write of ours arrived unheard. */
  async function refresh(): Promise<void> {
    const found = await store.get<StoredWork>(item);
    const lease = found?.state.lease;
    if (found === null || lease?.owner !== owner || lease.epoch !== epoch) lost = true;
    else item = found;
  }

  async function persist(change: (work: StoredWork) => Change): Promise<WorkItem | null> {
    while (!lost) {
      try {
        if (await attempt(change)) return item;
        await refresh();
      } catch (error) {
        if (error instanceof CloudError && error.code === 'state_too_large') throw error;
        if (clock.monotonicMs() - lastWriteMs > leaseMs) lost = true;
        else await clock.sleep(RETRY_MS);
      }
    }
    return null;
  }

  const inTurn = (change: (work: StoredWork) => Change): Promise<WorkItem | null> => {
    const turn = tail.then(() => persist(change));
    tail = turn.catch(() => undefined);
    return turn;
  };

  return {
    get item() {
      return item;
    },
    get lastWriteMs() {
      return lastWriteMs;
    },
    write: (change) =>
      inTurn((work) => {
        const lease = { ...work.lease, beat: work.lease.beat + 1 };
        return { work: { ...change(work), lease }, dueAt: LEASED_DUE_AT };
      }),
    release: (change) =>
      inTurn((work) => {
        const changed = change(work);
        return { ...changed, work: { ...changed.work, lease: { ...work.lease, owner: null } } };
      }),
  };
}
