import type { Page, Queue, StateItem, StateStore } from '@atelier/cloud/ports';
import { type Clock, systemClock } from './clock.ts';
import type { Hint } from './reconciler.ts';
import { newWork, retried, type StoredWork, viewOf, type WorkView } from './stored-work.ts';
import { WorkError } from './work-error.ts';
import type { Workflow } from './workflow.ts';

export interface RequestKey {
  readonly tenantId: string;
  readonly id: string;
}

/** A service's side of long work: accept, show, retry, cancel. The work itself is a reconciler's. */
export interface Requests<Request, Memo extends object> {
  /**
   * Durable when it answers. `created` is false when the id was taken: the view is then that of the earlier request,
   * whatever it asked for.
   */
  submit(
    submission: RequestKey & { readonly request: Request },
  ): Promise<{ created: boolean; view: WorkView<Request, Memo> }>;
  get(key: RequestKey): Promise<WorkView<Request, Memo> | null>;
  /** Newest first. */
  list(
    tenantId: string,
    page: { limit: number; cursor?: string | null },
  ): Promise<Page<WorkView<Request, Memo>>>;
  /** Places in the queue, from 1, of those of the given requests that wait in it, by id. Reads the queue up to them. */
  positions(keys: readonly RequestKey[]): Promise<ReadonlyMap<string, number>>;
  /** Tries the failed step again. Throws `WorkError`: not_found, not_retryable. */
  retry(key: RequestKey): Promise<WorkView<Request, Memo>>;
  /** Stops the work and takes back what it made. Throws `WorkError`: not_found, not_cancellable. */
  cancel(key: RequestKey): Promise<WorkView<Request, Memo>>;
  /** Removes a request, whatever its state; whoever works on it loses it. */
  delete(key: RequestKey): Promise<void>;
}

export interface RequestsDeps<Request, Memo extends object, Context extends object> {
  readonly store: StateStore;
  readonly queue: Queue<Hint>;
  readonly workflow: Workflow<Request, Memo, Context>;
  readonly onChanged?: (view: WorkView<Request, Memo>) => void;
  readonly clock?: Clock;
}

const PAGE = 100;
/** A queue longer than this is told as unknown. */
const MAX_COUNTED = 2_000;
const ONE_DAY_MS = 86_400_000;

export function createRequests<Request, Memo extends object, Context extends object = object>({
  store,
  queue,
  workflow,
  onChanged = () => undefined,
  clock = systemClock,
}: RequestsDeps<Request, Memo, Context>): Requests<Request, Memo> {
  type Stored = StoredWork<Request, Memo>;
  type Item = StateItem<Stored>;
  const { kind } = workflow;
  const keyOf = ({ tenantId, id }: RequestKey) => ({ tenantId, kind, id });

  async function find(key: RequestKey): Promise<Item> {
    const item = await store.get<Stored>(keyOf(key));
    if (item === null) throw new WorkError('not_found', 'there is no such request');
    return item;
  }

  /** The reconciler finds the work without it, a second later. */
  async function hint(key: RequestKey): Promise<void> {
    await queue.send(keyOf(key)).catch(() => undefined);
  }

  function changed(item: Item): WorkView<Request, Memo> {
    const view = viewOf(workflow, item);
    onChanged(view);
    return view;
  }

  /** Changes the newest state, however often somebody else is faster. `change` answers null to leave it as it is. */
  async function change(
    key: RequestKey,
    apply: (work: Stored) => StoredWork | null,
  ): Promise<WorkView<Request, Memo>> {
    for (;;) {
      const item = await find(key);
      const state = apply(item.state) as Stored | null;
      if (state === null) return viewOf(workflow, item);
      // Leased work keeps its place, where peers watch its lease.
      const dueAt = state.lease.owner === null ? clock.now() : item.dueAt;
      if (!(await store.update(item, item.version, state, dueAt))) continue;
      await hint(key);
      return changed({ ...item, state, dueAt, version: item.version + 1, updatedAt: clock.now() });
    }
  }

  return {
    async submit({ request, ...key }) {
      const created = await store.create(keyOf(key), newWork(request), clock.now());
      if (created) await hint(key);
      const item = await find(key);
      return { created, view: created ? changed(item) : viewOf(workflow, item) };
    },

    async get(key) {
      const item = await store.get<Stored>(keyOf(key));
      return item === null ? null : viewOf(workflow, item);
    },

    async list(tenantId, page) {
      const { items, nextCursor } = await store.listByTenant<Stored>(tenantId, kind, page);
      return { items: items.map((item) => viewOf(workflow, item)), nextCursor };
    },

    async positions(keys) {
      const positions = new Map<string, number>();
      const before = new Date(clock.now().getTime() + ONE_DAY_MS);
      let waiting = 0;
      let cursor: string | null = null;
      do {
        const page: Page<Item> = await store.due<Stored>(kind, before, { limit: PAGE, cursor });
        for (const { state, tenantId, id } of page.items) {
          if (state.state !== 'queued') continue;
          waiting += 1;
          const asked = keys.some((key) => key.id === id && key.tenantId === tenantId);
          if (asked) positions.set(id, waiting);
        }
        cursor = page.nextCursor;
      } while (cursor !== null && positions.size < keys.length && waiting < MAX_COUNTED);
      return positions;
    },

    retry: (key) =>
      change(key, (work) => {
        if (work.state !== 'failed') {
          throw new WorkError('not_retryable', 'only what failed can be tried again');
        }
        return retried(work);
      }),

    cancel: (key) =>
      change(key, (work) => {
        if (work.state === 'succeeded' || work.state === 'cancelled') {
          throw new WorkError('not_cancellable', 'the request has ended');
        }
        if (work.cancelRequested && work.state !== 'failed') return null;
        const wanted = { ...retried(work), state: work.state, cancelRequested: true };
        return work.state === 'failed' ? { ...wanted, state: 'queued' } : wanted;
      }),

    delete: (key) => store.delete(keyOf(key)),
  };
}
