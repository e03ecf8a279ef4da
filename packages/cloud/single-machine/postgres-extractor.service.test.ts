import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Extractor, ExtractRun, ExtractStart } from '../ports/index.ts';
import { eventually } from '../suites/eventually.ts';
import {
  type PostgresExtractorBackend,
  startExtractorBackend,
} from './testing/extractor-backend.ts';
import type { ExtractorProcessTask } from './testing/extractor-process.ts';

let backend: PostgresExtractorBackend;

beforeAll(async () => {
  backend = await startExtractorBackend();
});
beforeEach(() => {
  backend.bucket.failWith = null;
});
afterAll(() => backend.close());

function extractOf(sql: string, column = 't', secretRef = backend.secretRef): ExtractStart {
  const sqlHash = createHash('sha256').update(sql).digest('hex');
  return {
    requestId: randomUUID(),
    attempt: 1,
    datasets: [{ name: 'd', sql, sqlHash, schema: [{ name: column, type: 'string' }] }],
    secretRef,
    destination: backend.destination,
  };
}

const finish = (extractor: Extractor, runId: string): Promise<ExtractRun> =>
  eventually(async () => {
    const run = await extractor.describe(runId);
    expect(run.state).not.toBe('running');
    return run;
  }, 60_000);

async function extract(extractor: Extractor, start: ExtractStart): Promise<ExtractRun> {
  const { runId } = await extractor.start(start);
  return finish(extractor, runId);
}

const SLOW = `select 'x' as t from pg_sleep(60)`;
/** Random text hardly shrinks: several upload parts. */
const LARGE = `select encode(sha512(n::text::bytea), 'base64') as t from generate_series(1, 400000) n`;
const workFolders = async (): Promise<string[]> =>
  (await readdir(backend.deps.folder)).filter((name) => /^\d+-/.test(name));

test('a run whose process was killed has failed for whoever asks, and leaves neither process nor file', async () => {
  const task: ExtractorProcessTask = {
    url: backend.place.url,
    secretFolder: backend.place.secretFolder,
    deps: backend.deps,
    extract: extractOf(SLOW),
  };
  const script = fileURLToPath(new URL('./testing/extractor-process.ts', import.meta.url));
  const killed = spawn(process.execPath, [script, JSON.stringify(task)], { stdio: 'inherit' });
  await eventually(async () => expect(await backend.activeStatements()).toBe(1));
  const [folder] = await workFolders();
  expect(folder).toMatch(new RegExp(`^${killed.pid}-`));
  killed.kill('SIGKILL');
  const killedAt = performance.now();
  const extractor = backend.open();
  expect(await finish(extractor, `${task.extract.requestId}-1`)).toMatchObject({
    state: 'failed',
    failure: { retryable: true },
  });
  expect(performance.now() - killedAt).toBeLessThan(10_000);
  await eventually(async () => expect(await backend.activeStatements()).toBe(0), 3_000);
  const next = { ...extractOf(`select 'y' as t`), requestId: task.extract.requestId, attempt: 2 };
  expect(await extract(extractor, next)).toMatchObject({ state: 'succeeded', rows: 1 });
  expect(await workFolders()).toEqual([]);
});

test('a child that is killed fails its run at once, retryably', async () => {
  const extractor = backend.open();
  const { runId } = await extractor.start(extractOf(SLOW));
  await eventually(async () => expect(await backend.activeStatements()).toBe(1));
  const [child, ...others] = await extractChildren();
  if (child === undefined || others.length > 0) throw new Error('there should be one child');
  process.kill(child, 'SIGKILL');
  const killedAt = performance.now();
  expect(await finish(extractor, runId)).toMatchObject({
    state: 'failed',
    failure: { retryable: true },
  });
  expect(performance.now() - killedAt).toBeLessThan(3_000);
  expect(await workFolders()).toEqual([]);
});

test('a large file is uploaded in parts with the tenant’s credentials, which are asked for again as they expire', async () => {
  backend.bucket.accessKeys.splice(0);
  let asked = 0;
  const extractor = backend.open({
    // The SDK asks anew five minutes before the end.
    credentialsFor: async ({ tenantId, purpose }) => ({
      accessKeyId: `${tenantId}-${purpose}-${++asked}`,
      secretAccessKey: 's',
      expiration: new Date(Date.now() + 300_000 + 100),
    }),
  });
  const run = await extract(extractor, extractOf(LARGE));
  expect(run.failure).toBeNull();
  expect(run.files[0]?.bytes).toBeGreaterThan(16 * 1024 * 1024);
  expect(backend.bucket.accessKeys[0]).toBe('foo-extract-1');
  expect(backend.bucket.accessKeys.length).toBeGreaterThan(1);
  expect(backend.bucket.openUploads.size).toBe(0);
});

