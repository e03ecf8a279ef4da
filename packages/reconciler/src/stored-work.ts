import type { StateItem } from '@atelier/cloud/ports';
import { type AnyWorkflow, CANCEL_STEP, type StepOutcome, type Workflow } from './workflow.ts';

export type StepState = 'pending' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled';
export type WorkState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

export interface StoredStep {
  readonly state: StepState;
  readonly startedAt: string | null;
  readonly tookMs: number | null;
  readonly attempt: number;
  /** How many processes died over it, as far as peers could tell. */
  readonly losses: number;
  readonly cause: string | null;
  readonly remedy: string | null;
}

/** `epoch` outlives its owner: it is the fencing token. */
export interface Lease {
  readonly owner: string | null;
  readonly epoch: number;
  readonly beat: number;
}

/** The state of one request as the store keeps it. Steps are kept by name, so that a workflow may gain some. */
export interface StoredWork<Request = unknown, Memo extends object = object> {
  readonly state: WorkState;
  readonly request: Request;
  readonly memo: Partial<Memo>;
  readonly steps: Readonly<Record<string, StoredStep>>;
  readonly cancelRequested: boolean;
  readonly lease: Lease;
}

export type WorkItem = StateItem<StoredWork>;

/** A change of the stored state: the new state and when to look at it next. */
export interface Change {
  readonly work: StoredWork;
  readonly dueAt: Date | null;
}

const PENDING: StoredStep = {
  state: 'pending',
  startedAt: null,
  tookMs: null,
  attempt: 1,
  losses: 0,
  cause: null,
  remedy: null,
};
const DEFAULT_MAX_ATTEMPTS = 5;
/** A step that takes its process down with it must not take down one after another for ever. */
const MAX_LOSSES = 10;
const FIRST_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;

/** What an older version stored may lack something. */
export const stepOf = (work: StoredWork, name: string): StoredStep => ({
  ...PENDING,
  ...work.steps[name],
});

export function newWork<Request>(request: Request): StoredWork<Request> {
  return {
    state: 'queued',
    request,
    memo: {},
    steps: {},
    cancelRequested: false,
    lease: { owner: null, epoch: 0, beat: 0 },
  };
}

const withStep = (work: StoredWork, name: string, step: Partial<StoredStep>): StoredWork => ({
  ...work,
  steps: { ...work.steps, [name]: { ...stepOf(work, name), ...step } },
});

/** The name of the step to do next; null when there is none left. */
export function nextStep(workflow: AnyWorkflow, work: StoredWork): string | null {
  if (work.cancelRequested) {
    return stepOf(work, CANCEL_STEP).state === 'succeeded' ? null : CANCEL_STEP;
  }
  return workflow.steps.find(({ name }) => stepOf(work, name).state !== 'succeeded')?.name ?? null;
}

function begin(work: StoredWork, name: string, now: Date): StoredWork {
  const startedAt = stepOf(work, name).startedAt ?? now.toISOString();
  return withStep({ ...work, state: 'running' }, name, { state: 'running', startedAt });
}

/**
 * What the outcome of a step makes of the work. `attempt` is the one that ran: settling it twice, after a write that
 * arrived unheard, changes nothing more.
 */
export function settle(
  workflow: AnyWorkflow,
  work: StoredWork,
  { name, attempt }: { name: string; attempt: number },
  outcome: StepOutcome<object>,
  now: Date,
): Change {
  const step = stepOf(work, name);
  switch (outcome.outcome) {
    case 'done': {
      const memo = { ...work.memo, ...outcome.memo };
      const succeeded = { state: 'succeeded', cause: null, remedy: null } as const;
      const next = withStep({ ...work, memo }, name, { ...succeeded, tookMs: took(step, now) });
      return advance(workflow, next, now);
    }
    case 'wait': {
      const { cause, remedy, until } = outcome;
      const memo = { ...work.memo, ...outcome.memo };
      const dueAt = until instanceof Date ? until : new Date(now.getTime() + until);
      return {
        work: withStep({ ...work, memo }, name, { state: 'waiting', cause, remedy }),
        dueAt,
      };
    }
    case 'fail': {
      const { cause, remedy } = outcome;
      if (outcome.retryable && attempt < maxAttempts(workflow, name)) {
        return {
          work: withStep(work, name, { state: 'waiting', attempt: attempt + 1, cause, remedy }),
          dueAt: new Date(now.getTime() + backoffMs(attempt)),
        };
      }
      const failed = { state: 'failed', cause, remedy, tookMs: took(step, now) } as const;
      return { work: { ...withStep(work, name, failed), state: 'failed' }, dueAt: null };
    }
  }
}

