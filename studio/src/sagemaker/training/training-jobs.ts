import type { ResourceKey } from '../resource-store.ts';
import { runTrainingJob, stopTrainingJob, type TrainingDeps } from './run-training-job.ts';
import { containerNameOf, type TrainingJob } from './training-container.ts';

/** The jobs that this process carries. */
export interface TrainingJobs {
  /** Takes up a new job, or one that an earlier Studio left under way. */
  start(job: TrainingJob): void;
  /** Null when the job has ended already. */
  stop(key: ResourceKey): Promise<TrainingJob | null>;
  /** Ends the account's jobs at once and removes what they hold. */
  removeAll(accountId: string): Promise<void>;
  close(): Promise<void>;
}

export const createTrainingJobs = (deps: TrainingDeps): TrainingJobs => {
  interface Carried {
    readonly abort: AbortController;
    readonly done: Promise<void>;
  }
  const carried = new Map<string, Carried>();

  const start = (job: TrainingJob): void => {
    if (carried.has(job.arn)) return;
    const abort = new AbortController();
    const done = runTrainingJob(deps, job, abort.signal)
      .catch((error: unknown) => {
        deps.logger.error('a training job was left as it stands', { arn: job.arn, error });
      })
      .finally(() => carried.delete(job.arn));
    carried.set(job.arn, { abort, done });
  };
  const letGo = async (entries: readonly (Carried | undefined)[]): Promise<void> => {
    for (const entry of entries) entry?.abort.abort();
    await Promise.all(entries.map((entry) => entry?.done));
  };

  return {
    start,
    stop: (key) => stopTrainingJob(deps, key, false),
    async removeAll(accountId) {
      for (const job of await deps.jobs.ofAccount(accountId)) {
        await letGo([carried.get(job.arn)]);
        await deps.engine.remove(containerNameOf(job));
        await deps.volumes.remove(containerNameOf(job));
        await deps.logPump.forget(containerNameOf(job));
        await deps.jobs.remove(job);
      }
    },
    close: () => letGo([...carried.values()]),
  };
};
