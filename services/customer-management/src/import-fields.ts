import type { ImportMapping } from '@atelier/contracts';

/** One field of a line, read as what it is to be. Throws `LineFault`. */
export type ReadField = (text: string, mapping: ImportMapping) => string | null;

export class LineFault extends Error {
  override readonly name = 'LineFault';
}

const MAX_TEXT = 200;
// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
const CONTROL = /[\u0000-\u001f\u007f]/;

const text: ReadField = (given) => {
  const value = given.trim();
  if (value === '') throw new LineFault('is empty');
  if (value.length > MAX_TEXT) throw new LineFault(`is longer than ${MAX_TEXT} characters`);
  if (CONTROL.test(value)) throw new LineFault('has control characters');
  return value;
};

const optional =
  (read: ReadField): ReadField =>
  (given, mapping) =>
    given.trim() === '' ? null : read(given, mapping);

const email: ReadField = (given, mapping) => {
  const value = text(given, mapping) ?? '';
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) throw new LineFault('is no e-mail address');
  return value;
};

/** Decimal with a point; no signs of thousands, so that 1,234 is never taken for 1.234. */
const decimal = (digits: number): ReadField => {
  const pattern = new RegExp(`^-?\\d{1,12}(\\.\\d{1,${digits}})?$`);
  return (given) => {
    const value = given.trim();
    if (!pattern.test(value)) {
      throw new LineFault(`is no number with a decimal point and at most ${digits} decimals`);
    }
    if (value.startsWith('-')) throw new LineFault('is negative');
    return value;
  };
};

const positive: ReadField = (given, mapping) => {
  const value = decimal(3)(given, mapping) ?? '';
  if (Number(value) === 0) throw new LineFault('is zero');
  return value;
};

const DATES: Readonly<Record<ImportMapping['dateFormat'], RegExp>> = {
  'yyyy-mm-dd': /^(?<y>\d{4})-(?<m>\d{2})-(?<d>\d{2})$/,
  yyyymmdd: /^(?<y>\d{4})(?<m>\d{2})(?<d>\d{2})$/,
  'dd.mm.yyyy': /^(?<d>\d{1,2})\.(?<m>\d{1,2})\.(?<y>\d{4})$/,
  'mm/dd/yyyy': /^(?<m>\d{1,2})\/(?<d>\d{1,2})\/(?<y>\d{4})$/,
};

const date: ReadField = (given, mapping) => {
  const parts = DATES[mapping.dateFormat].exec(given.trim())?.groups;
  const iso = `${parts?.y}-${parts?.m?.padStart(2, '0')}-${parts?.d?.padStart(2, '0')}`;
  const read = new Date(`${iso}T00:00:00Z`);
  // A day that is not in the calendar rolls over, or is no date at all.
  if (parts === undefined || Number.isNaN(read.getTime()) || !read.toISOString().startsWith(iso)) {
    throw new LineFault(`is no date of the form ${mapping.dateFormat}`);
  }
  if (mapping.asOf !== undefined && iso > mapping.asOf) {
    throw new LineFault(`lies after the as-of date ${mapping.asOf}`);
  }
  return iso;
};

export interface ImportField {
  readonly name: string;
  readonly required: boolean;
  readonly read: ReadField;
}

/** Fields of a kind of file, and how each is read. */
export const IMPORT_FIELDS: Readonly<Record<'customers' | 'purchases', readonly ImportField[]>> = {
  customers: [
    { name: 'customerId', required: true, read: text },
    { name: 'name', required: true, read: text },
    { name: 'email', required: false, read: optional(email) },
    { name: 'country', required: false, read: optional(text) },
    { name: 'signedUpOn', required: false, read: optional(date) },
  ],
  purchases: [
    { name: 'customerId', required: true, read: text },
    { name: 'purchasedOn', required: true, read: date },
    { name: 'quantity', required: true, read: positive },
    { name: 'value', required: true, read: decimal(2) },
  ],
};
