import type { ExtractSecret, SecretStore } from '@atelier/cloud/ports';
import { MASKING_KEY_SETTING } from '@atelier/masking';
import { BusinessError } from '@atelier/service-kit';
import pg from 'pg';
import { secretRefOf } from './extraction-login.ts';

export interface ReplicaPlace {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

export type ReplicaQuery = <Row extends pg.QueryResultRow>(
  sql: string,
  parameters?: readonly unknown[],
) => Promise<{ rows: Row[]; fields: readonly string[] }>;

/** Answers within a preview's patience, in milliseconds. */
const STATEMENT_TIMEOUT_MS = 10_000;

export interface Replica {
  /**
   * Reads on the replica as the tenant's own extraction login, which sees his rows and the granted columns only, whatever
   * is asked. Throws `unavailable` when the replica cannot be reached; the primary is never asked instead.
   */
  read<T>(tenantId: string, work: (query: ReplicaQuery) => Promise<T>): Promise<T>;
}

export const createReplica = (deps: { place: ReplicaPlace; secrets: SecretStore }): Replica => ({
  read: async (tenantId, work) => {
    const secret = await deps.secrets.get<ExtractSecret>(secretRefOf(tenantId));
    if (secret === null)
      throw new BusinessError('unavailable', 'There is no extraction login yet.');
    const client = new pg.Client({
      ...deps.place,
      user: secret.user,
      password: secret.password,
      options: `-c ${MASKING_KEY_SETTING}=${secret.maskingKey} -c statement_timeout=${STATEMENT_TIMEOUT_MS} -c timezone=UTC`,
      connectionTimeoutMillis: 3000,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch (cause) {
      throw new BusinessError(
        'unavailable',
        'The replica cannot be reached; the primary is never read instead. Try again shortly.',
        { cause },
      );
    }
    try {
      await client.query('begin isolation level repeatable read read only');
      return await work(async (sql, parameters = []) => {
        const { rows, fields } = await client.query({ text: sql, values: [...parameters] });
        return { rows, fields: fields.map(({ name }) => name) };
      });
    } finally {
      await client.end().catch(() => undefined);
    }
  },
});
