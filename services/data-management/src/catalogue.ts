import type { ColumnDefinition, ColumnType, DatasetDefinition } from '@atelier/masking';
import { z } from 'zod';
import type { ReplicaQuery } from './replica.ts';

/** What a table says of itself in its comment, by the migration that made it. */
const tableNote = z.object({ dataset: z.string(), title: z.string(), description: z.string() });

/** What a column says of itself; one that says nothing has not been classified by anybody. */
const columnNote = z.object({
  structural: z.boolean().optional(),
  classification: z.enum(['identifier', 'personal', 'sensitive', 'free text', 'plain']).optional(),
  description: z.string().optional(),
  form: z.enum(['email', 'phone']).optional(),
  pseudonymDomain: z.string().optional(),
});

interface Row {
  readonly [column: string]: unknown;
  readonly schema: string;
  readonly table: string;
  readonly table_note: string;
  readonly column: string;
  readonly type: string;
  readonly digits: number | null;
  readonly scale: number | null;
  readonly column_note: string | null;
  readonly granted: boolean;
}

/** Tables with a note are datasets; whatever column they have is listed, so that a new one is reported, not leaked. */
const CATALOGUE_SQL = `
  select n.nspname as schema, c.relname as table, td.description as table_note,
         a.attname as column, format_type(a.atttypid, null) as type,
         case when a.atttypid = 'numeric'::regtype and a.atttypmod >= 0 then ((a.atttypmod - 4) >> 16) & 65535 end as digits,
         case when a.atttypid = 'numeric'::regtype and a.atttypmod >= 0 then (a.atttypmod - 4) & 65535 end as scale,
         cd.description as column_note,
         has_column_privilege(c.oid, a.attnum, 'select') as granted
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_description td on td.objoid = c.oid and td.classoid = 'pg_class'::regclass and td.objsubid = 0
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_description cd
      on cd.objoid = c.oid and cd.classoid = 'pg_class'::regclass and cd.objsubid = a.attnum
   where c.relkind = 'r' and td.description like '{"dataset":%'
   order by n.nspname, c.relname, a.attnum`;

const TYPES: Readonly<Record<string, ColumnType>> = {
  text: 'text',
  uuid: 'uuid',
  integer: 'integer',
  bigint: 'bigint',
  numeric: 'numeric',
  'double precision': 'double precision',
  boolean: 'boolean',
  date: 'date',
  'timestamp with time zone': 'timestamptz',
};

const parsed = <Schema extends z.ZodType>(schema: Schema, text: string | null) => {
  if (text === null) return null;
  try {
    const read = schema.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
};

const columnOf = (row: Row): ColumnDefinition | null => {
  const note = parsed(columnNote, row.column_note);
  if (note?.structural === true) return null;
  const type = TYPES[row.type];
  // A type that no mask knows, or a column that the login may not read, is as good as unclassified.
  const offered = type !== undefined && row.granted;
  return {
    name: row.column,
    type: type ?? 'text',
    ...(row.digits === null || row.scale === null
      ? {}
      : { precision: { digits: row.digits, scale: row.scale } }),
    description: note?.description ?? '',
    classification: offered ? (note?.classification ?? null) : null,
    ...(note?.form === undefined ? {} : { form: note.form }),
    ...(note?.pseudonymDomain === undefined ? {} : { pseudonymDomain: note.pseudonymDomain }),
  };
};

/** Every dataset as the database itself describes it. */
export const readCatalogue = async (query: ReplicaQuery): Promise<DatasetDefinition[]> => {
  const { rows } = await query<Row>(CATALOGUE_SQL);
  const byTable = Map.groupBy(rows, (row) => `${row.schema}.${row.table}`);
  return [...byTable.values()].flatMap((columns) => {
    const [first] = columns;
    const note = parsed(tableNote, first?.table_note ?? null);
    if (first === undefined || note === null) return [];
    return [
      {
        name: note.dataset,
        title: note.title,
        description: note.description,
        table: { schema: first.schema, name: first.table },
        columns: columns.map(columnOf).filter((column) => column !== null),
        time: { occurredAt: 'occurred_at', deletedAt: 'deleted_at' },
      },
    ];
  });
};
