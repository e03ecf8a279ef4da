import type { ImportMapping, ImportView } from '@atelier/contracts';
import type { Transaction } from '@atelier/service-kit';

export interface StoredImport {
  readonly id: string;
  readonly kind: 'customers' | 'purchases';
  readonly fileName: string;
  readonly announcedBytes: number;
  readonly receivedBytes: number | null;
  readonly sample: ImportView['sample'];
  readonly mapping: ImportMapping | null;
  readonly rows: { readonly read: number; readonly accepted: number; readonly rejected: number };
  readonly createdAt: string;
}

interface Row {
  readonly [column: string]: unknown;
  readonly created_at: Date;
  readonly read: number;
  readonly accepted: number;
  readonly rejected: number;
}

const COLUMNS = `id, kind, file_name as "fileName", announced_bytes::float8 as "announcedBytes",
  received_bytes::float8 as "receivedBytes", sample, mapping, rows_read as read,
  rows_accepted as accepted, rows_rejected as rejected, created_at`;

const toImport = ({ created_at, read, accepted, rejected, ...row }: Row): StoredImport => ({
  ...(row as unknown as Omit<StoredImport, 'rows' | 'createdAt'>),
  rows: { read, accepted, rejected },
  createdAt: created_at.toISOString(),
});

export const findImport = async (
  transaction: Transaction,
  tenantId: string,
  id: string,
): Promise<StoredImport | null> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from imports where tenant_id = $1 and id = $2`,
    [tenantId, id],
  );
  return rows[0] === undefined ? null : toImport(rows[0]);
};

/** Newest first. */
export const listImports = async (
  transaction: Transaction,
  tenantId: string,
  page: { limit: number; before: string | null },
): Promise<StoredImport[]> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from imports
      where tenant_id = $1 and ($3::uuid is null or id < $3) order by id desc limit $2`,
    [tenantId, page.limit, page.before],
  );
  return rows.map(toImport);
};

