import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';

const KIT_MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));

/** A service's name as SQL spells it. */
export const schemaOf = (service: string): string => service.replaceAll('-', '_');

/**
 * Brings a service's schema up to date: first what every service has (idempotency keys, audit, outbox), then its own files.
 * Everything is made and owned by the schema's owner; each version runs once, under an advisory lock.
 */
export const migrateService = async (deps: {
  adminConnectionString: string;
  service: string;
  directory: string;
  /** Migrations of packages that the service mounts, by a name for their bookkeeping. */
  mounted?: Readonly<Record<string, string>>;
}): Promise<void> => {
  const schema = schemaOf(deps.service);
  const run = (directory: string, table: string) =>
    runner({
      databaseUrl: {
        connectionString: deps.adminConnectionString,
        options: `-c role=${schema}_owner -c search_path=${schema},public`,
      },
      dir: directory,
      direction: 'up',
      schema,
      migrationsSchema: schema,
      migrationsTable: table,
      // Processes that start together migrate one after the other.
      advisoryLockMode: 'wait',
      log: () => undefined,
    });
  await run(KIT_MIGRATIONS, 'kit_migrations');
  for (const [name, directory] of Object.entries(deps.mounted ?? {})) {
    await run(directory, `${name}_migrations`);
  }
  await run(deps.directory, 'migrations');
};
