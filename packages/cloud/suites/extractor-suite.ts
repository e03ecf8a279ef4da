import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  ExtractColumn,
  ExtractDataset,
  Extractor,
  ExtractRun,
  ExtractStart,
} from '../ports/index.ts';
import { eventually } from './eventually.ts';

/** A replica with a login that may read the schema `suite` alone, and a bucket. */
export interface ExtractorBackend {
  /** The extractor as one process has it. */
  open(): Extractor;
  /** Runs SQL on the primary as its owner; returns once the replica has it. */
  write(sql: string): Promise<void>;
  /** How many statements of extraction logins the replica is running. */
  activeStatements(): Promise<number>;
  readonly secretRef: string;
  readonly maskingKey: string;
  readonly destination: ExtractStart['destination'];
  /** An object of the bucket. */
  read(key: string): Promise<Buffer | null>;
  close(): Promise<void>;
}

/** What every `Extractor` does, whatever it runs on. */
export function extractorSuite(family: string, start: () => Promise<ExtractorBackend>): void {
  describe(`Extractor on ${family}`, () => {
    let backend: ExtractorBackend;
    let extractor: Extractor;
    let folder: string;

    beforeAll(async () => {
      backend = await start();
      extractor = backend.open();
      folder = await mkdtemp(join(tmpdir(), 'atelier-parquet-'));
    });
    afterAll(async () => {
      await rm(folder, { recursive: true });
      await backend.close();
    });

    const dataset = (
      name: string,
      sql: string,
      schema: readonly ExtractColumn[],
    ): ExtractDataset => ({
      name,
      sql,
      sqlHash: createHash('sha256').update(sql).digest('hex'),
      schema,
    });
    const text = (name: string): ExtractColumn => ({ name, type: 'string' });

    const begin = (datasets: readonly ExtractDataset[], requestId = randomUUID(), attempt = 1) =>
      extractor.start({
        requestId,
        attempt,
        datasets,
        secretRef: backend.secretRef,
        destination: backend.destination,
      });

    async function finish(runId: string): Promise<ExtractRun> {
      return eventually(async () => {
        const run = await extractor.describe(runId);
        expect(run.state).not.toBe('running');
        return run;
      }, 60_000);
    }

    async function extract(...datasets: ExtractDataset[]): Promise<ExtractRun> {
      return finish((await begin(datasets)).runId);
    }

    async function rowsOf(run: ExtractRun, name: string): Promise<Record<string, unknown>[]> {
      expect(run.failure).toBeNull();
      const file = run.files.find((candidate) => candidate.dataset === name);
      const bytes = file === undefined ? null : await backend.read(file.key);
      if (file === undefined || bytes === null) throw new Error(`no file of ${name}`);
      const path = join(folder, `${randomUUID()}.parquet`);
      await writeFile(path, bytes);
      const duckdb = await (await DuckDBInstance.create()).connect();
      await duckdb.run(`set timezone = 'UTC'`);
      const result = await duckdb.runAndReadAll(`select * from '${path}'`);
      return result.getRowObjectsJson();
    }

    const nasty = [
      "''",
      "' '",
      "e'\\t'",
      "e'\\n'",
      "e'\\r\\n'",
      "'\\N'",
      "'\\'",
      "'\\\\'",
      "'\\n'",
      "'\\\\N'",
      "e'\\b\\f\\x0b'",
      "'\\.'",
      "'NULL'",
      '\'"quoted", comma\'',
      "e'it''s\\ta\\\\b'",
      "'漢字 👩‍🔬 e\u0301'",
      "repeat('x', 1000000)",
      'chr(1) || chr(127)',
    ];

    test('text arrives as it is, whatever it holds, and NULL stays apart from empty', async () => {
      await backend.write(`
        create table suite.texts (n int, t text);
        insert into suite.texts select row_number() over (), v
        from unnest(array[${nasty.join(', ')}, null]) v`);
      const sql = "select n, t, encode(sha256(convert_to(t, 'UTF8')), 'hex') as h from suite.texts";
      const schema: ExtractColumn[] = [{ name: 'n', type: 'integer' }, text('t'), text('h')];
      const run = await extract(dataset('texts', sql, schema));
      const rows = await rowsOf(run, 'texts');
      expect(rows).toHaveLength(nasty.length + 1);
      for (const { t, h } of rows) {
        const hash = t === null ? null : createHash('sha256').update(String(t)).digest('hex');
        expect(hash).toBe(h);
      }
      expect(rows.filter(({ t }) => t === null)).toHaveLength(1);
      expect(rows.filter(({ t }) => t === '')).toHaveLength(1);
    });

    test('a single column of empty and NULL texts loses no row', async () => {
      const sql = `select * from (values (''), (null), ('x'), ('')) v (t)`;
      const run = await extract(dataset('single', sql, [text('t')]));
      expect(run.rows).toBe(4);
      const values = (await rowsOf(run, 'single')).map(({ t }) => t);
      expect(values.sort()).toEqual(['', '', null, 'x']);
    });

    test('every type arrives with its full precision', async () => {
      await backend.write(`
        create table suite.types (i bigint, d numeric(18, 2), f double precision, b boolean,
          day date, at timestamptz);
        insert into suite.types values
          (9223372036854775807, 1234567890123456.78, 0.1::float8 + 0.2, true, '1998-06-30',
           '1998-06-30T23:59:59.123456+02'),
          (-1, -0.01, 1e300, false, '0001-01-01', '9999-12-31T23:59:59.999999Z'),
          (null, null, null, null, null, null)`);
      const run = await extract(
        dataset('types', 'select * from suite.types', [
          { name: 'i', type: 'integer' },
          { name: 'd', type: 'decimal', precision: { digits: 18, scale: 2 } },
          { name: 'f', type: 'double' },
          { name: 'b', type: 'boolean' },
          { name: 'day', type: 'date' },
          { name: 'at', type: 'timestamp' },
        ]),
      );
      const rows = await rowsOf(run, 'types');
      expect(rows).toHaveLength(3);
      expect(rows).toContainEqual({
        i: '9223372036854775807',
        d: '1234567890123456.78',
        f: 0.30000000000000004,
        b: true,
        day: '1998-06-30',
        at: '1998-06-30 21:59:59.123456+00',
      });
      expect(rows).toContainEqual({
        i: '-1',
        d: '-0.01',
        f: 1e300,
        b: false,
        day: '0001-01-01',
        at: '9999-12-31 23:59:59.999999+00',
      });
      expect(rows).toContainEqual({ i: null, d: null, f: null, b: null, day: null, at: null });
    });

    test('files are told with the size, rows and hash that they have, under the request’s own key', async () => {
      const requestId = randomUUID();
      const sql = 'select n::text as n from generate_series(1, 50000) n';
      const { runId } = await begin([dataset('numbers', sql, [text('n')])], requestId, 3);
      const run = await finish(runId);
      const [file] = run.files;
      expect(run).toMatchObject({ state: 'succeeded', rows: 50_000, failure: null });
      expect(run.bytes).toBeGreaterThan(200_000);
      expect(file).toMatchObject({ dataset: 'numbers', rows: 50_000 });
      expect(file?.key).toBe(
        `${backend.destination.prefix}numbers/${requestId}/part-3-00000.parquet`,
      );
      const bytes = await backend.read(file?.key ?? '');
      expect(file?.bytes).toBe(bytes?.length);
      expect(file?.sha256).toBe(
        createHash('sha256')
          .update(bytes ?? '')
          .digest('hex'),
      );
      expect(run.snapshot?.lsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
      expect(Date.parse(run.snapshot?.takenAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
    });

    test('a dataset without rows is a file without rows', async () => {
      const sql = `select 'x' as t, 1::bigint as i where false`;
      const schema: ExtractColumn[] = [text('t'), { name: 'i', type: 'integer' }];
      const run = await extract(dataset('empty', sql, schema));
      expect(await rowsOf(run, 'empty')).toEqual([]);
    });

    test('all datasets of a run see one snapshot, whatever is written meanwhile', async () => {
      await backend.write(`
        create table suite.one (n int); create table suite.two (n int);
        insert into suite.one select generate_series(1, 100); insert into suite.two select generate_series(1, 100)`);
      const slow = 'select n::text as n from suite.one, pg_sleep(2)';
      const { runId } = await begin([
        dataset('one', slow, [text('n')]),
        dataset('two', 'select n::text as n from suite.two', [text('n')]),
      ]);
      await eventually(async () => expect(await backend.activeStatements()).toBe(1));
      await backend.write(
        'begin; insert into suite.one values (0); insert into suite.two values (0); commit',
      );
      const run = await finish(runId);
      expect(run.files.map(({ rows }) => rows)).toEqual([100, 100]);
    });

    test('the masking key reaches the statement as a setting', async () => {
      const sql = `select current_setting('atelier.masking_key') as k`;
      const run = await extract(dataset('keyed', sql, [text('k')]));
      expect(await rowsOf(run, 'keyed')).toEqual([{ k: backend.maskingKey }]);
    });

    test('nothing can be written', async () => {
      const sql = `select set_config('x.y', txid_current()::text, true) as t`;
      const run = await extract(dataset('writing', sql, [text('t')]));
      expect(run).toMatchObject({ state: 'failed', failure: { retryable: false } });
    });

    const refused: [string, string, ExtractColumn['type']][] = [
      ['a date before our era', `select '0044-03-15 BC'::date as v`, 'date'],
      ['an endless date', `select 'infinity'::date as v`, 'date'],
      ['a time before our era', `select '0044-03-15 12:00:00 BC'::timestamptz as v`, 'timestamp'],
      ['a time after 9999', `select '12026-01-01T00:00:00Z'::timestamptz as v`, 'timestamp'],
      ['text where a time belongs', `select 'Ides of March' as v`, 'timestamp'],
      ['text where a number belongs', `select 'secret' as v`, 'integer'],
      ['a decimal that is no number', `select 'NaN'::numeric as v`, 'decimal'],
    ];
    test.each(refused)('%s fails the run instead of arriving wrong', async (_, sql, type) => {
      const run = await extract(dataset('refused', sql, [{ name: 'v', type }]));
      expect(run).toMatchObject({ state: 'failed', files: [], failure: { retryable: false } });
      expect(run.failure?.cause).not.toMatch(/secret|March|0044/);
    });

    test('a column that the login may not read fails the run, and no file of it stays', async () => {
      await backend.write(
        'create schema if not exists hidden; create table hidden.t (secret text)',
      );
      const requestId = randomUUID();
      const { runId } = await begin(
        [
          dataset('fine', `select 'x' as t`, [text('t')]),
          dataset('hidden', 'select secret from hidden.t', [text('secret')]),
        ],
        requestId,
      );
      const run = await finish(runId);
      expect(run).toMatchObject({ state: 'failed', files: [], failure: { retryable: false } });
      const key = `${backend.destination.prefix}fine/${requestId}/part-1-00000.parquet`;
      expect(await backend.read(key)).toBeNull();
    });

    test('cancelling reaches the database within two seconds, also from another process', async () => {
      for (const canceller of [extractor, backend.open()]) {
        await eventually(async () => expect(await backend.activeStatements()).toBe(0));
        const sql = `select 'x' as t from pg_sleep(60)`;
        const { runId } = await begin([dataset('slow', sql, [text('t')])]);
        await eventually(async () => expect(await backend.activeStatements()).toBe(1));
        const cancelledAt = performance.now();
        await canceller.cancel(runId);
        expect((await extractor.describe(runId)).state).toBe('cancelled');
        await eventually(async () => expect(await backend.activeStatements()).toBe(0));
        expect(performance.now() - cancelledAt).toBeLessThan(2_000);
        expect(await finish(runId)).toMatchObject({ state: 'cancelled', files: [] });
      }
    });

    test('cancelling what has ended changes nothing', async () => {
      const { runId } = await begin([dataset('quick', `select 'x' as t`, [text('t')])]);
      const run = await finish(runId);
      await extractor.cancel(runId);
      expect(await extractor.describe(runId)).toEqual(run);
      await extractor.cancel('no such run');
    });

    test('starting an attempt twice gives one run', async () => {
      const requestId = randomUUID();
      const numbers = [dataset('once', `select 'x' as t`, [text('t')])];
      const [first, second] = await Promise.all([
        begin(numbers, requestId),
        begin(numbers, requestId),
      ]);
      expect(first).toEqual(second);
      expect((await begin(numbers, requestId, 2)).runId).not.toBe(first.runId);
      expect(await finish(first.runId)).toMatchObject({ state: 'succeeded', rows: 1 });
    });

    test('an unknown run has failed, and may be started over', async () => {
      expect(await extractor.describe(randomUUID())).toMatchObject({
        state: 'failed',
        failure: { retryable: true },
      });
    });

    test('progress is told while a run goes on', async () => {
      const sql = `select repeat('x', 100) as t, pg_sleep(case n % 1000 when 0 then 0.1 else 0 end)::text as s
        from generate_series(1, 40000) n`;
      const { runId } = await begin([dataset('watched', sql, [text('t'), text('s')])]);
      const seen = new Set<number>();
      const run = await eventually(async () => {
        const current = await extractor.describe(runId);
        seen.add(current.rows);
        expect(current.state).not.toBe('running');
        return current;
      }, 60_000);
      expect(run.rows).toBe(40_000);
      expect([...seen].some((rows) => rows > 0 && rows < 40_000)).toBe(true);
    });
  });
}
