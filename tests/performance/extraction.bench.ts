import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stdout } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ExtractDataset, Extractor, ExtractRun } from '@atelier/cloud/ports';
import {
  createFileSecretStore,
  createPostgresExtractor,
  migrateCloud,
} from '@atelier/cloud/single-machine';
import {
  type ColumnDefinition,
  type CompiledSelect,
  compileSelect,
  type DatasetDefinition,
  decide,
  type MaskingRule,
} from '@atelier/masking';
import { startTestDatabase } from '@atelier/single-machine/testing';
import pg from 'pg';
import { type BenchmarkRow, median, report } from './report.ts';

/** Extraction to Parquet in a bucket against psql reading the same rows of the same replica into nothing. */

const ROWS = 1_000_000;
const RUNS = 5;
const run = promisify(execFile);

const columnNames: readonly [string, ColumnDefinition['type'], string][] = [
  ['id', 'uuid', 'gen_random_uuid()'],
  [
    'email',
    'text',
    `'customer' || n || '@' || (array['foo', 'bar', 'baz'])[1 + n % 3] || '.example'`,
  ],
  ['first_name', 'text', `(array['Mara', 'Dev', 'Tess', 'Paul', 'Ines'])[1 + n % 5]`],
  ['last_name', 'text', `'Name' || (n::bigint * 7919) % 20000`],
  ['phone', 'text', `'+49 30 ' || (n::bigint * 104729) % 10000000`],
  ['street', 'text', `'Street of the year ' || n % 900 || ', ' || n % 77`],
  ['city', 'text', `(array['Berlin', 'Hamburg', 'München', 'Köln'])[1 + n % 4]`],
  ['postcode', 'text', `lpad((n % 99999)::text, 5, '0')`],
  ['country', 'text', `'DE'`],
  ['birth_date', 'date', `date '1950-01-01' + n % 20000`],
  ['segment', 'text', `(array['gold', 'silver', 'new'])[1 + n % 3]`],
  ['visits', 'integer', 'n % 500'],
  ['spent', 'numeric', '(n % 100000) / 100.0'],
  ['ratio', 'double precision', '(n % 1000) / 7.0'],
  ['active', 'boolean', 'n % 2 = 0'],
  ['source', 'text', `(array['web', 'shop', null])[1 + n % 3]`],
  ['note', 'text', `repeat('note ', n % 8)`],
  ['occurred_at', 'timestamptz', `timestamptz '2020-01-01Z' + n * interval '1 minute'`],
  ['recorded_at', 'timestamptz', `timestamptz '2020-01-01Z' + n * interval '61 seconds'`],
  ['updated_at', 'timestamptz', `timestamptz '2020-01-01Z' + n * interval '62 seconds'`],
];

const customers: DatasetDefinition = {
  name: 'customers',
  title: '',
  description: '',
  table: { schema: 'bench', name: 'customer' },
  columns: columnNames.map(([name, type]) => ({
    name,
    type,
    description: '',
    classification: 'plain',
    ...(type === 'numeric' ? { precision: { digits: 18, scale: 2 } } : {}),
  })),
  time: { occurredAt: 'occurred_at', deletedAt: 'deleted_at' },
};

function select(columns: Record<string, MaskingRule>): CompiledSelect {
  const byClassification = { plain: { rule: 'asIs' } } as const;
  const datasets = { customers: { byClassification, columns } };
  const verdict = decide(customers, 'scientist', [
    { version: 1, roles: { scientist: { datasets } } },
  ]);
  if (verdict === null) throw new Error('the policy gives nothing');
  return compileSelect({ dataset: customers, verdict, keyVersion: 1 });
}

/** Takes whatever is uploaded and keeps nothing. */
async function startSink() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('etag', '"sunk"');
      const uploadId = '<UploadId>u</UploadId>';
      const begun = `<InitiateMultipartUploadResult>${uploadId}</InitiateMultipartUploadResult>`;
      const ended =
        '<CompleteMultipartUploadResult><ETag>"sunk"</ETag></CompleteMultipartUploadResult>';
      response.end(
        request.method !== 'POST' ? '' : request.url?.includes('uploads') ? begun : ended,
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { endpoint, close: () => server.close() };
}

async function extract(extractor: Extractor, dataset: ExtractDataset) {
  const startedAt = performance.now();
  const { runId } = await extractor.start({
    requestId: randomUUID(),
    attempt: 1,
    datasets: [dataset],
    secretRef: 'bench',
    destination: {
      bucket: 'bench',
      prefix: 'extracts/',
      credentialsRef: { tenantId: 'bench', purpose: 'extract' },
    },
  });
  let peakMb = 0;
  for (;;) {
    await sleep(100);
    peakMb = Math.max(peakMb, await childPeakMb());
    const state: ExtractRun = await extractor.describe(runId);
    if (state.state === 'running') continue;
    if (state.state !== 'succeeded') throw new Error(state.failure?.cause ?? state.state);
    return { seconds: (performance.now() - startedAt) / 1000, peakMb, rows: state.rows };
  }
}

