import { randomUUID } from 'node:crypto';
import { startTestDatabase, type TestDatabase } from '@atelier/single-machine/testing';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../database.ts';
import { listObjects, startAfter } from './listing.ts';

let testDatabase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testDatabase = await startTestDatabase();
  database = await openDatabase({ url: testDatabase.url });
});

afterAll(async () => {
  await database.end();
  await testDatabase.stop();
});

async function bucketWith(keys: readonly string[]): Promise<string> {
  const bucket = randomUUID();
  await database.query(
    `insert into s3.bucket (name, account_id, region, created_at)
     values ($1, '111122223333', 'us-east-1', now())`,
    [bucket],
  );
  await database.query(
    `insert into s3.object
       (bucket, key, content_id, bytes, etag, modified_at, headers, metadata, tags)
     select $1, key, gen_random_uuid(), 1, 'etag', now(), '{}', '{}', '{}'
     from unnest($2::bytea[]) key`,
    [bucket, keys.map((key) => Buffer.from(key))],
  );
  return bucket;
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

interface Question {
  readonly prefix: string;
  readonly delimiter: string;
  readonly after: string;
}

/** What S3 documents: keys and groups, each once, in byte order, those not after the marker left out. */
function expected(keys: readonly string[], { prefix, delimiter, after }: Question): string[] {
  const names = keys
    .filter((key) => key.startsWith(prefix))
    .map((key) => {
      const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      return at < 0 ? `key ${key}` : `group ${key.slice(0, at + delimiter.length)}`;
    });
  const nameOf = (entry: string): string => entry.slice(entry.indexOf(' ') + 1);
  return [...new Set(names)]
    .filter((entry) => after === '' || byBytes(nameOf(entry), after) > 0)
    .sort((a, b) => byBytes(nameOf(a), nameOf(b)));
}

/** All pages of a listing, as a client walks them; a page is never longer than asked, nor empty before the end. */
async function walk(bucket: string, question: Question, limit: number): Promise<string[]> {
  const { prefix, delimiter, after } = question;
  const entries: string[] = [];
  let start: Buffer | null = after === '' ? Buffer.alloc(0) : startAfter(after, prefix, delimiter);
  while (start) {
    const page = await listObjects(database, { bucket, prefix, delimiter, start, limit });
    expect(page.entries.length).toBeLessThanOrEqual(limit);
    if (page.next) expect(page.entries.length).toBe(limit);
    entries.push(
      ...page.entries.map((entry) =>
        'key' in entry ? `key ${entry.key}` : `group ${entry.commonPrefix}`,
      ),
    );
    start = page.next;
  }
  return entries;
}

const piece = fc.constantFrom('a', 'b', '/', '//', '-', 'é', '\uffff', '🙂', '\0');
const text = (maxLength: number) =>
  fc.array(piece, { maxLength, size: 'max' }).map((pieces) => pieces.join(''));

/** Few enough different keys that groups fill, and questions that begin like them or in the middle of a group. */
const cases = fc
  .uniqueArray(
    text(4).filter((key) => key !== ''),
    { maxLength: 60, size: 'max' },
  )
  .chain((keys) => {
    const beginning = fc
      .tuple(fc.constantFrom('', ...keys), fc.nat(4))
      .map(([key, length]) => [...key].slice(0, length).join(''));
    const question = fc.record({
      prefix: fc.oneof(fc.constant(''), beginning),
      delimiter: fc.constantFrom('', '/', '/', 'a', '//', '🙂'),
      after: fc.oneof(fc.constant(''), beginning, text(3)),
    });
    return fc.tuple(fc.constant(keys), fc.array(question, { minLength: 8, maxLength: 8 }));
  });

test('a listing, page by page, is what S3 documents', async () => {
  await fc.assert(
    fc.asyncProperty(cases, fc.integer({ min: 1, max: 7 }), async ([keys, questions], limit) => {
      const bucket = await bucketWith(keys);
      for (const question of questions) {
        expect(await walk(bucket, question, limit)).toEqual(expected(keys, question));
      }
    }),
    { numRuns: 100 },
  );
}, 300_000);

test('a group costs one look into the index, however many keys it stands for', async () => {
  const keys = Array.from({ length: 20_000 }, (_, n) => `group-${n % 4}/${n}`);
  const bucket = await bucketWith(keys);
  await database.query('analyze s3.object');
  // One connection, so that the transaction's own counters tell what the listing fetched.
  const single = new pg.Pool({ connectionString: testDatabase.url, max: 1 });
  single.on('error', () => undefined);
  try {
    await single.query('begin');
    const page = await listObjects(single, {
      bucket,
      prefix: '',
      delimiter: '/',
      start: Buffer.alloc(0),
      limit: 1_000,
    });
    expect(page.entries).toHaveLength(4);
    const { rows } = await single.query<{ fetched: string; scanned: string }>(
      `select idx_tup_fetch as fetched, seq_tup_read as scanned
       from pg_stat_xact_user_tables where schemaname = 's3' and relname = 'object'`,
    );
    expect(Number(rows[0]?.scanned)).toBe(0);
    expect(Number(rows[0]?.fetched)).toBeLessThanOrEqual(10);
  } finally {
    await single.end();
  }
});
