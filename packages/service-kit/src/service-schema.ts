import pg from 'pg';
import { schemaOf } from './migrate.ts';

/** Group of the per-tenant extraction logins; owning services grant it columns, next to each column's classification. */
export const EXTRACTION_READER = 'extraction_reader';

export interface ServicePasswords {
  readonly app: string;
  readonly operator: string;
}

const literal = (client: pg.Client, text: string): string => client.escapeLiteral(text);

const ensureRole = async (client: pg.Client, name: string, attributes: string): Promise<void> => {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name]);
  const role = client.escapeIdentifier(name);
  await client.query(`${rowCount === 0 ? 'create' : 'alter'} role ${role} ${attributes}`);
};

/**
 * Makes what migrations stand on, or finds it: the schema of each service, its owner (which nothing runs as), and the two
 * logins it runs with. `adminConnectionString` names a superuser, or on RDS the master user.
 */
export const ensureServiceSchemas = async (deps: {
  adminConnectionString: string;
  services: Readonly<Record<string, ServicePasswords>>;
}): Promise<void> => {
  const client = new pg.Client({ connectionString: deps.adminConnectionString });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(hashtext($1))', ['atelier service schemas']);
    await client.query('create extension if not exists pgcrypto with schema public');
    await ensureRole(client, EXTRACTION_READER, 'nologin');
    for (const [service, passwords] of Object.entries(deps.services)) {
      const schema = schemaOf(service);
      const safe = 'nosuperuser nobypassrls noreplication';
      await ensureRole(client, `${schema}_owner`, `nologin ${safe}`);
      await ensureRole(
        client,
        `${schema}_app`,
        `login ${safe} password ${literal(client, passwords.app)}`,
      );
      await ensureRole(
        client,
        `${schema}_operator`,
        `login ${safe} password ${literal(client, passwords.operator)}`,
      );
      const owner = client.escapeIdentifier(`${schema}_owner`);
      await client.query(
        `create schema if not exists ${client.escapeIdentifier(schema)} authorization ${owner}`,
      );
    }
    if ('data-management' in deps.services) {
      // It alone makes and drops extraction logins, by a function of its own migrations.
      await client.query('alter role data_management_owner createrole');
      await client.query(`grant ${EXTRACTION_READER} to data_management_owner with admin option`);
    }
  } finally {
    await client.end();
  }
};
