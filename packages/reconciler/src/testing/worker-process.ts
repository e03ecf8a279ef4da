import { createPostgresQueue, createPostgresStateStore } from '@atelier/cloud/single-machine';
import { Pool } from 'pg';
import { createReconciler, defineWorkflow, done, type Hint, wait } from '../index.ts';

export interface LedgerRequest {
  readonly slowMs: number;
}

export interface LedgerMemo {
  number?: number;
  waited?: boolean;
}

/** Three steps that leave traces in a table; the middle one is slow. */
export function ledgerWorkflow(pool: Pool) {
  return defineWorkflow<LedgerRequest, LedgerMemo>({
    kind: 'ledger',
    steps: [
      {
        name: 'make',
        expectedMs: 10,
        async run({ id }) {
          const { rows } = await pool.query(
            `insert into effect (name) values ($1)
             on conflict (name) do update set tries = effect.tries + 1 returning number`,
            [id],
          );
          return done({ number: rows[0].number });
        },
      },
      {
        name: 'dwell',
        expectedMs: 10,
        async run({ id, fence, memo, request }) {
          const { rowCount } = await pool.query(
            'update effect set fence = $2, pid = $3 where name = $1 and fence <= $2',
            [id, fence, process.pid],
          );
          if (rowCount !== 1) throw new Error('fenced off');
          if (request.slowMs > 0)
            await new Promise((resolve) => setTimeout(resolve, request.slowMs));
          return memo.waited === true ? done() : wait(20, { memo: { waited: true } });
        },
      },
      {
        name: 'end',
        expectedMs: 10,
        async run({ id, memo }) {
          await pool.query('update effect set ended = $2 where name = $1', [id, memo.number]);
          return done();
        },
      },
    ],
  });
}

const databaseUrl = process.env.DATABASE_URL;
if (databaseUrl !== undefined && process.argv[1] === import.meta.filename) {
  const pool = new Pool({ connectionString: databaseUrl, max: 10 });
  pool.on('error', () => undefined);
  createReconciler({
    store: createPostgresStateStore({ pool }),
    queue: createPostgresQueue<Hint>({ pool, name: 'ledger', maxDeliveries: 100 }),
    workflows: [ledgerWorkflow(pool)],
    owner: `worker ${process.pid}`,
    concurrency: 12,
  }).start();
}
