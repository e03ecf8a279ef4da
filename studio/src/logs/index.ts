import type { Database } from '../database.ts';
import type { Logger } from '../logger.ts';
import type { RpcService } from '../wire/operation.ts';
import { createFloodGate } from './flood-gate.ts';
import { createLogStore } from './log-store.ts';
import type { LogWriter } from './log-writer.ts';
import { logEventOperations } from './operations/log-events.ts';
import { logGroupOperations } from './operations/log-groups.ts';
import { logStreamOperations } from './operations/log-streams.ts';
import { createStoreLogWriter } from './store-log-writer.ts';

const sweepEveryMs = 3_600_000;

export interface Logs {
  readonly service: RpcService;
  readonly writer: LogWriter;
  /** Makes the group unless it is there, and sets how long it keeps events; null keeps them for good. */
  ensureGroup(group: {
    accountId: string;
    name: string;
    retentionDays: number | null;
  }): Promise<void>;
  /** Removes every group of an account that goes. */
  deleteForAccount(accountId: string): Promise<void>;
  /** Removes events past their group's retention now; returns how many. */
  sweepRetention(): Promise<number>;
  close(): Promise<void>;
}

/** CloudWatch Logs: an account sees its own groups only. */
export function createLogs(deps: {
  readonly database: Database;
  readonly logger: Logger;
  readonly now?: () => Date;
  /** For rates; a clock that never goes back. */
  readonly monotonicMs?: () => number;
}): Logs {
  const now = deps.now ?? (() => new Date());
  const store = createLogStore({ database: deps.database });
  const gate = createFloodGate({ monotonicMs: deps.monotonicMs ?? (() => performance.now()) });
  const sweep = () => store.deleteExpired(now());
  let sweeping: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    sweeping = sweep().catch((error: unknown) =>
      deps.logger.error('removing expired log events failed', { error }),
    );
  }, sweepEveryMs);
  timer.unref();

  return {
    service: {
      protocol: 'json',
      name: 'logs',
      target: 'Logs_20140328',
      operations: [
        ...logGroupOperations({ store, now }),
        ...logStreamOperations({ store, now }),
        ...logEventOperations({ store, gate, now }),
      ],
    },
    writer: createStoreLogWriter({ store, gate, now }),
    async ensureGroup({ accountId, name, retentionDays }) {
      await store.ensureGroup(accountId, name, now());
      await store.setRetention(accountId, name, retentionDays);
    },
    deleteForAccount: (accountId) => store.deleteForAccount(accountId),
    sweepRetention: sweep,
    async close() {
      clearInterval(timer);
      await sweeping;
    },
  };
}