export const insertImport = async (
  transaction: Transaction,
  tenantId: string,
  given: { id: string; kind: string; fileName: string; bytes: number },
): Promise<void> => {
  await transaction.query(
    `insert into imports (tenant_id, id, kind, file_name, announced_bytes)
     values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [tenantId, given.id, given.kind, given.fileName, given.bytes],
  );
};

export const setMapping = async (
  transaction: Transaction,
  tenantId: string,
  id: string,
  mapping: ImportMapping,
): Promise<void> => {
  await transaction.query('update imports set mapping = $3 where tenant_id = $1 and id = $2', [
    tenantId,
    id,
    JSON.stringify(mapping),
  ]);
};

export const setRowCounts = async (
  transaction: Transaction,
  tenantId: string,
  id: string,
  rows: StoredImport['rows'],
): Promise<void> => {
  await transaction.query(
    `update imports set rows_read = $3, rows_accepted = $4, rows_rejected = $5
      where tenant_id = $1 and id = $2`,
    [tenantId, id, rows.read, rows.accepted, rows.rejected],
  );
};

export const putChunk = async (
  transaction: Transaction,
  tenantId: string,
  importId: string,
  number: number,
  bytes: Uint8Array,
): Promise<void> => {
  await transaction.query(
    'insert into import_chunks (tenant_id, import_id, number, bytes) values ($1, $2, $3, $4)',
    [tenantId, importId, number, bytes],
  );
};

export const markReceived = async (
  transaction: Transaction,
  tenantId: string,
  id: string,
  received: { bytes: number; sample: ImportView['sample'] },
): Promise<void> => {
  await transaction.query(
    'update imports set received_bytes = $3, sample = $4 where tenant_id = $1 and id = $2',
    [tenantId, id, received.bytes, JSON.stringify(received.sample)],
  );
};

/** The file again, piece by piece. */
export async function* readChunks(
  transaction: Transaction,
  tenantId: string,
  importId: string,
): AsyncIterable<Uint8Array> {
  for (let number = 0; ; number += 1) {
    const { rows } = await transaction.query<{ bytes: Uint8Array }>(
      'select bytes from import_chunks where tenant_id = $1 and import_id = $2 and number = $3',
      [tenantId, importId, number],
    );
    if (rows[0] === undefined) return;
    yield rows[0].bytes;
  }
}

export const deleteChunks = async (
  transaction: Transaction,
  tenantId: string,
  importId: string,
): Promise<void> => {
  await transaction.query('delete from import_chunks where tenant_id = $1 and import_id = $2', [
    tenantId,
    importId,
  ]);
};

export interface StoredFault {
  readonly line: number;
  readonly column: string | null;
  readonly message: string;
}

/** Replaces the faults of an earlier try. */
export const putFaults = async (
  transaction: Transaction,
  tenantId: string,
  importId: string,
  faults: readonly StoredFault[],
): Promise<void> => {
  await transaction.query('delete from import_errors where tenant_id = $1 and import_id = $2', [
    tenantId,
    importId,
  ]);
  await transaction.query(
    `insert into import_errors (tenant_id, import_id, number, line, column_name, message)
     select $1, $2, f.number, f.line, f."column", f.message
       from jsonb_to_recordset($3) as f (number int, line int, "column" text, message text)`,
    [tenantId, importId, JSON.stringify(faults.map((fault, number) => ({ ...fault, number })))],
  );
};

export const listFaults = async (
  transaction: Transaction,
  tenantId: string,
  importId: string,
  page: { limit: number; after: number },
): Promise<(StoredFault & { number: number })[]> => {
  const { rows } = await transaction.query<
    StoredFault & { number: number; readonly [column: string]: unknown }
  >(
    `select number, line, column_name as "column", message from import_errors
      where tenant_id = $1 and import_id = $2 and number > $4 order by number limit $3`,
    [tenantId, importId, page.limit, page.after],
  );
  return rows;
};

/** Inserts or brings up to date, by the tenant's own numbers. */
export const putCustomers = async (
  transaction: Transaction,
  tenantId: string,
  rows: readonly object[],
): Promise<void> => {
  await transaction.query(
    `insert into customers (tenant_id, id, external_id, name, email, country, occurred_at)
     select distinct on (r."customerId") $1, r.id, r."customerId", r.name, r.email, r.country,
            coalesce(r."signedUpOn"::date, current_date)
       from jsonb_to_recordset($2)
         as r (id uuid, "customerId" text, name text, email text, country text, "signedUpOn" text)
      order by r."customerId", r.id desc
     on conflict (tenant_id, external_id) do update
       set name = excluded.name, email = excluded.email, country = excluded.country,
           updated_at = now(), deleted_at = null`,
    [tenantId, JSON.stringify(rows)],
  );
};

/** Which of these numbers belong to no customer. */
export const unknownCustomers = async (
  transaction: Transaction,
  tenantId: string,
  externalIds: readonly string[],
): Promise<ReadonlySet<string>> => {
  const { rows } = await transaction.query<{ external_id: string }>(
    `select asked.external_id from unnest($2::text[]) as asked (external_id)
     except
     select external_id from customers where tenant_id = $1 and deleted_at is null`,
    [tenantId, externalIds],
  );
  return new Set(rows.map((row) => row.external_id));
};

/** Ids come from import and line, so that a repeated import of one file adds nothing twice. */
export const putPurchases = async (
  transaction: Transaction,
  tenantId: string,
  currency: string,
  rows: readonly object[],
): Promise<void> => {
  await transaction.query(
    `insert into purchases
       (tenant_id, id, customer_id, purchased_on, quantity, amount, currency, occurred_at)
     select $1, r.id, c.id, r."purchasedOn"::date, r.quantity::numeric, r.value::numeric, $2,
            r."purchasedOn"::date
       from jsonb_to_recordset($3)
         as r (id uuid, "customerId" text, "purchasedOn" text, quantity text, value text)
       join customers c on c.tenant_id = $1 and c.external_id = r."customerId"
     on conflict (tenant_id, id) do nothing`,
    [tenantId, currency, JSON.stringify(rows)],
  );
};