/** What is left by an owner who died: its step has one more loss, and fails when that is one too many. */
export function bereft(workflow: AnyWorkflow, work: StoredWork, now: Date): Change {
  const name = nextStep(workflow, work);
  if (name === null) return advance(workflow, work, now);
  const { attempt, losses } = stepOf(work, name);
  const counted = withStep(work, name, { losses: losses + 1 });
  if (losses < MAX_LOSSES) return advance(workflow, counted, now);
  const cause = 'The process at work on it ended, time and again.';
  const remedy = 'Try again; if it stays, the operator finds the cause in the log.';
  const failure = { outcome: 'fail', cause, remedy, retryable: false } as const;
  return settle(workflow, counted, { name, attempt }, failure, now);
}

/** Begins the next step, or ends the work when there is none. */
export function advance(workflow: AnyWorkflow, work: StoredWork, now: Date): Change {
  const next = nextStep(workflow, work);
  if (next !== null) return { work: begin(work, next, now), dueAt: now };
  if (work.cancelRequested) return { work: cancelled(work), dueAt: null };
  const recheckMs = workflow.drift?.everyMs;
  const dueAt = recheckMs === undefined ? null : new Date(now.getTime() + recheckMs);
  return { work: { ...work, state: 'succeeded' }, dueAt };
}

/** Puts the failed step back as if it had never been tried. */
export function retried(work: StoredWork): StoredWork {
  const steps = Object.entries(work.steps).map(
    ([name, step]) => [name, step.state === 'failed' ? PENDING : step] as const,
  );
  return { ...work, state: 'queued', steps: Object.fromEntries(steps) };
}

/** Puts a step and all after it back, because reality was found to differ. */
export function redone(workflow: AnyWorkflow, work: StoredWork, from: string): StoredWork {
  const first = workflow.steps.findIndex(({ name }) => name === from);
  if (first < 0) throw new Error(`${workflow.kind} has no step ${from}`);
  const steps = { ...work.steps };
  for (const { name } of workflow.steps.slice(first)) delete steps[name];
  return { ...work, steps };
}

function cancelled(work: StoredWork): StoredWork {
  const steps = Object.entries(work.steps).map(([name, step]) => {
    const stopped = step.state === 'succeeded' ? step : { ...step, state: 'cancelled' as const };
    return [name, stopped] as const;
  });
  return { ...work, state: 'cancelled', steps: Object.fromEntries(steps) };
}

const took = (step: StoredStep, now: Date): number =>
  Math.max(0, now.getTime() - Date.parse(step.startedAt ?? now.toISOString()));

function maxAttempts(workflow: AnyWorkflow, name: string): number {
  return workflow.steps.find((step) => step.name === name)?.maxAttempts ?? DEFAULT_MAX_ATTEMPTS;
}

/** Doubles with every failure; up to a fifth is taken off at random, so that what failed together comes back apart. */
function backoffMs(failures: number): number {
  const full = Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), MAX_BACKOFF_MS);
  return full * (1 - Math.random() / 5);
}

/** One step as people see it. */
export interface StepView {
  readonly name: string;
  readonly state: StepState;
  /** RFC 3339, UTC. */
  readonly startedAt: string | null;
  readonly tookMs: number | null;
  readonly expectedMs: number;
  readonly cause: string | null;
  readonly remedy: string | null;
}

/** A request as people see it. */
export interface WorkView<Request = unknown, Memo extends object = object> {
  readonly tenantId: string;
  readonly kind: string;
  readonly id: string;
  readonly state: WorkState;
  readonly request: Request;
  readonly memo: Partial<Memo>;
  readonly steps: readonly StepView[];
  readonly cancelRequested: boolean;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
}

export function viewOf<Request, Memo extends object, Context extends object>(
  workflow: Workflow<Request, Memo, Context>,
  item: StateItem<StoredWork<Request, Memo>>,
): WorkView<Request, Memo> {
  const work = item.state;
  const shown = workflow.steps.map(({ name, expectedMs }) => ({ name, expectedMs }));
  // Taking back is shown only where there is something to take back, or where that failed.
  if (work.cancelRequested && workflow.cancel !== undefined) {
    shown.push({ name: CANCEL_STEP, expectedMs: 0 });
  }
  return {
    tenantId: item.tenantId,
    kind: item.kind,
    id: item.id,
    state: work.state,
    request: work.request,
    memo: work.memo,
    steps: shown.map(({ name, expectedMs }) => {
      const { state, startedAt, tookMs, cause, remedy } = stepOf(work, name);
      return { name, state, startedAt, tookMs, expectedMs, cause, remedy };
    }),
    cancelRequested: work.cancelRequested,
    createdAt: item.createdAt.toISOString(),
    updatedAt: item.updatedAt.toISOString(),
  };
}
