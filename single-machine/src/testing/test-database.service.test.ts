import pg from 'pg';
import { expect, test } from 'vitest';
import { startTestDatabase } from './test-database.ts';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

test('every file gets an empty database of its own, present on the replica, and gone after stop', async () => {
  const first = await startTestDatabase();
  const second = await startTestDatabase();
  expect(first.name).not.toBe(second.name);
  await query(first.url, 'create table t (x int)');
  await first.waitForReplica();
  expect(await query(first.replicaUrl, 'select * from t')).toEqual([]);
  await expect(query(second.url, 'select * from t')).rejects.toThrow(/does not exist/);

  const held = new pg.Client({ connectionString: first.url });
  held.on('error', () => {});
  await held.connect();
  await first.stop();
  await expect(query(first.url, 'select 1')).rejects.toThrow(/does not exist/);
  await held.end();
  await second.stop();
});
