import { Readable } from 'node:stream';
import type { ImportMapping } from '@atelier/contracts';
import { CsvError, parse } from 'csv-parse';
import { IMPORT_FIELDS, LineFault } from './import-fields.ts';

export type ImportRow = Readonly<Record<string, string | null>>;

/** One line of a file: a row, or what is wrong with it. */
export type ImportLine =
  | { readonly line: number; readonly row: ImportRow }
  | { readonly line: number; readonly column: string | null; readonly message: string };

const DELIMITERS = { comma: ',', tab: '\t', semicolon: ';', blanks: ' ' } as const;
export type Separator = keyof typeof DELIMITERS;

/** A file whose mapping does not fit it at all. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
}

const MAX_LINE_BYTES = 64 * 1024;

interface ParsedRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

const records = (
  bytes: AsyncIterable<Uint8Array>,
  separator: Separator,
): AsyncIterable<ParsedRecord> =>
  Readable.from(bytes).pipe(
    parse({
      bom: true,
      delimiter: DELIMITERS[separator],
      info: true,
      max_record_size: MAX_LINE_BYTES,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      ...(separator === 'blanks' ? { quote: null, trim: true } : {}),
    }),
  );

/** Runs of blanks separate once, and lines may begin with some. */
const withoutRuns = (record: readonly string[], separator: Separator): readonly string[] =>
  separator === 'blanks' ? record.filter((field) => field !== '') : record;

/** Where each of our fields stands in a record. Throws `UnreadableFile` when a column is not there. */
const positionsOf = (
  mapping: ImportMapping,
  header: readonly string[] | null,
): ReadonlyMap<string, number> =>
  new Map(
    Object.entries(mapping.columns).map(([field, column]) => {
      if (typeof column === 'number') return [field, column - 1];
      const at = header?.findIndex(
        (name) => name.trim().toLowerCase() === column.trim().toLowerCase(),
      );
      if (at === undefined || at < 0) {
        throw new UnreadableFile(`The file has no column “${column}”.`);
      }
      return [field, at];
    }),
  );

/** Reads a file by its mapping, line by line, in bounded memory. Throws `UnreadableFile`. */
export async function* readImport(
  kind: 'customers' | 'purchases',
  mapping: ImportMapping,
  bytes: AsyncIterable<Uint8Array>,
): AsyncIterable<ImportLine> {
  let positions: ReadonlyMap<string, number> | null = mapping.header
    ? null
    : positionsOf(mapping, null);
  try {
    for await (const { record, info } of records(bytes, mapping.separator)) {
      const fields = withoutRuns(record, mapping.separator);
      if (fields.length === 0) continue;
      if (positions === null) {
        positions = positionsOf(mapping, fields);
        continue;
      }
      yield readLine(kind, mapping, positions, fields, info.lines);
    }
  } catch (error) {
    if (error instanceof CsvError)
      throw new UnreadableFile(`The file cannot be split: ${error.message}`);
    throw error;
  }
}

const readLine = (
  kind: 'customers' | 'purchases',
  mapping: ImportMapping,
  positions: ReadonlyMap<string, number>,
  fields: readonly string[],
  line: number,
): ImportLine => {
  const row: Record<string, string | null> = {};
  for (const { name, required, read } of IMPORT_FIELDS[kind]) {
    const at = positions.get(name);
    const text = at === undefined ? undefined : fields[at];
    if (text === undefined) {
      if (required) return { line, column: name, message: 'is missing' };
      row[name] = null;
      continue;
    }
    try {
      row[name] = read(text, mapping);
    } catch (error) {
      if (!(error instanceof LineFault)) throw error;
      return { line, column: name, message: error.message };
    }
  }
  return { line, row };
};

const SAMPLE_LINES = 10;
const SEPARATORS: readonly Separator[] = ['tab', 'semicolon', 'comma', 'blanks'];

/** The separator that splits the first lines into the most columns of one count, and what comes of it. */
export const sampleFile = async (
  beginning: Uint8Array,
): Promise<{ separator: Separator; rows: string[][] }> => {
  const end = beginning.lastIndexOf(0x0a);
  const whole = end < 0 ? beginning : beginning.subarray(0, end + 1);
  let best: { separator: Separator; rows: string[][] } = { separator: 'comma', rows: [] };
  let bestScore = 0;
  for (const separator of SEPARATORS) {
    const rows = await firstRows(whole, separator);
    const widths = new Set(rows.map((row) => row.length));
    const score = widths.size === 1 ? (rows[0]?.length ?? 0) : 1;
    if (score > bestScore) {
      bestScore = score;
      best = { separator, rows };
    }
  }
  return best;
};

const firstRows = async (bytes: Uint8Array, separator: Separator): Promise<string[][]> => {
  const rows: string[][] = [];
  try {
    for await (const { record } of records(once(bytes), separator)) {
      const fields = withoutRuns(record, separator);
      if (fields.length > 0) rows.push([...fields]);
      if (rows.length === SAMPLE_LINES) break;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
  }
  return rows;
};

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
