import {
  DATE_FORMATS,
  type DateFormat,
  IMPORT_FIELDS,
  type ImportField,
  type ImportKind,
} from './import-fields.ts';

type Rows = readonly (readonly string[])[];

const PATTERNS: Readonly<Record<DateFormat, RegExp>> = {
  'yyyy-mm-dd': /^\d{4}-\d{2}-\d{2}$/,
  yyyymmdd: /^(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/,
  'dd.mm.yyyy': /^\d{1,2}\.\d{1,2}\.\d{4}$/,
  'mm/dd/yyyy': /^\d{1,2}\/\d{1,2}\/\d{4}$/,
};

/** Names that columns commonly bear, without case, blanks and punctuation. */
const NAMES: Readonly<Record<ImportField, readonly string[]>> = {
  customerId: ['customerid', 'customer', 'customernumber', 'custid', 'clientid', 'id', 'number'],
  name: ['name', 'fullname', 'customername'],
  email: ['email', 'emailaddress', 'mail'],
  country: ['country', 'countrycode', 'land'],
  signedUpOn: [
    'signedupon',
    'signedup',
    'signupdate',
    'since',
    'customersince',
    'registered',
    'joined',
  ],
  purchasedOn: ['purchasedon', 'date', 'purchasedate', 'orderdate', 'day', 'purchased'],
  quantity: ['quantity', 'qty', 'pieces', 'units', 'items', 'count', 'cds'],
  value: ['value', 'amount', 'total', 'price', 'revenue', 'dollars', 'sum'],
};

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '');

const isDate = (cell: string): boolean =>
  Object.values(PATTERNS).some((pattern) => pattern.test(cell));
/** A customer's number, which need not be a number: `C-1000`. */
const isIdentifier = (cell: string): boolean => /^[\w.-]+$/.test(cell);
const isNumber = (cell: string): boolean => /^-?\d+([.,]\d+)?$/.test(cell);

/** A first line of words over lines that hold numbers, dates or addresses names the columns. */
export const guessHeader = (rows: Rows): boolean => {
  const [first, ...rest] = rows;
  if (first === undefined) return false;
  const isValue = (cell: string) => isNumber(cell) || isDate(cell) || cell.includes('@');
  return (
    !first.some((cell) => isValue(cell.trim())) &&
    rest.some((row) => row.some((cell) => isValue(cell.trim())))
  );
};

export const guessDateFormat = (rows: Rows): DateFormat | undefined =>
  DATE_FORMATS.find((format) =>
    rows.some((row) => row.some((cell) => PATTERNS[format].test(cell.trim()))),
  );

const byContent = (kind: ImportKind, rows: Rows): Partial<Record<ImportField, number>> => {
  const width = Math.max(0, ...rows.map((row) => row.length));
  const columns = Array.from({ length: width }, (_, index) =>
    rows.map((row) => row[index]?.trim() ?? ''),
  );
  const find = (
    test: (cells: readonly string[]) => boolean,
    not: readonly (number | undefined)[] = [],
  ) => {
    const index = columns.findIndex(
      (cells, at) => !not.includes(at + 1) && cells.length > 0 && test(cells),
    );
    return index < 0 ? undefined : index + 1;
  };
  const every = (test: (cell: string) => boolean) => (cells: readonly string[]) =>
    cells.every(test);
  if (kind === 'customers') {
    const email = find((cells) => cells.some((cell) => cell.includes('@')));
    const customerId =
      find(
        every((cell) => isIdentifier(cell)),
        [email],
      ) ?? find(() => true, [email]);
    const name = find(
      every((cell) => /[a-z]/i.test(cell) && cell.includes(' ')),
      [email, customerId],
    );
    return defined({ customerId, name, email });
  }
  const purchasedOn = find(every(isDate));
  const value = find(
    (cells) => cells.every(isNumber) && cells.some((cell) => /[.,]\d/.test(cell)),
    [purchasedOn],
  );
  // The last whole number before the date names the customer: some files begin with a number of the line's own.
  const before = columns.flatMap((cells, at) =>
    purchasedOn !== undefined && at + 1 < purchasedOn && cells.every((cell) => isIdentifier(cell))
      ? [at + 1]
      : [],
  );
  const customerId =
    before.at(-1) ??
    find(
      every((cell) => isIdentifier(cell)),
      [purchasedOn, value],
    );
  const quantity = find(
    every((cell) => /^\d+$/.test(cell)),
    [purchasedOn, value, customerId, ...before],
  );
  return defined({ customerId, purchasedOn, quantity, value });
};

const defined = (
  guess: Partial<Record<ImportField, number | undefined>>,
): Partial<Record<ImportField, number>> =>
  Object.fromEntries(
    Object.entries(guess).filter((entry): entry is [string, number] => entry[1] !== undefined),
  );

/** Field → column number from 1, by the columns' names, and where there are none by what they hold. */
export const guessColumns = (
  kind: ImportKind,
  rows: Rows,
  header: boolean,
): Partial<Record<ImportField, number>> => {
  if (!header) return byContent(kind, rows);
  const names = (rows[0] ?? []).map(plain);
  const found: Partial<Record<ImportField, number>> = {};
  const taken = new Set<number>();
  for (const { name } of IMPORT_FIELDS[kind]) {
    const index = NAMES[name]
      .map((candidate) => names.findIndex((column, at) => column === candidate && !taken.has(at)))
      .find((at) => at >= 0);
    if (index === undefined) continue;
    taken.add(index);
    found[name] = index + 1;
  }
  return found;
};
