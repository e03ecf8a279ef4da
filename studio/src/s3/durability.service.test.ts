import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes, randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startTestDatabase, type TestDatabase } from '@atelier/single-machine/testing';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { TemporaryKeys } from '../iam/access.ts';

const Bucket = 'survivor';

interface Serving {
  readonly endpoint: string;
  readonly accountId: string;
  readonly keys: TemporaryKeys;
}

let database: TestDatabase;
let home: string;

beforeAll(async () => {
  database = await startTestDatabase();
  home = await mkdtemp(join(tmpdir(), 'studio-durability-'));
});

afterAll(async () => {
  await database.stop();
  await rm(home, { recursive: true });
});

/** A Studio in a process of its own, over the same home and database each time. */
async function startProcess(
  accountId: string | null,
): Promise<{ child: ChildProcess; serving: Serving; client: S3Client }> {
  const script = fileURLToPath(new URL('../testing/storage-process.ts', import.meta.url));
  const known = accountId === null ? [] : [accountId];
  const child = spawn(process.execPath, [script, database.url, home, ...known], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!child.stdout) throw new Error('unreachable: stdout is a pipe');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const serving = JSON.parse(String(line)) as Serving;
  const { accessKeyId, secretAccessKey, sessionToken } = serving.keys;
  const client = new S3Client({
    endpoint: serving.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    maxAttempts: 1,
  });
  return { child, serving, client };
}

/** What a key may hold: the last content that was acknowledged, or one whose answer never came. */
interface Expectation {
  acknowledged: string | null;
  possible: Set<string>;
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Writes to a few keys of its own, again and again, until the server dies. */
async function writeUntilDead(
  client: S3Client,
  writer: string,
  expectations: Map<string, Expectation>,
  stopped: () => boolean,
): Promise<void> {
  while (!stopped()) {
    const Key = `${writer}/${randomInt(4)}`;
    const Body = randomBytes(randomInt(3) === 0 ? randomInt(6 << 20, 12 << 20) : randomInt(40_000));
    const hash = sha256(Body);
    const expectation = expectations.get(Key) ?? { acknowledged: null, possible: new Set() };
    expectations.set(Key, expectation);
    expectation.possible.add(hash);
    try {
      if (Body.length > 6 << 20 && randomInt(2) === 0) {
        await new Upload({ client, params: { Bucket, Key, Body } }).done();
      } else {
        await client.send(new PutObjectCommand({ Bucket, Key, Body }));
      }
      expectation.acknowledged = hash;
      expectation.possible = new Set([hash]);
    } catch (error) {
      if (!stopped()) throw error;
    }
  }
}

test('kill -9 in the middle of puts loses nothing acknowledged and leaves nothing half', async () => {
  const expectations = new Map<string, Expectation>();
  let accountId: string | null = null;
  for (let round = 0; round < 4; round += 1) {
    const { child, serving, client } = await startProcess(accountId);
    ({ accountId } = serving);
    await client.send(new CreateBucketCommand({ Bucket }));
    let dead = false;
    const writers = ['a', 'b', 'c', 'd'].map((writer) =>
      writeUntilDead(client, writer, expectations, () => dead),
    );
    await sleep(randomInt(1_500, 2_500));
    dead = true;
    child.kill('SIGKILL');
    await Promise.all([...writers, once(child, 'exit')]);
    client.destroy();
  }
  const acknowledged = [...expectations.values()].filter((e) => e.acknowledged !== null);
  expect(acknowledged.length).toBeGreaterThan(10);

  // As if one of the kills had come between the rename and the row.
  await writeFile(join(home, 's3', 'blobs', 'ab', `ab${randomUUID().slice(2)}`), 'orphan');
  const { child, client } = await startProcess(accountId);
  try {
    const keys: string[] = [];
    for await (const page of paginateListObjectsV2({ client }, { Bucket })) {
      keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
    }
    for (const [key, { acknowledged: known }] of expectations) {
      if (known !== null) expect(keys).toContain(key);
    }
    for (const Key of keys) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      const hash = sha256((await Body?.transformToByteArray()) ?? new Uint8Array());
      expect([...(expectations.get(Key)?.possible ?? [])]).toContain(hash);
    }
    await vi.waitFor(expectNoLeak, { timeout: 20_000, interval: 250 });
  } finally {
    client.destroy();
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}, 240_000);

/** Every file is named by a row and every row names a file: what the crashes left is gone after a start. */
async function expectNoLeak(): Promise<void> {
  const pool = new pg.Pool({ connectionString: database.url });
  pool.on('error', () => undefined);
  try {
    const { rows } = await pool.query<{ id: string; content_id: string | null }>(
      'select id, content_id from s3.blob',
    );
    expect(rows.filter((row) => row.content_id === null)).toEqual([]);
    const entries = await readdir(join(home, 's3'), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    expect(files.sort()).toEqual(rows.map(({ id }) => id).sort());
  } finally {
    await pool.end();
  }
}
