import type { Customer, customerWithChurn, purchase, Score } from '@atelier/contracts';
import type { Transaction } from '@atelier/service-kit';
import type { z } from 'zod';

export type CustomerWithChurn = z.infer<typeof customerWithChurn>;
export type Purchase = z.infer<typeof purchase>;

export type CustomerSort =
  | 'name'
  | '-name'
  | 'churn'
  | '-churn'
  | 'value'
  | '-value'
  | 'lastPurchaseOn'
  | '-lastPurchaseOn';

/** A place in the list: the sorted value and the id that breaks ties. */
interface Cursor {
  readonly value: string | number | null;
  readonly id: string;
}

interface Row {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly purchases: number;
  readonly amount: string;
  readonly currency: string;
  readonly sort_value: string | number | null;
  readonly source: 'model' | 'built-in' | null;
  readonly computed_at: Date | null;
}

const DEFAULT_CURRENCY = 'USD';

/** What is sorted by, as SQL, and its type for the cursor. Absent values come last, whichever way. */
const SORTS: Readonly<Record<string, { expression: string; type: string }>> = {
  name: { expression: 'c.name', type: 'text' },
  churn: { expression: 's.probability', type: 'float8' },
  value: { expression: 'coalesce(p.amount, 0)', type: 'numeric' },
  lastPurchaseOn: { expression: 'p.last_on', type: 'date' },
};

const encodeCursor = (cursor: Cursor): string =>
  Buffer.from(JSON.stringify([cursor.value, cursor.id])).toString('base64url');

/** Null for what is no cursor of ours. */
export const decodeCursor = (text: string): Cursor | null => {
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(read) || read.length !== 2) return null;
    const [value, id] = read as unknown[];
    const valueFits = value === null || typeof value === 'string' || typeof value === 'number';
    return valueFits && typeof id === 'string' ? { value, id } : null;
  } catch {
    return null;
  }
};

const SUMS = `left join lateral (
    select count(*)::int as purchases, sum(amount) as amount, max(purchased_on) as last_on,
           max(currency) as currency
      from purchases where tenant_id = c.tenant_id and customer_id = c.id
       and deleted_at is null and purchased_on <= $1::date
  ) p on true`;

const COLUMNS = `c.id, c.external_id as "externalId", c.name, c.email, c.country,
  coalesce(p.purchases, 0) as purchases, coalesce(p.amount, 0)::text as amount,
  coalesce(p.currency, '${DEFAULT_CURRENCY}') as currency, p.last_on::text as "lastPurchaseOn"`;

const toCustomer = (row: Row): Customer => ({
  id: row.id,
  externalId: String(row.externalId),
  name: String(row.name),
  email: row.email as string | null,
  country: row.country as string | null,
  purchases: row.purchases,
  value: { amount: row.amount, currency: row.currency },
  lastPurchaseOn: row.lastPurchaseOn as string | null,
});

const toScore = (row: Row): Score | null =>
  row.source === null || row.computed_at === null
    ? null
    : {
        probability: row.probability as number,
        reasons: row.reasons as string[],
        source: row.source === 'model' ? 'stored' : 'built-in',
        model: String(row.model),
        version: row.version as number | null,
        computedAt: row.computed_at.toISOString(),
        asOf: String(row.score_as_of),
        fallback: null,
      };

export interface CustomerQuery {
  readonly slot: string;
  /** Whose stored scores are shown; the built-in's where the model has none. */
  readonly modelVersion: number | null;
  readonly asOf: string;
  readonly limit: number;
  readonly sort: CustomerSort;
  readonly search: string | null;
  readonly cursor: Cursor | null;
}