/** Of the child that extracts; the servers are children too. */
async function childPeakMb(): Promise<number> {
  const children = await readFile(`/proc/self/task/${process.pid}/children`, 'utf8');
  for (const child of children.trim().split(' ')) {
    const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
    if (!command.includes('extract-child')) continue;
    const status = await readFile(`/proc/${child}/status`, 'utf8').catch(() => '');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  }
  return 0;
}

const database = await startTestDatabase();
const folder = await mkdtemp(join(tmpdir(), 'atelier-bench-'));
const sink = await startSink();
const pool = new pg.Pool({ connectionString: database.url });
pool.on('error', () => undefined);
const secret = {
  user: `extract_${randomBytes(6).toString('hex')}`,
  password: randomBytes(18).toString('hex'),
  maskingKey: randomBytes(32).toString('hex'),
};

async function prepare(): Promise<string> {
  stdout.write(`making ${ROWS} rows of ${columnNames.length} columns\n`);
  await migrateCloud(database.url);
  const columns = columnNames.map(
    ([name, type]) => `${name} ${type === 'numeric' ? 'numeric(18, 2)' : type}`,
  );
  await pool.query(`
    create extension pgcrypto; create schema bench;
    create table bench.customer (${columns.join(', ')}, deleted_at timestamptz);
    insert into bench.customer select ${columnNames.map(([, , value]) => value).join(', ')}
      from generate_series(1, ${ROWS}) n;
    analyze bench.customer;
    create role ${secret.user} login password '${secret.password}';
    grant usage on schema bench to ${secret.user};
    grant select on bench.customer to ${secret.user}`);
  await database.waitForReplica();
  const { rows } = await pool.query('show server_version');
  return rows[0].server_version;
}

async function readByPsql(sql: string): Promise<number> {
  const startedAt = performance.now();
  const command = `copy (${sql}) to stdout`;
  const url = database.replicaUrlFor(secret.user, secret.password);
  await run(
    'sh',
    ['-c', 'exec psql -qX -v ON_ERROR_STOP=1 -c "$1" "$2" > /dev/null', 'sh', command, url],
    {
      env: { PATH: process.env.PATH, PGOPTIONS: `-c atelier.masking_key=${secret.maskingKey}` },
    },
  );
  return (performance.now() - startedAt) / 1000;
}

async function measure(): Promise<BenchmarkRow[]> {
  const secrets = createFileSecretStore({ directory: join(folder, 'secrets') });
  await secrets.create('bench', secret);
  const extractor = createPostgresExtractor({
    pool,
    secrets,
    replica: { host: database.host, port: database.replicaPort, database: database.name },
    s3: { region: 'local', endpoint: sink.endpoint, forcePathStyle: true },
    credentialsFor: async () => ({ accessKeyId: 'k', secretAccessKey: 's' }),
    folder: join(folder, 'work'),
    onError: (detail) => stdout.write(`${detail}\n`),
  });
  const cases = [
    { what: 'unmasked', leastRatio: 0.85, compiled: select({}) },
    {
      what: 'with 3 masks',
      leastRatio: 0.95,
      compiled: select({
        email: { rule: 'pseudonym' },
        phone: { rule: 'partial', of: 'phone', keepEnd: 2 },
        birth_date: { rule: 'truncateDate', unit: 'month' },
      }),
    },
  ];
  const rows: BenchmarkRow[] = [];
  let peakMb = 0;
  for (const { what, leastRatio, compiled } of cases) {
    const { sql, sqlHash, schema } = compiled;
    const ours: number[] = [];
    const theirs: number[] = [];
    // In turns, so that both see the same machine.
    for (let n = 0; n < RUNS; n += 1) {
      theirs.push(await readByPsql(sql));
      const extracted = await extract(extractor, { name: 'customers', sql, sqlHash, schema });
      if (extracted.rows !== ROWS) throw new Error(`${extracted.rows} rows of ${ROWS}`);
      ours.push(extracted.seconds);
      peakMb = Math.max(peakMb, extracted.peakMb);
    }
    rows.push({
      what: `1 M × 20 to Parquet, ${what}`,
      measured: Number(median(ours).toFixed(2)),
      unit: 's',
      against: { what: 'psql COPY, same query', measured: Number(median(theirs).toFixed(2)) },
      ratio: median(theirs) / median(ours),
      goal: { leastRatio },
    });
  }
  rows.push({
    what: 'memory of the extracting process at its peak',
    measured: Math.round(peakMb),
    unit: 'MB',
    against: null,
    ratio: null,
    goal: { most: 512 },
  });
  await extractor.close();
  return rows;
}

try {
  const postgres = await prepare();
  const { stdout: psql } = await run('psql', ['--version']);
  await report('extraction', await measure(), { postgres, psql: psql.trim() });
} finally {
  sink.close();
  await pool.query(`drop owned by ${secret.user}; drop role ${secret.user}`).catch(() => undefined);
  await pool.end();
  await database.stop();
  await rm(folder, { recursive: true, force: true });
}
