export { type Clock, systemClock } from './clock.ts';
export {
  createReconciler,
  type Hint,
  type Reconciler,
  type ReconcilerDeps,
} from './reconciler.ts';
export { createRequests, type RequestKey, type Requests, type RequestsDeps } from './requests.ts';
export { type FaultPlace, WorkInterrupted } from './run-work.ts';
export type { StepState, StepView, WorkItem, WorkState, WorkView } from './stored-work.ts';
export { WorkError, type WorkErrorCode } from './work-error.ts';
export {
  type AnyWorkflow,
  defineWorkflow,
  done,
  fail,
  type Step,
  type StepContext,
  type StepOutcome,
  type Workflow,
  wait,
} from './workflow.ts';
