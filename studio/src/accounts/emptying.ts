import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../database.ts';
import type { Logger } from '../logger.ts';

export interface Emptying {
  /** Starts to remove what a closed account holds. */
  begin(accountId: string): void;
  /** Continues what an ended process left. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const firstRetryMs = 1_000;
const closeGraceMs = 3_000;
const maxRetryMs = 60_000;

/** On AWS a closed account's resources go after 90 days; here nobody could open it again, so they go at once. */
export function createEmptying(deps: {
  readonly database: Database;
  readonly removers: readonly ((accountId: string) => Promise<void>)[];
  readonly logger: Logger;
}): Emptying {
  const running = new Map<string, Promise<void>>();
  const stopping = new AbortController();

  async function empty(accountId: string): Promise<void> {
    for (let retryMs = firstRetryMs; !stopping.signal.aborted; ) {
      try {
        for (const remove of deps.removers) await remove(accountId);
        await deps.database.query('update accounts set emptied_at = now() where account_id = $1', [
          accountId,
        ]);
        return;
      } catch (error) {
        deps.logger.warn('a closed account is not empty yet', { accountId, error });
        await sleep(retryMs, undefined, { signal: stopping.signal }).catch(() => {});
        retryMs = Math.min(retryMs * 2, maxRetryMs);
      }
    }
  }

  function begin(accountId: string): void {
    if (running.has(accountId)) return;
    running.set(
      accountId,
      empty(accountId).finally(() => running.delete(accountId)),
    );
  }

  return {
    begin,
    async start() {
      const { rows } = await deps.database.query<{ account_id: string }>(
        `select account_id from accounts where status = 'SUSPENDED' and emptied_at is null`,
      );
      for (const row of rows) begin(row.account_id);
    },
    async close() {
      stopping.abort();
      // A step that hangs is done again at the next start.
      await Promise.race([Promise.all(running.values()), sleep(closeGraceMs)]);
    },
  };
}
