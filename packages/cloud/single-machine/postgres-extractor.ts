import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, type Pool } from 'pg';
import type {
  Extractor,
  ExtractRun,
  ExtractSecret,
  ExtractStart,
  ObjectDestination,
  SecretStore,
} from '../ports/index.ts';
import type {
  Credentials,
  ExtractFailure,
  ExtractJob,
  FromChild,
  ReplicaPlace,
  S3Place,
  ToChild,
} from './extract/messages.ts';

const CHILD = fileURLToPath(new URL('./extract/extract-child.ts', import.meta.url));
/** Of JavaScript; DuckDB has a limit of its own. */
const CHILD_HEAP_MB = 128;
const BEAT_MS = 1_000;
/** A run whose process did not show itself for so long is nobody's. */
const DEAD_AFTER_SECONDS = 6;
/** How long a cancelled child may tidy up. */
const CANCEL_GRACE_MS = 1_500;
const DEFAULT_MAX_RUN_MS = 3_600_000;

export interface PostgresExtractorDeps {
  /** The database with the schema `cloud`, where the state of runs is kept. */
  readonly pool: Pool;
  readonly secrets: SecretStore;
  readonly replica: ReplicaPlace;
  readonly s3: S3Place;
  /** The authority to write into a tenant's bucket; asked again as it expires. */
  readonly credentialsFor: (ref: ObjectDestination['credentialsRef']) => Promise<Credentials>;
  /** A folder on a disk with room for the largest file; leftovers of dead processes in it are removed. */
  readonly folder: string;
  /** Longest statement, in milliseconds: a long snapshot bloats the primary. Default one hour. */
  readonly maxRunMs?: number;
  /** Told what failures really were; details may hold data. */
  readonly onError?: (detail: string, runId: string) => void;
}

export interface PostgresExtractor extends Extractor {
  /** Ends the runs of this process; they count as failed and retryable. */
  close(): Promise<void>;
}

const ENDED: ExtractFailure = {
  cause: 'The process that ran the extraction ended.',
  retryable: true,
};

interface LocalRun {
  stop(): void;
  readonly ended: Promise<void>;
}

/** COPY on the replica → DuckDB → Parquet → S3, each run in a child process of its own. */
export function createPostgresExtractor(deps: PostgresExtractorDeps): PostgresExtractor {
  const { pool, secrets, folder } = deps;
  const local = new Map<string, LocalRun>();

  /** Ends the run in the table; false when it had ended. */
  async function end(
    runId: string,
    run: Partial<ExtractRun> & Pick<ExtractRun, 'state'>,
  ): Promise<boolean> {
    const { rowCount } = await pool.query(
      `update cloud.extract_run set state = $2, failure = $3, files = $4
       where run_id = $1 and state = 'running'`,
      [runId, run.state, json(run.failure ?? null), JSON.stringify(run.files ?? [])],
    );
    return rowCount === 1;
  }

  async function run(runId: string, extract: ExtractStart, stopping: AbortSignal): Promise<void> {
    const secret = await secrets.get<ExtractSecret>(extract.secretRef);
    if (secret === null) {
      const cause = 'The tenant has no extraction login.';
      await end(runId, { state: 'failed', failure: { cause, retryable: false } });
      return;
    }
    await sweep(folder);
    const workFolder = await mkdtemp(join(folder, `${process.pid}-`));
    try {
      const job = jobOf(deps, runId, extract, secret, workFolder);
      const outcome = await supervise(deps, job, extract.destination.credentialsRef, stopping);
      await end(runId, outcome);
    } finally {
      await rm(workFolder, { recursive: true, force: true });
    }
  }

  function launch(runId: string, extract: ExtractStart): void {
    const stopping = new AbortController();
    const ended = run(runId, extract, stopping.signal)
      .catch(async (error) => {
        deps.onError?.(String(error), runId);
        await end(runId, { state: 'failed', failure: ENDED }).catch(() => undefined);
      })
      .finally(() => local.delete(runId));
    local.set(runId, { stop: () => stopping.abort(), ended });
  }

  return {
    async start(extract) {
      const runId = `${extract.requestId}-${extract.attempt}`;
      const { rowCount } = await pool.query(
        `insert into cloud.extract_run (run_id, request_id, attempt, state)
         values ($1, $2, $3, 'running') on conflict do nothing`,
        [runId, extract.requestId, extract.attempt],
      );
      if (rowCount === 1) launch(runId, extract);
      return { runId };
    },

    async describe(runId) {
      await pool.query(
        `update cloud.extract_run set state = 'failed', failure = $2
         where run_id = $1 and state = 'running'
           and beat_at < clock_timestamp() - make_interval(secs => ${DEAD_AFTER_SECONDS})`,
        [runId, json(ENDED)],
      );
      const { rows } = await pool.query<ExtractRun>(
        `select state, rows::float8 as rows, bytes::float8 as bytes, snapshot, files, failure
         from cloud.extract_run where run_id = $1`,
        [runId],
      );
      const unknown = { state: 'failed', rows: 0, bytes: 0, snapshot: null, files: [] } as const;
      return rows[0] ?? { ...unknown, failure: ENDED };
    },

    async cancel(runId) {
      // Another process' run is found cancelled at its next beat.
      await end(runId, { state: 'cancelled' });
      local.get(runId)?.stop();
    },

    async close() {
      const runs = [...local];
      for (const [runId, { stop }] of runs) {
        await end(runId, { state: 'failed', failure: ENDED });
        stop();
      }
      await Promise.all(runs.map(([, { ended }]) => ended));
    },
  };
}

