/** What a step did. Made by `done`, `wait` and `fail`. */
export type StepOutcome<Memo extends object> =
  | { readonly outcome: 'done'; readonly memo: Partial<Memo> }
  | {
      readonly outcome: 'wait';
      readonly until: number | Date;
      readonly memo: Partial<Memo>;
      readonly cause: string | null;
      readonly remedy: string | null;
    }
  | {
      readonly outcome: 'fail';
      readonly cause: string;
      readonly remedy: string;
      readonly retryable: boolean;
    };

/** The step is through; `memo` is merged into what later steps, repetitions and views see. */
export function done<Memo extends object>(memo: Partial<Memo> = {}): StepOutcome<Memo> {
  return { outcome: 'done', memo };
}

/**
 * Run the step again after so many milliseconds, or at a time. Nothing is held meanwhile. `cause` tells people what is
 * waited for.
 */
export function wait<Memo extends object>(
  until: number | Date,
  { memo = {}, cause, remedy }: { memo?: Partial<Memo>; cause?: string; remedy?: string } = {},
): StepOutcome<Memo> {
  return { outcome: 'wait', until, memo, cause: cause ?? null, remedy: remedy ?? null };
}

/** A retryable failure is tried again with growing delay, up to the step's `maxAttempts`; any other stops the work. */
export function fail(failure: {
  cause: string;
  remedy: string;
  retryable: boolean;
}): StepOutcome<never> {
  return { outcome: 'fail', ...failure };
}

export interface StepContext<Request, Memo extends object> {
  readonly tenantId: string;
  /** Of the request: external names are made from it, so that a repeated step finds what its first try made. */
  readonly id: string;
  readonly request: Request;
  readonly memo: Partial<Memo>;
  /** Grows with every change of hands: writes elsewhere that carry it can refuse a process that lost the work. */
  readonly fence: number;
  /** From 1, counting failures of this step. */
  readonly attempt: number;
  /** Aborts when the work is lost to a peer, is to be cancelled, or the process stops. */
  readonly signal: AbortSignal;
  /** Keeps a memo at once, in the middle of a step; rejects when the work was lost to a peer. */
  save(memo: Partial<Memo>): Promise<void>;
}

export interface Step<Request, Memo extends object, Context extends object> {
  readonly name: string;
  /** What people are told to expect, in milliseconds. */
  readonly expectedMs: number;
  /** Default 5. */
  readonly maxAttempts?: number;
  /** May run more than once: it looks for what it would make before making it. */
  run(ctx: StepContext<Request, Memo> & Context): Promise<StepOutcome<Memo>>;
}

export interface Workflow<Request, Memo extends object, Context extends object = object> {
  /** Names the items in the store; one word for all time. */
  readonly kind: string;
  readonly steps: readonly Step<Request, Memo, Context>[];
  /** Takes back what the steps made; runs when a request is cancelled, and may run more than once. */
  cancel?(ctx: StepContext<Request, Memo> & Context): Promise<StepOutcome<Memo>>;
  /** Compares what succeeded with reality, again and again. */
  readonly drift?: {
    readonly everyMs: number;
    /** Null when all is as it should be, else the step to do again. */
    check(
      ctx: StepContext<Request, Memo> & Context,
    ): Promise<{ readonly redoFrom: string; readonly cause: string } | null>;
  };
}

/** A workflow whose request and memo are not known to the one who runs it. */
export type AnyWorkflow<Context extends object = object> = Workflow<unknown, object, Context>;

/** The name under which `cancel` appears among the steps. */
export const CANCEL_STEP = 'cancel';

/** Long work in steps. Throws when two steps share a name. */
export function defineWorkflow<Request, Memo extends object, Context extends object = object>(
  workflow: Workflow<Request, Memo, Context>,
): Workflow<Request, Memo, Context> {
  const names = new Set([CANCEL_STEP, ...workflow.steps.map(({ name }) => name)]);
  if (names.size !== workflow.steps.length + 1) {
    throw new Error(`two steps of ${workflow.kind} share a name, or one is called ${CANCEL_STEP}`);
  }
  return workflow;
}
