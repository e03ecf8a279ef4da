import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { Database } from './database.ts';
import { BusinessError } from './errors.ts';

/** A claim that nobody finished after this long belonged to a process that died; the next try takes it over. */
const ABANDONED_AFTER = '60 seconds';

/** What the holder of an idempotency key does. */
export type Claim =
  /** Do it, giving what is created this id: a try before a crash may have made it already. */
  | {
      readonly kind: 'first';
      readonly resourceId: string;
      finish(status: number, body: unknown): Promise<void>;
      release(): Promise<void>;
    }
  /** It was done: give this answer again. */
  | { readonly kind: 'replay'; readonly status: number; readonly body: unknown };

interface Row {
  readonly [column: string]: unknown;
  readonly request_hash: string;
  readonly resource_id: string;
  readonly status: number | null;
  readonly body: unknown;
  readonly claimed: boolean;
}

/** Claims (tenant, operation, key). Throws `idempotency_key_reused` or `request_in_flight`. */
export const claimIdempotencyKey = async (
  database: Database,
  given: { tenantId: string; operation: string; key: string; request: unknown },
): Promise<Claim> => {
  const requestHash = createHash('sha256').update(JSON.stringify(given.request)).digest('hex');
  const identity = [given.tenantId, given.operation, given.key];
  const row = await database.transaction(given.tenantId, async (transaction) => {
    const { rows } = await transaction.query<Row>(
      `with claim as (
         insert into idempotency_keys as k (tenant_id, operation, key, request_hash, resource_id)
         values ($1, $2, $3, $4, $5)
         on conflict (tenant_id, operation, key) do update set claimed_at = now()
           where k.status is null and k.request_hash = excluded.request_hash
             and k.claimed_at < now() - interval '${ABANDONED_AFTER}'
         returning request_hash, resource_id, status, body
       )
       select *, true as claimed from claim
       union all
       select request_hash, resource_id, status, body, false from idempotency_keys
        where tenant_id = $1 and operation = $2 and key = $3 and not exists (select from claim)`,
      [...identity, requestHash, uuidv7()],
    );
    return rows[0];
  });
  // Somebody else's insert committed between our conflict and our look: it is in flight by definition.
  if (row === undefined) throw inFlight();
  if (row.request_hash !== requestHash) {
    throw new BusinessError(
      'idempotency_key_reused',
      'This Idempotency-Key was used with another request; take a new key.',
    );
  }
  if (row.status !== null) return { kind: 'replay', status: row.status, body: row.body };
  if (!row.claimed) throw inFlight();
  const write = (sql: string, parameters: readonly unknown[]) =>
    database.transaction(given.tenantId, async (transaction) => {
      await transaction.query(sql, [...identity, ...parameters]);
    });
  return {
    kind: 'first',
    resourceId: row.resource_id,
    finish: (status, body) =>
      write(
        `update idempotency_keys set status = $4, body = $5
          where tenant_id = $1 and operation = $2 and key = $3`,
        [status, JSON.stringify(body ?? null)],
      ),
    release: () =>
      write(
        `delete from idempotency_keys
          where tenant_id = $1 and operation = $2 and key = $3 and status is null`,
        [],
      ),
  };
};

const inFlight = (): BusinessError =>
  new BusinessError(
    'request_in_flight',
    'The first request with this key is still being worked on.',
  );
