import type { Step } from '@atelier/contracts';

/** A running step is never shown as finished before it is. */
const MOST_SHOWN = 0.95;

/** Milliseconds since the step began; null when it did not. */
export const elapsedMs = (step: Step, nowMs: number): number | null => {
  if (step.tookMs !== null) return step.tookMs;
  return step.startedAt === null ? null : Math.max(0, nowMs - Date.parse(step.startedAt));
};

/** How far a step is, from 0 to 1, judged by the time that it usually takes. */
export const shareOf = (step: Step, nowMs: number): number => {
  if (step.state === 'succeeded') return 1;
  if (step.state === 'pending' || step.expectedMs <= 0) return 0;
  return Math.min(MOST_SHOWN, (elapsedMs(step, nowMs) ?? 0) / step.expectedMs);
};

export interface StepsSummary {
  readonly done: number;
  readonly total: number;
  /** The step under way or failed. */
  readonly current: Step | null;
  /** From 0 to 1, weighted by expected time. */
  readonly share: number;
  readonly remainingMs: number;
}

export const summariseSteps = (steps: readonly Step[], nowMs: number): StepsSummary => {
  const weight = (step: Step) => Math.max(step.expectedMs, 1);
  const total = steps.reduce((sum, step) => sum + weight(step), 0);
  const gone = steps.reduce((sum, step) => sum + weight(step) * shareOf(step, nowMs), 0);
  return {
    done: steps.filter(({ state }) => state === 'succeeded').length,
    total: steps.length,
    current:
      steps.find(({ state }) => state === 'running' || state === 'waiting' || state === 'failed') ??
      null,
    share: total === 0 ? 0 : gone / total,
    remainingMs: Math.max(0, total - gone),
  };
};
