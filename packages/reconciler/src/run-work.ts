import type { StateKey, StateStore } from '@atelier/cloud/ports';
import type { Clock } from './clock.ts';
import { createGuardedWork, type GuardedWork, LEASED_DUE_AT } from './guarded-work.ts';
import {
  advance,
  bereft,
  type Change,
  nextStep,
  redone,
  type StoredWork,
  settle,
  stepOf,
  type WorkItem,
} from './stored-work.ts';
import {
  type AnyWorkflow,
  CANCEL_STEP,
  done,
  type StepContext,
  type StepOutcome,
} from './workflow.ts';

/** Why a step's signal aborted. */
export class WorkInterrupted extends Error {
  readonly code: 'lease_lost' | 'cancel_requested' | 'stopping';

  constructor(code: 'lease_lost' | 'cancel_requested' | 'stopping') {
    super(code.replace('_', ' '));
    this.name = 'WorkInterrupted';
    this.code = code;
  }
}

/** Where a step failed, for the log. */
export interface FaultPlace extends StateKey {
  readonly step: string;
}

const placeOf = ({ item }: GuardedWork, step: string): FaultPlace => ({
  tenantId: item.tenantId,
  kind: item.kind,
  id: item.id,
  step,
});

/** Trying again would produce as much again. */
const TOO_MUCH: StepOutcome<never> = {
  outcome: 'fail',
  cause: 'The step keeps more state than a request may hold.',
  remedy: 'Ask for less in one request.',
  retryable: false,
};

export interface RunWorkDeps<Context extends object> {
  readonly store: StateStore;
  readonly clock: Clock;
  readonly owner: string;
  readonly beatMs: number;
  /** The owner gives up by itself when it could not write for so long. */
  readonly leaseMs: number;
  readonly contextFor: (item: WorkItem) => Promise<Context>;
  readonly stopping: AbortSignal;
  readonly onChanged: (workflow: AnyWorkflow<Context>, item: WorkItem) => void;
  readonly onError: (error: unknown, place: FaultPlace) => void;
}

/**
 * Takes the work if nobody was faster, and carries it as far as it goes without waiting. Answers when to look again
 * (null: not by us), once the lease is given up or lost.
 */
export async function runWork<Context extends object>(
  deps: RunWorkDeps<Context>,
  workflow: AnyWorkflow<Context>,
  found: WorkItem,
): Promise<WorkItem | null> {
  const { store, clock, leaseMs } = deps;
  const takenMs = clock.monotonicMs();
  const item = await takeLease(deps, workflow, found);
  if (item === null) return null;
  const guarded = createGuardedWork({ store, clock, leaseMs, item, takenMs });
  deps.onChanged(workflow, item);
  return item.state.state === 'succeeded'
    ? checkDrift(deps, workflow, guarded)
    : runSteps(deps, workflow, guarded);
}

/** Null when somebody was faster, or when so many have died over the work that it has failed. */
async function takeLease<Context extends object>(
  { store, clock, owner, onChanged }: RunWorkDeps<Context>,
  workflow: AnyWorkflow<Context>,
  found: WorkItem,
): Promise<WorkItem | null> {
  const { lease, state: was } = found.state;
  const begun = was === 'succeeded' ? found.state : taken(workflow, found.state, clock.now());
  const failed = begun.state === 'failed';
  const state = {
    ...begun,
    lease: { owner: failed ? null : owner, epoch: lease.epoch + 1, beat: 0 },
  };
  const dueAt = failed ? null : LEASED_DUE_AT;
  if (!(await store.update(found, found.version, state, dueAt))) return null;
  const item = { ...found, state, version: found.version + 1, dueAt };
  if (!failed) return item;
  onChanged(workflow, item);
  return null;
}

const taken = (workflow: AnyWorkflow, work: StoredWork, now: Date): StoredWork =>
  work.lease.owner === null ? advance(workflow, work, now).work : bereft(workflow, work, now).work;

async function runSteps<Context extends object>(
  deps: RunWorkDeps<Context>,
  workflow: AnyWorkflow<Context>,
  guarded: GuardedWork,
): Promise<WorkItem | null> {
  for (;;) {
    const name = nextStep(workflow, guarded.item.state);
    if (name === null) {
      return released(deps, workflow, guarded, (work) => advance(workflow, work, deps.clock.now()));
    }
    const { attempt } = stepOf(guarded.item.state, name);
    const ran = await interruptible(deps, guarded, name, (signal) =>
      runStep(deps, workflow, guarded, { name, attempt }, signal),
    );
    if (ran === 'lost') return null;
    const settled = settling(workflow, { name, attempt }, ran, deps.clock.now());
    try {
      if (!goesOn(workflow, settled(guarded.item.state), deps.stopping)) {
        return await released(deps, workflow, guarded, settled);
      }
      const item = await guarded.write((work) => settled(work).work);
      if (item === null) return null;
      deps.onChanged(workflow, item);
    } catch (error) {
      deps.onError(error, placeOf(guarded, name));
      const tooMuch = settling(workflow, { name, attempt }, TOO_MUCH, deps.clock.now());
      return released(deps, workflow, guarded, tooMuch);
    }
  }
}

/** Whether the next step has begun, so that it is done in this very run. */
function goesOn(workflow: AnyWorkflow, { work }: Change, stopping: AbortSignal): boolean {
  const next = nextStep(workflow, work);
  const begun = next !== null && stepOf(work, next).state === 'running';
  return begun && work.state === 'running' && !stopping.aborted;
}

