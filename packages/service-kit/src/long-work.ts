import type { Queue, StateStore } from '@atelier/cloud/ports';
import type { ChangeEvent, Work } from '@atelier/contracts';
import {
  type AnyWorkflow,
  createReconciler,
  createRequests,
  type Hint,
  type RequestKey,
  type Requests,
  type Workflow,
  type WorkView,
} from '@atelier/reconciler';
import { notFound } from './errors.ts';
import type { ServiceRuntime } from './service-app.ts';
import type { TenantScope } from './tenant-scope.ts';

/** What every step gets beside its request: the scope of the tenant that stored it. */
export interface WorkContext {
  readonly scope: TenantScope;
}

export interface LongWorkDeps {
  readonly stateStore: StateStore;
  /** The queue of hints for one kind of work. */
  readonly workQueue: (kind: string) => Queue<Hint>;
}

export interface LongWork<Request, Memo extends object> {
  readonly requests: Requests<Request, Memo>;
  /** As the contract shows it. Throws `not_found`. */
  get(key: RequestKey): Promise<{ work: Work; view: WorkView<Request, Memo> }>;
  /** The same from a view at hand. */
  show(view: WorkView<Request, Memo>): Promise<Work>;
  start(): void;
  stop(): Promise<void>;
}

const toWork = (view: WorkView, position: number | null): Work => ({
  id: view.id,
  state: view.state,
  position,
  steps: view.steps.map((step) => ({ ...step })),
  createdAt: view.createdAt,
  updatedAt: view.updatedAt,
});

/**
 * One kind of long work of a service: accept, show, carry on. Its steps run in the scope of the tenant whose token stored
 * the request; every change is told to open browsers.
 */
export const createLongWork = <Request, Memo extends object>(given: {
  runtime: ServiceRuntime;
  deps: LongWorkDeps;
  workflow: Workflow<Request, Memo, WorkContext>;
  /** What browsers are told of a change; null to tell nothing. */
  toEvent: (view: WorkView<Request, Memo>) => ChangeEvent | null;
  /** How many requests are worked on at once by this process. */
  concurrency?: number;
}): LongWork<Request, Memo> => {
  const { runtime, deps, workflow } = given;
  const queue = deps.workQueue(workflow.kind);
  const onChanged = (view: WorkView<Request, Memo>): void => {
    const event = given.toEvent(view);
    if (event !== null) runtime.announce(event);
  };
  const requests = createRequests<Request, Memo, WorkContext>({
    store: deps.stateStore,
    queue,
    workflow,
    onChanged,
  });
  const reconciler = createReconciler<WorkContext>({
    store: deps.stateStore,
    queue,
    // The reconciler hands each workflow back only what that workflow stored.
    workflows: [workflow as unknown as AnyWorkflow<WorkContext>],
    owner: runtime.service,
    contextFor: (item) => ({ scope: runtime.openScope(item.tenantId, item.id) }),
    onChanged: (view) => onChanged(view as WorkView<Request, Memo>),
    onError: (error, place) =>
      runtime.log.error({ err: error, place }, 'long work was interrupted'),
    ...(given.concurrency === undefined ? {} : { concurrency: given.concurrency }),
  });
  const show = async (view: WorkView<Request, Memo>): Promise<Work> => {
    const position =
      view.state === 'queued' ? ((await requests.positions([view])).get(view.id) ?? null) : null;
    return toWork(view, position);
  };
  return {
    requests,
    show,
    get: async (key) => {
      const view = await requests.get(key);
      if (view === null) throw notFound('request');
      return { work: await show(view), view };
    },
    start: () => reconciler.start(),
    stop: () => reconciler.stop(),
  };
};
