import pg from 'pg';
import {
  CLOUD,
  EXTRACTION_READER,
  extractionLoginMaker,
  rolesOf,
  STUDIO,
  schemas,
  sqlName,
} from './roles.ts';

const { escapeIdentifier: name, escapeLiteral: literal } = pg;

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return work(client).finally(() => client.end());
}

async function ensureRoles(client: pg.Client, secretFor: (use: string) => string): Promise<void> {
  const { rows } = await client.query<{ rolname: string }>('select rolname from pg_roles');
  const present = new Set(rows.map(({ rolname }) => rolname));
  const statements = rolesOf(secretFor).map(({ name: role, password, makesRoles }) =>
    [
      present.has(role) ? 'alter role' : 'create role',
      name(role),
      password === null ? 'nologin' : `login password ${literal(password)}`,
      makesRoles ? 'createrole' : 'nocreaterole',
    ].join(' '),
  );
  await client.query(statements.join(';\n'));
  // Without inheritance: who makes the logins reads nothing of what they read.
  await client.query(
    `grant ${name(EXTRACTION_READER)} to ${name(extractionLoginMaker)} with admin true, inherit false, set false`,
  );
}

async function ensureDatabase(client: pg.Client, database: string, owner: string): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [
    database,
  ]);
  if (rowCount === 0) {
    await client.query(`create database ${name(database)} owner ${name(owner)}`);
  }
  await client.query(`revoke all on database ${name(database)} from public`);
}

async function ensureSchemas(client: pg.Client, database: string): Promise<void> {
  await client.query('revoke create on schema public from public');
  // Keyed pseudonyms are made by its `hmac`.
  await client.query('create extension if not exists pgcrypto');
  await client.query(`grant connect, create on database ${name(database)} to ${name(CLOUD)}`);
  await client.query(`grant connect on database ${name(database)} to ${name(EXTRACTION_READER)}`);
  for (const service of schemas.map(sqlName)) {
    await client.query(
      `create schema if not exists ${name(service)} authorization ${name(`${service}_owner`)}`,
    );
    for (const login of ['app', 'operator']) {
      await client.query(
        `grant connect on database ${name(database)} to ${name(`${service}_${login}`)}`,
      );
    }
  }
}

export interface DatabaseNames {
  readonly atelier: string;
  readonly studio: string;
}

/**
 * Makes the databases, schemas and roles that services expect, or completes them; `urlOf` connects as the superuser.
 * Tables are the services' own business: their migrations run as `<service>_owner`.
 */
export async function bootstrapDatabases(options: {
  readonly urlOf: (database: string) => string;
  readonly secretFor: (use: string) => string;
  readonly names: DatabaseNames;
}): Promise<void> {
  const { urlOf, secretFor, names } = options;
  await withClient(urlOf('postgres'), async (client) => {
    await ensureRoles(client, secretFor);
    await ensureDatabase(client, names.atelier, 'postgres');
    await ensureDatabase(client, names.studio, STUDIO);
    for (const database of ['postgres', 'template1']) {
      await client.query(`revoke connect on database ${name(database)} from public`);
    }
  });
  await withClient(urlOf(names.atelier), (client) => ensureSchemas(client, names.atelier));
}

/** The same connection, acting as a role that nobody signs in as: for migrations. */
export function actingAs(url: string, role: string): string {
  const acting = new URL(url);
  acting.searchParams.set('options', `-c role=${role}`);
  return acting.href;
}