/** Customers with their stored scores, each labelled with its own source. */
export const listCustomers = async (
  transaction: Transaction,
  tenantId: string,
  query: CustomerQuery,
): Promise<{ items: CustomerWithChurn[]; nextCursor: string | null; total: number }> => {
  const descending = query.sort.startsWith('-');
  const sort = SORTS[query.sort.replace('-', '')] ?? SORTS.name;
  if (sort === undefined) throw new Error('the list has a default order');
  const { expression, type } = sort;
  const beyond = descending ? '<' : '>';
  const direction = descending ? 'desc nulls last' : 'asc nulls last';
  const after =
    query.cursor === null
      ? 'true'
      : query.cursor.value === null
        ? `${expression} is null and c.id > $8::uuid and $7::text is null`
        : `(${expression} ${beyond} $7::${type} or (${expression} = $7::${type} and c.id > $8::uuid) or ${expression} is null)`;
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS}, ${expression}::text as sort_value,
            s.source, s.probability, s.reasons, s.model, s.version, s.as_of::text as score_as_of,
            s.computed_at
       from customers c ${SUMS}
       left join lateral (
         select * from scores
          where tenant_id = c.tenant_id and slot = $3 and subject_id = c.id
            and (source = 'built-in' or version = $4)
          order by source = 'model' desc limit 1
       ) s on true
      where c.tenant_id = $2 and c.deleted_at is null
        and ($5::text is null or strpos(lower(c.name || ' ' || coalesce(c.email, '') || ' ' || c.external_id), lower($5)) > 0)
        and ${after}
      order by ${expression} ${direction}, c.id
      limit $6`,
    [
      query.asOf,
      tenantId,
      query.slot,
      query.modelVersion,
      query.search,
      query.limit + 1,
      ...(query.cursor === null ? [] : [query.cursor.value, query.cursor.id]),
    ],
  );
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => ({ ...toCustomer(row), churn: toScore(row) })),
    nextCursor:
      rows.length > query.limit && last !== undefined
        ? encodeCursor({ value: last.sort_value, id: last.id })
        : null,
    total: await countCustomers(transaction, tenantId, query.search),
  };
};

const countCustomers = async (
  transaction: Transaction,
  tenantId: string,
  search: string | null,
): Promise<number> => {
  const { rows } = await transaction.query<{ count: string }>(
    `select count(*) from customers c
      where tenant_id = $1 and deleted_at is null
        and ($2::text is null or strpos(lower(c.name || ' ' || coalesce(c.email, '') || ' ' || c.external_id), lower($2)) > 0)`,
    [tenantId, search],
  );
  return Number(rows[0]?.count ?? 0);
};

export const findCustomer = async (
  transaction: Transaction,
  tenantId: string,
  id: string,
  asOf: string,
): Promise<Customer | null> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from customers c ${SUMS}
      where c.tenant_id = $2 and c.id = $3 and c.deleted_at is null`,
    [asOf, tenantId, id],
  );
  return rows[0] === undefined ? null : toCustomer(rows[0]);
};

/** Newest first. */
export const listPurchases = async (
  transaction: Transaction,
  tenantId: string,
  customerId: string,
  page: { limit: number; cursor: Cursor | null },
): Promise<{ items: Purchase[]; nextCursor: string | null }> => {
  const { rows } = await transaction.query<{
    readonly [column: string]: unknown;
    readonly id: string;
    readonly purchasedOn: string;
    readonly quantity: number;
    readonly amount: string;
    readonly currency: string;
  }>(
    `select id, purchased_on::text as "purchasedOn", quantity::float8, amount::text, currency
       from purchases
      where tenant_id = $1 and customer_id = $2 and deleted_at is null
        and ($4::date is null or (purchased_on, id) < ($4::date, $5::uuid))
      order by purchased_on desc, id desc limit $3`,
    [tenantId, customerId, page.limit + 1, page.cursor?.value ?? null, page.cursor?.id ?? null],
  );
  const shown = rows.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    items: shown.map(({ id, purchasedOn, quantity, amount, currency }) => ({
      id,
      purchasedOn,
      quantity,
      value: { amount, currency },
    })),
    nextCursor:
      rows.length > page.limit && last !== undefined
        ? encodeCursor({ value: last.purchasedOn, id: last.id })
        : null,
  };
};

/** Removes every row of the tenant; answers how many customers there were. */
export const deleteEverything = async (
  transaction: Transaction,
  tenantId: string,
): Promise<number> => {
  for (const table of ['purchases', 'import_errors', 'import_chunks', 'imports', 'settings']) {
    await transaction.query(`delete from ${table} where tenant_id = $1`, [tenantId]);
  }
  const { rowCount } = await transaction.query('delete from customers where tenant_id = $1', [
    tenantId,
  ]);
  return rowCount;
};
