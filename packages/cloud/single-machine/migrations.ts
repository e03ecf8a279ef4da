import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';

/** The folder with the DDL of everything this family keeps in PostgreSQL, in the schema `cloud`. */
export const cloudMigrations = fileURLToPath(new URL('./migrations', import.meta.url));

/** Brings the schema `cloud` of a database up to date; callers that race wait for each other. */
export async function migrateCloud(databaseUrl: string): Promise<void> {
  await runner({
    databaseUrl,
    dir: cloudMigrations,
    direction: 'up',
    migrationsTable: 'migration',
    migrationsSchema: 'cloud',
    createMigrationsSchema: true,
    advisoryLockMode: 'wait',
    log: () => undefined,
  });
}
