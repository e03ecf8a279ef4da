import { createHash } from 'node:crypto';
import type { Transaction } from './database.ts';

export interface AuditFact {
  readonly actor: string;
  /** `customer-management.getCustomer`. */
  readonly operation: string;
  readonly resource: string | null;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly detail: string | null;
  readonly requestId: string;
}

export interface AuditEntry extends AuditFact {
  readonly tenantId: string;
  readonly sequence: number;
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  readonly previousHash: string;
  readonly hash: string;
}

const GENESIS = '0'.repeat(64);

/** What the chain says of an entry; every field is covered, and fields cannot run into each other. */
export const auditHash = (entry: Omit<AuditEntry, 'hash'>): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        entry.tenantId,
        entry.sequence,
        entry.at,
        entry.actor,
        entry.operation,
        entry.resource,
        entry.outcome,
        entry.detail,
        entry.requestId,
        entry.previousHash,
      ]),
    )
    .digest('hex');

/** Adds the next link of the tenant's chain; the lock makes writers of one chain wait for each other. */
export const appendAudit = async (
  transaction: Transaction,
  tenantId: string,
  fact: AuditFact,
): Promise<void> => {
  await transaction.query(
    'select pg_advisory_xact_lock(hashtext(current_schema()), hashtext($1))',
    [tenantId],
  );
  const { rows } = await transaction.query<{ sequence: string; hash: string }>(
    'select sequence, hash from audit_entries where tenant_id = $1 order by sequence desc limit 1',
    [tenantId],
  );
  const last = rows[0];
  const entry = {
    ...fact,
    tenantId,
    sequence: Number(last?.sequence ?? 0) + 1,
    at: new Date().toISOString(),
    previousHash: last?.hash ?? GENESIS,
  };
  await transaction.query(
    `insert into audit_entries
       (tenant_id, sequence, at, actor, operation, resource, outcome, detail, request_id, previous_hash, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      entry.tenantId,
      entry.sequence,
      entry.at,
      entry.actor,
      entry.operation,
      entry.resource,
      entry.outcome,
      entry.detail,
      entry.requestId,
      entry.previousHash,
      auditHash(entry),
    ],
  );
};

/** Newest first. */
export const listAudit = async (
  transaction: Transaction,
  tenantId: string,
  page: { limit: number; before: number | null },
): Promise<AuditEntry[]> => {
  const { rows } = await transaction.query<AuditEntry & { at: Date; sequence: string }>(
    `select tenant_id as "tenantId", sequence, at, actor, operation, resource, outcome, detail,
            request_id as "requestId", previous_hash as "previousHash", hash
       from audit_entries
      where tenant_id = $1 and ($2::bigint is null or sequence < $2)
      order by sequence desc
      limit $3`,
    [tenantId, page.before, page.limit],
  );
  return rows.map((row) => ({
    ...row,
    at: new Date(row.at).toISOString(),
    sequence: Number(row.sequence),
  }));
};

/** The first entry (oldest first) whose link does not hold; null when the chain is whole. */
export const firstBrokenLink = (oldestFirst: readonly AuditEntry[]): AuditEntry | null => {
  let previous = { hash: GENESIS, sequence: 0 };
  for (const entry of oldestFirst) {
    const whole =
      entry.sequence === previous.sequence + 1 &&
      entry.previousHash === previous.hash &&
      entry.hash === auditHash(entry);
    if (!whole) return entry;
    previous = entry;
  }
  return null;
};
