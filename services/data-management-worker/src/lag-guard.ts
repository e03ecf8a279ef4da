import type { Background } from '@atelier/service-kit';
import type { Pool } from 'pg';

const BEAT_MS = 1000;

export interface LagGuard extends Background {
  /** How far the replica is behind, in seconds. Rejects when the replica cannot be asked. */
  lagSeconds(): Promise<number>;
}

/**
 * Measures the replica's lag by a heartbeat of our own: the time of the last replayed transaction says nothing on an idle
 * primary. Both pools sign in as the worker's own role.
 */
export const createLagGuard = (deps: {
  primary: Pool;
  replica: Pool;
  onError: (error: unknown) => void;
}): LagGuard => {
  let timer: NodeJS.Timeout | undefined;
  const beat = async () => {
    await deps.primary
      .query(
        `insert into heartbeat (at) values (clock_timestamp())
         on conflict (only_row) do update set at = excluded.at`,
      )
      .catch(deps.onError);
  };
  return {
    start: async () => {
      await beat();
      timer = setInterval(() => void beat(), BEAT_MS);
    },
    stop: async () => {
      clearInterval(timer);
    },
    lagSeconds: async () => {
      const { rows } = await deps.replica.query<{ lag: number | null }>(
        'select extract(epoch from clock_timestamp() - max(at))::float8 as lag from heartbeat',
      );
      const lag = rows[0]?.lag ?? null;
      if (lag === null) throw new Error('no heartbeat has reached the replica yet');
      return Math.max(0, lag - BEAT_MS / 1000);
    },
  };
};
