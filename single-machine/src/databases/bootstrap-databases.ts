import { EXTRACTION_READER, ensureServiceSchemas } from '@atelier/service-kit';
import pg from 'pg';
import { CLOUD, loginOf, passwordUse, SCHEMA_OWNERS, STUDIO } from './logins.ts';

const { escapeIdentifier: name, escapeLiteral: literal } = pg;

export interface DatabaseNames {
  readonly atelier: string;
  readonly studio: string;
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await work(client).finally(() => client.end());
}

async function ensureLogin(client: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
  const verb = rowCount === 0 ? 'create' : 'alter';
  await client.query(`${verb} role ${name(role)} login password ${literal(password)}`);
}

/** Nobody connects to a database but those it is opened to. */
async function ensureDatabase(client: pg.Client, database: string, owner: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
  if (rowCount === 0) {
    await client.query(`create database ${name(database)} owner ${name(owner)}`);
  }
  await client.query(`revoke all on database ${name(database)} from public`);
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
  const passwordOf = (role: string) => secretFor(passwordUse(role));

  await withClient(urlOf('postgres'), async (client) => {
    for (const role of [CLOUD, STUDIO]) await ensureLogin(client, role, passwordOf(role));
    await ensureDatabase(client, names.atelier, 'postgres');
    await ensureDatabase(client, names.studio, STUDIO);
    for (const database of ['postgres', 'template1']) {
      await client.query(`revoke connect on database ${name(database)} from public`);
    }
  });
  await ensureServiceSchemas({
    adminConnectionString: urlOf(names.atelier),
    services: Object.fromEntries(
      SCHEMA_OWNERS.map((service) => [
        service,
        {
          app: passwordOf(loginOf(service, 'app')),
          operator: passwordOf(loginOf(service, 'operator')),
        },
      ]),
    ),
  });
  await withClient(urlOf(names.atelier), async (client) => {
    const logins = SCHEMA_OWNERS.flatMap((service) => [
      loginOf(service, 'app'),
      loginOf(service, 'operator'),
    ]);
    for (const role of [EXTRACTION_READER, CLOUD, ...logins]) {
      await client.query(`grant connect on database ${name(names.atelier)} to ${name(role)}`);
    }
    // Its adapters make their own schema.
    await client.query(`grant create on database ${name(names.atelier)} to ${name(CLOUD)}`);
  });
}
