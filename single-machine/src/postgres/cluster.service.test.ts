import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../free-port.ts';
import type { Running } from '../running.ts';
import { ensureSystemUser, type SystemUser } from '../system-user.ts';
import { createPostgresCluster, type PostgresCluster } from './cluster.ts';

let home: string;
let user: SystemUser | null;
let cluster: PostgresCluster;
let primary: Running;
let replica: Running;
const started: Running[] = [];

const sink = () => new PassThrough().resume();

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'atelier-cluster-'));
  await chmod(home, 0o711);
  user = await ensureSystemUser('atelier-postgres');
  cluster = createPostgresCluster({
    home,
    primaryPort: await freePort(),
    replicaPort: await freePort(),
    password: randomBytes(12).toString('hex'),
    user,
    primaryLog: sink(),
    replicaLog: sink(),
  });
  primary = await cluster.startPrimary();
  replica = await cluster.startReplica();
  started.push(primary, replica);
});

afterAll(async () => {
  for (const server of started.reverse()) await server.stop();
  await rm(home, { recursive: true, force: true });
});

async function countOnReplica(): Promise<number> {
  await cluster.waitForReplay();
  const rows = await query<{ n: number }>(
    cluster.replicaUrl('postgres'),
    'select count(*)::int as n from purchases',
  );
  return rows[0]?.n ?? -1;
}

test('a row written on the primary is read on the replica, which takes no writes itself', async () => {
  await query(cluster.primaryUrl('postgres'), 'create table purchases (id int)');
  await query(cluster.primaryUrl('postgres'), 'insert into purchases values (1), (2)');
  expect(await countOnReplica()).toBe(2);
  await expect(
    query(cluster.replicaUrl('postgres'), 'insert into purchases values (3)'),
  ).rejects.toThrow(/read-only transaction/);
});

test('the servers do not run as root and listen on loopback alone', async () => {
  const status = await readFile(`/proc/${primary.pid}/status`, 'utf8');
  const uid = /^Uid:\s+(\d+)/m.exec(status)?.[1];
  expect(uid).toBe(String(user?.uid ?? process.getuid?.()));
  expect(uid).not.toBe('0');
  const [row] = await query<{ listen_addresses: string }>(
    cluster.primaryUrl('postgres'),
    'show listen_addresses',
  );
  expect(row?.listen_addresses).toBe('127.0.0.1');
});

test('an extraction login is refused by the primary and accepted by the replica', async () => {
  await query(cluster.primaryUrl('postgres'), "create role extract_foo login password 'secret'");
  await cluster.waitForReplay();
  const as = (url: string) => url.replace(/\/\/.*@/, '//extract_foo:secret@');
  await expect(query(as(cluster.primaryUrl('postgres')), 'select 1')).rejects.toThrow(/pg_hba/);
  expect(await query(as(cluster.replicaUrl('postgres')), 'select 1 as one')).toEqual([{ one: 1 }]);
  await expect(
    query(as(cluster.replicaUrl('postgres')).replace(':secret@', ':wrong@'), 'select 1'),
  ).rejects.toThrow(/password authentication failed/);
});

test('a killed primary comes back with what it had acknowledged, and the replica streams again', async () => {
  await query(cluster.primaryUrl('postgres'), 'insert into purchases values (3)');
  process.kill(primary.pid, 'SIGKILL');
  await primary.exited;
  // Its backends see the death of their parent and let go of the folder within moments.
  for (let tries = 0; ; tries += 1) {
    try {
      primary = await cluster.startPrimary();
      started.push(primary);
      break;
    } catch (cause) {
      if (tries === 20) throw cause;
      await delay(100);
    }
  }
  await query(cluster.primaryUrl('postgres'), 'insert into purchases values (4)');
  expect(await countOnReplica()).toBe(4);
});

test('a replica that lost its folder is cloned anew', async () => {
  process.kill(replica.pid, 'SIGKILL');
  await replica.exited;
  await rm(join(home, 'replica', 'global'), { recursive: true, force: true });
  replica = await cluster.startReplica();
  started.push(replica);
  expect(await countOnReplica()).toBe(4);
});