test.each([
  [503, true],
  [403, false],
])('a bucket that answers %i fails the run; trying again helps: %s', async (status, retryable) => {
  backend.bucket.failWith = status;
  const run = await extract(backend.open(), extractOf(`select 'x' as t`));
  expect(run).toMatchObject({ state: 'failed', failure: { retryable } });
  expect(run.failure?.cause).toContain('bucket');
});

test('cancelling during the upload leaves no parts in the bucket', async () => {
  const extractor = backend.open();
  const { runId } = await extractor.start(extractOf(LARGE));
  await eventually(() => expect(backend.bucket.openUploads.size).toBe(1), 30_000);
  await extractor.cancel(runId);
  await extractor.close();
  expect(backend.bucket.openUploads.size).toBe(0);
  expect(
    [...backend.bucket.objects.keys()].filter((key) => key.includes(runId.slice(0, 36))),
  ).toEqual([]);
});

test('without credentials the run fails and may be tried again', async () => {
  const extractor = backend.open({
    credentialsFor: async () => {
      throw new Error('AssumeRole was throttled');
    },
  });
  expect(await extract(extractor, extractOf(`select 'x' as t`))).toMatchObject({
    state: 'failed',
    failure: { retryable: true },
  });
});

test('only a replica is read, never the primary', async () => {
  const extractor = backend.open({ replica: backend.primary });
  const run = await extract(extractor, extractOf(`select 'x' as t`));
  expect(run).toMatchObject({ state: 'failed', rows: 0 });
  // Should the primary let the login in, the run itself refuses.
  await backend.secrets.create('owner', {
    user: 'postgres',
    password: decodeURIComponent(new URL(backend.place.url).password),
    maskingKey: backend.maskingKey,
  });
  const asOwner = await extract(extractor, extractOf(`select 'x' as t`, 't', 'owner'));
  expect(asOwner).toMatchObject({ failure: { cause: expect.stringContaining('replica is none') } });
});

test('a login that is missing, wrong, or has a key that is none fails the run with its cause', async () => {
  const good = await backend.secrets.get<Record<string, string>>(backend.secretRef);
  await backend.secrets.create('wrong-password', { ...good, password: 'wrong' });
  await backend.secrets.create('short-key', { ...good, maskingKey: 'short' });
  await backend.secrets.create('hostile-key', {
    ...good,
    maskingKey: `${'k'.repeat(32)} -c role=x`,
  });
  const extractor = backend.open();
  for (const [secretRef, cause] of [
    ['absent', 'no extraction login'],
    ['wrong-password', 'refused the extraction login'],
    ['short-key', 'masking key'],
    ['hostile-key', 'masking key'],
  ] as const) {
    expect(await extract(extractor, extractOf(`select 'x' as t`, 't', secretRef))).toMatchObject({
      state: 'failed',
      failure: { retryable: false, cause: expect.stringContaining(cause) },
    });
  }
});

test('a statement over the time limit is ended', async () => {
  const run = await extract(backend.open({ maxRunMs: 500 }), extractOf(SLOW));
  expect(run.failure).toEqual({
    cause: 'Reading took longer than a run may take.',
    retryable: false,
  });
});

test('memory stays bounded, whatever the number of rows', async () => {
  const extractor = backend.open();
  const rows = 3_000_000;
  const sql = `select n::text || repeat('x', 100) as t from generate_series(1, ${rows}) n`;
  const { runId } = await extractor.start(extractOf(sql));
  let peakKb = 0;
  const run = await eventually(async () => {
    for (const pid of await extractChildren()) peakKb = Math.max(peakKb, await peakMemoryKb(pid));
    const current = await extractor.describe(runId);
    expect(current.state).not.toBe('running');
    return current;
  }, 60_000);
  process.stdout.write(`${rows} rows at a peak of ${Math.round(peakKb / 1024)} MB\n`);
  expect(run).toMatchObject({ state: 'succeeded', rows });
  expect(peakKb).toBeGreaterThan(50 * 1024);
  expect(peakKb).toBeLessThan(512 * 1024);
});

test('a recovery conflict on the replica fails the run retryably', async () => {
  await backend.write(
    'create table suite.conflict (t text); insert into suite.conflict values (1)',
  );
  const extractor = backend.open();
  const { runId } = await extractor.start(extractOf('select t from suite.conflict, pg_sleep(90)'));
  await eventually(async () => expect(await backend.activeStatements()).toBe(1));
  await backend.writeOnly('truncate suite.conflict');
  expect(await finish(extractor, runId)).toMatchObject({
    state: 'failed',
    failure: { cause: expect.stringContaining('replica needed'), retryable: true },
  });
});

/** Our own children that run extracts. */
async function extractChildren(): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '');
    const ours = status.includes(`PPid:\t${process.pid}\n`);
    if (ours && command.includes('extract-child')) found.push(Number(name));
  }
  return found;
}

async function peakMemoryKb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0);
}
