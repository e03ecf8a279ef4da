import pg from 'pg';

const { escapeIdentifier: name } = pg;

export interface TenantTable {
  readonly schema: string;
  readonly table: string;
}

interface Column {
  readonly column: string;
  readonly type: string;
  /** A value that the column's own check allows, where one is spelled out. */
  readonly allowed: string | null;
}

/** Every table with rows of tenants. */
export async function tenantTables(
  client: pg.Client,
  schemas: readonly string[],
): Promise<TenantTable[]> {
  const { rows } = await client.query<TenantTable>(
    `select n.nspname as schema, c.relname as table
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any ($1) and c.relkind = 'r' and c.relrowsecurity
      order by 1, 2`,
    [schemas],
  );
  return rows;
}

const VALUES: Readonly<Record<string, string>> = {
  uuid: `'01890a5d-ac96-774b-bcce-b302099a8057'`,
  text: `'planted'`,
  'text[]': `'{}'`,
  boolean: 'true',
  jsonb: `'{}'`,
  bytea: `''`,
  date: `'2020-01-01'`,
  'timestamp with time zone': `'2020-01-01'`,
};
const NUMBER = /^(integer|bigint|smallint|numeric|double precision)/;

const valueFor = ({ column, type, allowed }: Column): string => {
  if (column === 'tenant_id') return '$1';
  const value = allowed ?? VALUES[type] ?? (NUMBER.test(type) ? '1' : undefined);
  if (value === undefined) throw new Error(`no value is known for ${column} of type ${type}`);
  return value;
};

/**
 * Puts one row of each tenant into a table, whatever the table is, inside the transaction that the caller rolls back:
 * an isolation test then looks for a row that is there.
 */
export async function plantRows(
  client: pg.Client,
  { schema, table }: TenantTable,
  tenantIds: readonly string[],
): Promise<void> {
  const { rows: columns } = await client.query<Column>(
    `select a.attname as column, format_type(a.atttypid, null) as type,
            (select substring(pg_get_constraintdef(k.oid) from '''[^'']+''::text')
               from pg_constraint k
              where k.conrelid = a.attrelid and k.contype = 'c' and k.conkey = array[a.attnum]
                and pg_get_constraintdef(k.oid) like '%ARRAY[%' limit 1) as allowed
       from pg_attribute a
      where a.attrelid = ($1 || '.' || $2)::regclass and a.attnum > 0 and not a.attisdropped
        and a.attgenerated = ''
      order by a.attnum`,
    [schema, table],
  );
  const names = columns.map(({ column }) => name(column)).join(', ');
  for (const tenantId of tenantIds) {
    await client.query(
      `insert into ${name(schema)}.${name(table)} (${names}) values (${columns.map(valueFor).join(', ')})`,
      [tenantId],
    );
  }
}
