import type { ExtractColumn } from '../../ports/index.ts';

/** Of one row of text; a value near this size is a mistake, and DuckDB holds several rows at once. */
const MAX_ROW_BYTES = 8 * 1024 * 1024;
const BUFFER_BYTES = 16 * 1024 * 1024;
/** Half of what DuckDB would take: a quarter less memory for wide rows, at no cost. */
const ROW_GROUP_ROWS = 61_440;

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** What COPY writes for a letter that it cannot write as it is; the backslash goes first and comes back last. */
const ESCAPES = [
  ['\\\\', 0],
  ['\\b', 8],
  ['\\t', 9],
  ['\\n', 10],
  ['\\v', 11],
  ['\\f', 12],
  ['\\r', 13],
] as const;

/** PostgreSQL's text has no NUL, so NUL can stand for the backslash meanwhile. */
function unescaped(raw: string): string {
  const replaced = ESCAPES.reduce(
    (sql, [written, code]) => `replace(${sql}, ${quote(written)}, chr(${code}))`,
    raw,
  );
  return `case when contains(${raw}, '\\') then replace(${replaced}, chr(0), '\\') else ${raw} end`;
}

/**
 * A column read as text becomes its type; whatever is none raises. (DuckDB's reader itself would turn a time it cannot
 * read into NULL, and take a date before our era for one within it.)
 */
function typed({ name, type, precision }: ExtractColumn, raw: string): string {
  const refuse = `error(${quote(`${name} has a date outside the years 1 to 9999`)})`;
  switch (type) {
    case 'string':
      return unescaped(raw);
    case 'integer':
      return `${raw}::bigint`;
    case 'decimal':
      return `${raw}::decimal(${precision?.digits ?? 38}, ${precision?.scale ?? 9})`;
    case 'double':
      return `${raw}::double`;
    case 'boolean':
      return `${raw}::boolean`;
    case 'date':
      return `case when length(${raw}) = 10 then ${raw}::date when ${raw} is not null then ${refuse} end`;
    case 'timestamp': {
      const plain = `${raw}[11] = ' ' and right(${raw}, 3) = '+00'`;
      return `case when ${plain} then ${raw}::timestamptz when ${raw} is not null then ${refuse} end`;
    }
  }
}

/**
 * DuckDB's statement that turns PostgreSQL's COPY text, read from a pipe, into one Parquet file. The text must carry one
 * more column than the schema: a row of one empty text would be an empty line, which is skipped.
 */
export function parquetSql(
  schema: readonly ExtractColumn[],
  { pipe, file }: { pipe: string; file: string },
): string {
  const names = schema.map((_, n) => `c${n}`);
  const columns = [...names, 'rest'].map((name) => `${name}: 'VARCHAR'`).join(', ');
  const selected = schema.map(
    (column, n) => `${typed(column, `c${n}`)} as ${identifier(column.name)}`,
  );
  return `copy (
    select ${selected.join(', ')}
    from read_csv(${quote(pipe)}, auto_detect = false, header = false, delim = e'\\t', quote = '',
      escape = '', nullstr = '\\N', new_line = '\\n', max_line_size = ${MAX_ROW_BYTES},
      buffer_size = ${BUFFER_BYTES}, columns = {${columns}})
  ) to ${quote(file)} (format parquet, compression zstd, compression_level 1,
    row_group_size ${ROW_GROUP_ROWS})`;
}

/** COPY of a dataset's SELECT with the column that `parquetSql` wants at the end. */
export const copySql = (sql: string): string =>
  `copy (select *, 1 from (${sql}) extract) to stdout`;