function jobOf(
  { replica, s3, maxRunMs = DEFAULT_MAX_RUN_MS }: PostgresExtractorDeps,
  runId: string,
  { requestId, attempt, datasets, destination }: ExtractStart,
  secret: ExtractSecret,
  folder: string,
): ExtractJob {
  const { bucket, prefix } = destination;
  const withKeys = datasets.map((dataset) => ({
    ...dataset,
    key: `${prefix}${dataset.name}/${requestId}/part-${attempt}-00000.parquet`,
  }));
  return { runId, datasets: withKeys, bucket, secret, replica, s3, folder, maxRunMs };
}

/** Runs the job in a child until it reports its end, dies, is stopped, or the table says that the run is over. */
async function supervise(
  { pool, credentialsFor, onError }: PostgresExtractorDeps,
  job: ExtractJob,
  credentialsRef: ObjectDestination['credentialsRef'],
  stopping: AbortSignal,
): Promise<Partial<ExtractRun> & Pick<ExtractRun, 'state'>> {
  const child = startChild();
  const say = (message: ToChild): void => {
    if (child.connected) child.send(message, () => undefined);
  };
  const { promise: outcome, resolve } = Promise.withResolvers<
    Partial<ExtractRun> & Pick<ExtractRun, 'state'>
  >();
  let backendPid: number | null = null;
  let progress = { rows: 0, bytes: 0 };
  let killing: NodeJS.Timeout | undefined;

  function stop(): void {
    if (killing !== undefined) return;
    say({ type: 'cancel' });
    if (backendPid !== null) void endBackend(job, backendPid).catch((error) => fault(error));
    killing = setTimeout(() => child.kill('SIGKILL'), CANCEL_GRACE_MS);
  }
  const fault = (error: unknown): void => onError?.(String(error), job.runId);

  async function beat(): Promise<void> {
    const { rowCount } = await pool.query(
      `update cloud.extract_run set rows = $2, bytes = $3, beat_at = clock_timestamp()
       where run_id = $1 and state = 'running'`,
      [job.runId, progress.rows, progress.bytes],
    );
    if (rowCount === 0) stop();
  }

  async function giveCredentials(): Promise<void> {
    try {
      say({ type: 'credentials', credentials: await credentialsFor(credentialsRef) });
    } catch (error) {
      fault(error);
      say({ type: 'credentials', credentials: null });
    }
  }

  child.on('message', (message: FromChild) => {
    switch (message.type) {
      case 'ready':
        return say({ type: 'job', job });
      case 'credentials':
        return void giveCredentials();
      case 'backend':
        backendPid = message.pid;
        if (killing !== undefined) void endBackend(job, backendPid).catch(fault);
        return void keepSnapshot(pool, job.runId, message.snapshot).catch(fault);
      case 'progress':
        progress = message;
        return;
      case 'done':
        return resolve({ state: 'succeeded', files: message.files });
      case 'failed':
        fault(message.detail);
        return resolve({ state: 'failed', failure: message.failure });
    }
  });
  child.on('exit', () => resolve({ state: 'failed', failure: ENDED }));
  child.on('error', fault);
  stopping.addEventListener('abort', stop);
  if (stopping.aborted) stop();
  const beating = setInterval(() => void beat().catch(fault), BEAT_MS);
  try {
    const ended = await outcome;
    await exited(child);
    await beat();
    return ended;
  } finally {
    clearInterval(beating);
    clearTimeout(killing);
    stopping.removeEventListener('abort', stop);
  }
}

function startChild(): ChildProcess {
  const child = fork(CHILD, [], {
    execArgv: [`--max-old-space-size=${CHILD_HEAP_MB}`],
    // Keeps the expiration of credentials a date.
    serialization: 'advanced',
    env: { PATH: process.env.PATH, NODE_ENV: process.env.NODE_ENV },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  // Requests of people go before extracts.
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  return child;
}

/** A child that is gone need not have reached its backend, which may be busy without writing a row. */
async function endBackend({ replica, secret, runId }: ExtractJob, pid: number): Promise<void> {
  const client = new Client({
    ...replica,
    user: secret.user,
    password: secret.password,
    application_name: `cancel ${runId}`.slice(0, 63),
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('select pg_terminate_backend($1)', [pid]).finally(() => client.end());
}

async function keepSnapshot(pool: Pool, runId: string, snapshot: unknown): Promise<void> {
  await pool.query('update cloud.extract_run set snapshot = $2 where run_id = $1', [
    runId,
    json(snapshot),
  ]);
}

function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}

/** Removes folders of processes that are gone. */
async function sweep(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder)) {
    const pid = Number(/^(\d+)-/.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

const json = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));
