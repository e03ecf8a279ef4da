import pg from 'pg';

/** One open transaction. */
export interface Transaction {
  query<Row extends pg.QueryResultRow>(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<{ rows: Row[]; rowCount: number }>;
}

/** The transaction-local setting that row-level security reads. */
export const TENANT_SETTING = 'atelier.tenant_id';

export interface Database {
  /**
   * Runs `work` with row-level security open for one tenant, or for none (then tenant tables show no row). Commits what it
   * did, or nothing when it throws.
   */
  transaction<T>(
    tenantId: string | null,
    work: (transaction: Transaction) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

/** `connectionString` names the service's `_app` role (or `_operator`), never its owner; `schema` is searched first. */
export const createDatabase = (deps: {
  connectionString: string;
  schema: string;
  maxConnections?: number;
}): Database => {
  const pool = new pg.Pool({
    connectionString: deps.connectionString,
    max: deps.maxConnections ?? 8,
    options: `-c search_path=${deps.schema}`,
    idleTimeoutMillis: 30_000,
  });
  // An idle connection that breaks (a restarted database) is replaced by the pool; without a listener it ends the process.
  pool.on('error', () => undefined);
  return {
    transaction: async (tenantId, work) => {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query('begin');
        await client.query('select set_config($1, $2, true)', [TENANT_SETTING, tenantId ?? '']);
        const result = await work({
          query: async (sql, parameters = []) => {
            const { rows, rowCount } = await client.query(sql, [...parameters]);
            return { rows, rowCount: rowCount ?? 0 };
          },
        });
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch((failure: Error) => {
          broken = failure;
        });
        throw error;
      } finally {
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
};
