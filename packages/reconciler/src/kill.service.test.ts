import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  createPostgresQueue,
  createPostgresStateStore,
  migrateCloud,
} from '@atelier/cloud/single-machine';
import { startTestDatabase, type TestDatabase } from '@atelier/single-machine/testing';
import { Pool } from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createRequests, type Hint, type Requests } from './index.ts';
import { type LedgerMemo, type LedgerRequest, ledgerWorkflow } from './testing/worker-process.ts';

const worker = fileURLToPath(new URL('./testing/worker-process.ts', import.meta.url));
let database: TestDatabase;
let pool: Pool;
let requests: Requests<LedgerRequest, LedgerMemo>;
const processes = new Set<ChildProcess>();

beforeAll(async () => {
  database = await startTestDatabase();
  await migrateCloud(database.url);
  pool = new Pool({ connectionString: database.url });
  // The database is dropped with whoever is still connected.
  pool.on('error', () => undefined);
  await pool.query(`create table effect (
    number int generated always as identity, name text primary key, tries int default 1,
    fence int default 0, pid int, ended int)`);
  requests = createRequests({
    store: createPostgresStateStore({ pool }),
    queue: createPostgresQueue<Hint>({ pool, name: 'ledger', maxDeliveries: 100 }),
    workflow: ledgerWorkflow(pool),
  });
});

afterEach(() => {
  for (const child of processes) child.kill('SIGKILL');
  processes.clear();
});

afterAll(async () => {
  await pool.end();
  await database.stop();
});

function startWorker(): ChildProcess {
  const child = spawn(process.execPath, [worker], {
    env: { PATH: process.env.PATH, DATABASE_URL: database.url },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  processes.add(child);
  return child;
}

async function until<Answer>(ask: () => Promise<Answer | null>, withinMs: number): Promise<Answer> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() > deadline) throw new Error(`did not happen within ${withinMs} ms`);
    await sleep(50);
  }
}

const count = async (condition: string): Promise<number> =>
  (await pool.query(`select count(*)::int as n from effect where ${condition}`)).rows[0].n;

test('work of a process killed in the middle of a step goes on with a living peer within 15 s', async () => {
  startWorker();
  startWorker();
  const key = { tenantId: 'foo', id: 'killed-mid-step' };
  await requests.submit({ ...key, request: { slowMs: 2_000 } });
  const pid = await until(async () => {
    const { rows } = await pool.query('select pid from effect where name = $1', [key.id]);
    return rows[0]?.pid ?? null;
  }, 20_000);
  const holder = [...processes].find((child) => child.pid === pid);
  holder?.kill('SIGKILL');
  const killedAt = performance.now();
  await until(async () => {
    const { rows } = await pool.query('select pid from effect where name = $1', [key.id]);
    return rows[0].pid === pid ? null : true;
  }, 15_000);
  process.stdout.write(
    `resumed by a peer ${Math.round(performance.now() - killedAt)} ms after kill -9\n`,
  );
  const view = await until(async () => {
    const found = await requests.get(key);
    return found?.state === 'succeeded' ? found : null;
  }, 20_000);
  const { rows } = await pool.query('select * from effect where name = $1', [key.id]);
  expect(view.memo.number).toBe(rows[0].number);
  expect(rows[0]).toMatchObject({ ended: rows[0].number, tries: 1 });
  expect(rows[0].fence).toBeGreaterThan(1);
});

test('of 1,000 requests under a dozen kills none is lost and none has its effect twice', async () => {
  const ids = Array.from({ length: 1_000 }, (_, n) => `many-${n}`);
  for (const id of ids)
    await requests.submit({ tenantId: `t${id.at(-1)}`, id, request: { slowMs: 0 } });
  startWorker();
  startWorker();
  let kills = 0;
  const done = `name like 'many-%' and ended is not null`;
  while ((await count(done)) < ids.length) {
    await sleep(1_000);
    const [oldest] = processes;
    if (oldest === undefined || kills >= 12) continue;
    oldest.kill('SIGKILL');
    processes.delete(oldest);
    kills += 1;
    startWorker();
  }
  const states = async (): Promise<string | null> => {
    const { rows } = await pool.query(
      `select distinct state->>'state' as state from cloud.state where id like 'many-%'`,
    );
    return rows.length === 1 && rows[0].state === 'succeeded' ? 'all' : null;
  };
  await until(states, 30_000);
  expect(kills).toBeGreaterThan(5);
  expect(await count(`name like 'many-%'`)).toBe(ids.length);
  expect(await count(`name like 'many-%' and ended is distinct from number`)).toBe(0);
  for (const id of ['many-0', 'many-999']) {
    expect((await requests.get({ tenantId: `t${id.at(-1)}`, id }))?.state).toBe('succeeded');
  }
  process.stdout.write(`1,000 requests ended under ${kills} kills\n`);
});