function settling(
  workflow: AnyWorkflow,
  step: { name: string; attempt: number },
  ran: StepOutcome<object> | 'interrupted',
  now: Date,
): (work: StoredWork) => Change {
  return (work) => {
    const change =
      ran === 'interrupted' ? { work, dueAt: now } : settle(workflow, work, step, ran, now);
    // What follows a request to cancel is the cancelling, whatever came of the step.
    return work.cancelRequested && step.name !== CANCEL_STEP
      ? advance(workflow, change.work, now)
      : change;
  };
}

async function released<Context extends object>(
  deps: RunWorkDeps<Context>,
  workflow: AnyWorkflow<Context>,
  guarded: GuardedWork,
  change: (work: StoredWork) => Change,
): Promise<WorkItem | null> {
  const item = await guarded.release(change);
  if (item !== null) deps.onChanged(workflow, item);
  return item;
}

async function runStep<Context extends object>(
  deps: RunWorkDeps<Context>,
  workflow: AnyWorkflow<Context>,
  guarded: GuardedWork,
  { name, attempt }: { name: string; attempt: number },
  signal: AbortSignal,
): Promise<StepOutcome<object> | 'interrupted'> {
  try {
    const ctx = await contextOf(deps, workflow, guarded, attempt, signal);
    if (name === CANCEL_STEP) return (await workflow.cancel?.(ctx)) ?? done();
    const step = workflow.steps.find((candidate) => candidate.name === name);
    if (step === undefined) throw new Error(`${workflow.kind} has no step ${name}`);
    const outcome = await step.run(ctx);
    // A step that was told to stop and did may call that a failure: it is none.
    return signal.aborted && outcome.outcome === 'fail' ? 'interrupted' : outcome;
  } catch (error) {
    if (signal.aborted) return 'interrupted';
    deps.onError(error, placeOf(guarded, name));
    return {
      outcome: 'fail',
      cause: 'An unexpected error occurred.',
      remedy: 'Try again; if it stays, the operator finds the cause in the log.',
      retryable: true,
    };
  }
}

async function contextOf<Context extends object>(
  deps: RunWorkDeps<Context>,
  workflow: AnyWorkflow<Context>,
  guarded: GuardedWork,
  attempt: number,
  signal: AbortSignal,
): Promise<StepContext<unknown, object> & Context> {
  const { tenantId, id, state } = guarded.item;
  const context: StepContext<unknown, object> = {
    tenantId,
    id,
    request: state.request,
    get memo() {
      return guarded.item.state.memo;
    },
    fence: state.lease.epoch,
    attempt,
    signal,
    async save(memo) {
      const kept = await guarded.write((work) => ({ ...work, memo: { ...work.memo, ...memo } }));
      if (kept === null) throw new WorkInterrupted('lease_lost');
      deps.onChanged(workflow, kept);
    },
  };
  return Object.assign(context, await deps.contextFor(guarded.item));
}

/**
 * Runs a piece of work under a heartbeat. The signal aborts when the lease is lost, when a peer's write asks to cancel,
 * or when the process stops. A lost piece is left behind at once; any other is waited for.
 */
async function interruptible<Context extends object, Answer>(
  { clock, beatMs, leaseMs, stopping }: RunWorkDeps<Context>,
  guarded: GuardedWork,
  name: string,
  run: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer | 'lost'> {
  const interrupted = new AbortController();
  const finished = new AbortController();
  const lost = Promise.withResolvers<'lost'>();
  const lose = (): void => {
    interrupted.abort(new WorkInterrupted('lease_lost'));
    lost.resolve('lost');
  };
  const stop = (): void => interrupted.abort(new WorkInterrupted('stopping'));

  async function beat(): Promise<void> {
    let writing = false;
    while (!finished.signal.aborted) {
      await clock.sleep(beatMs, finished.signal);
      if (finished.signal.aborted) return;
      // A store that answers nothing at all loses the lease as surely as one that says no.
      if (clock.monotonicMs() - guarded.lastWriteMs > leaseMs) return lose();
      if (writing) continue;
      writing = true;
      void guarded
        .write((work) => work)
        .then((item) => {
          writing = false;
          if (item === null) lose();
          else if (item.state.cancelRequested && name !== CANCEL_STEP) {
            interrupted.abort(new WorkInterrupted('cancel_requested'));
          }
        }, lose);
    }
  }

  stopping.addEventListener('abort', stop);
  if (stopping.aborted) stop();
  void beat();
  try {
    return await Promise.race([run(interrupted.signal), lost.promise]);
  } finally {
    finished.abort();
    stopping.removeEventListener('abort', stop);
  }
}

async function checkDrift<Context extends object>(
  deps: RunWorkDeps<Context>,
  workflow: AnyWorkflow<Context>,
  guarded: GuardedWork,
): Promise<WorkItem | null> {
  const { drift } = workflow;
  const place = 'drift';
  const found = await interruptible(deps, guarded, place, async (signal) => {
    try {
      return (await drift?.check(await contextOf(deps, workflow, guarded, 1, signal))) ?? null;
    } catch (error) {
      if (!signal.aborted) deps.onError(error, placeOf(guarded, place));
      return null;
    }
  });
  if (found === 'lost') return null;
  const now = deps.clock.now();
  return released(deps, workflow, guarded, (work) => {
    if (found === null) return advance(workflow, work, now);
    return { work: { ...redone(workflow, work, found.redoFrom), state: 'running' }, dueAt: now };
  });
}
