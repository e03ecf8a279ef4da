import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { bootstrapDatabases } from './bootstrap-databases.ts';

let database: TestDatabase;
let names: { atelier: string; studio: string };
const secretFor = (use: string) => `secret of ${use}`;
const urlOf = (name: string) => database.url.replace(/[^/]*$/, name);

async function query(url: string, sql: string): Promise<pg.QueryResultRow[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client
    .query(sql)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

const as = (role: string, name: string) =>
  database.urlFor(role, secretFor(`postgres/${role}`)).replace(/[^/]*$/, name);

/** The superuser's connection, acting as a role that nobody signs in as. */
function actingAs(url: string, role: string): string {
  const acting = new URL(url);
  acting.searchParams.set('options', `-c role=${role}`);
  return acting.href;
}

beforeAll(async () => {
  database = await startTestDatabase();
  names = { atelier: `${database.name}_atelier`, studio: `${database.name}_studio` };
  await bootstrapDatabases({ urlOf, secretFor, names });
});
afterAll(async () => {
  for (const name of Object.values(names)) {
    await query(database.url, `drop database ${name} with (force)`);
  }
  await database.stop();
});

test('it can be done again, and changes nothing', async () => {
  await bootstrapDatabases({ urlOf, secretFor, names });
});

test('the owner of a schema makes tables in it and signs in nowhere', async () => {
  const owner = actingAs(urlOf(names.atelier), 'registration_owner');
  await query(owner, 'create table registration.t (x int)');
  expect(await query(owner, 'select current_user')).toEqual([
    { current_user: 'registration_owner' },
  ]);
  await expect(query(owner, 'create table user_management.t (x int)')).rejects.toThrow(
    /permission denied/,
  );
  await expect(query(as('registration_owner', names.atelier), 'select 1')).rejects.toThrow(
    /password authentication failed/,
  );
});

test("a service signs in, makes nothing, and sees nothing of another service's", async () => {
  const app = as('user_management_app', names.atelier);
  expect(await query(app, 'select current_user')).toEqual([
    { current_user: 'user_management_app' },
  ]);
  await expect(query(app, 'create table user_management.t (x int)')).rejects.toThrow(
    /permission denied/,
  );
  await expect(query(app, 'create table public.t (x int)')).rejects.toThrow(/permission denied/);
  await expect(query(app, 'select * from registration.t')).rejects.toThrow(/permission denied/);
});

test("a service does not reach Studio's database, nor Studio the services'", async () => {
  await expect(query(as('registration_app', names.studio), 'select 1')).rejects.toThrow(
    /permission denied/,
  );
  await expect(query(as('studio', names.atelier), 'select 1')).rejects.toThrow(/permission denied/);
  expect(await query(as('studio', names.studio), 'select current_user')).toEqual([
    { current_user: 'studio' },
  ]);
});

test('data-management makes extraction logins that read on the replica alone, and no other roles fall to it', async () => {
  const maker = actingAs(urlOf(names.atelier), 'data_management_owner');
  const login = `extract_${database.name}`;
  await query(maker, `create role ${login} login password 'x' in role extraction_reader`);
  await database.waitForReplica();
  const url = (of: (user: string, password: string) => string) =>
    of(login, 'x').replace(/[^/]*$/, names.atelier);
  expect(await query(url(database.replicaUrlFor), 'select 1 as one')).toEqual([{ one: 1 }]);
  await expect(query(url(database.urlFor), 'select 1')).rejects.toThrow(/pg_hba/);
  await expect(query(maker, "alter role user_management_app password 'mine'")).rejects.toThrow(
    /permission denied/,
  );
  await query(maker, `drop role ${login}`);
});
