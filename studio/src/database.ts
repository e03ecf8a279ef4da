import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';

export type Database = pg.Pool;
export type Transaction = pg.PoolClient;

/** Any number that every Studio uses, so that two starting at once migrate one after the other. */
const migrationLock = 7_221_864_010;

const migrationsFolder = fileURLToPath(new URL('../migrations', import.meta.url));

/** Opens the pool and brings the schema up to date. Throws when the database cannot be reached or a migration fails. */
export async function openDatabase(options: {
  readonly url: string;
  /** Called when an idle connection breaks; the pool replaces it by itself. */
  readonly onConnectionError?: (error: Error) => void;
}): Promise<Database> {
  const pool = new pg.Pool({ connectionString: options.url, max: 16 });
  pool.on('error', (error) => options.onConnectionError?.(error));
  try {
    await migrate(pool);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return pool;
}

async function migrate(pool: Database): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    await runner({
      dbClient: client,
      dir: migrationsFolder,
      direction: 'up',
      migrationsTable: 'schema_migrations',
      // Parts of Studio number their migrations in ranges of their own, which grow independently.
      checkOrder: false,
      noLock: true,
      logger: { info: () => {}, warn: () => {}, error: () => {} },
    });
  } finally {
    await client.query('select pg_advisory_unlock($1)', [migrationLock]);
    client.release();
  }
}

/** Runs `work` in one transaction; rolled back when it throws. */
export async function transaction<Result>(
  database: Database,
  work: (client: Transaction) => Promise<Result>,
): Promise<Result> {
  const client = await database.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((fault: Error) => {
      broken = fault;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
