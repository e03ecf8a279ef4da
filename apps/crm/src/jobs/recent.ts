const RECENT_MS = 60 * 60 * 1000;
const MOST = 8;

/** Jobs under way first, then those that began within the hour; newest first, not more than fit. */
export const recentJobs = <Job extends { readonly state: string; readonly since: string }>(
  jobs: readonly Job[],
  nowMs: number,
): readonly Job[] => {
  const active = (job: Job) => job.state === 'running' || job.state === 'queued';
  return jobs
    .filter((job) => active(job) || nowMs - Date.parse(job.since) < RECENT_MS)
    .sort(
      (a, b) => Number(active(b)) - Number(active(a)) || Date.parse(b.since) - Date.parse(a.since),
    )
    .slice(0, MOST);
};
