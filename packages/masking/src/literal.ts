import { escapeLiteral } from 'pg';
import type { ColumnType } from './dataset.ts';

const MAX_BIGINT = 2n ** 63n - 1n;
const INTEGER = /^-?\d{1,19}$/;
const NUMERIC = /^-?\d{1,38}(\.\d{1,38})?$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/;

/** Text that a value of the type may have; null when the value is none of the type. */
function textOf(type: ColumnType, value: unknown): string | null {
  switch (type) {
    case 'text':
      // PostgreSQL has no text with NUL in it, so nothing can equal it.
      return typeof value === 'string' && !value.includes('\0') ? value : null;
    case 'uuid':
      return typeof value === 'string' && UUID.test(value) ? value : null;
    case 'integer':
    case 'bigint':
      return integerText(value);
    case 'numeric':
      if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
      return typeof value === 'string' && NUMERIC.test(value) ? value : null;
    case 'double precision':
      return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
    case 'boolean':
      return typeof value === 'boolean' ? String(value) : null;
    case 'date':
      return typeof value === 'string' && DATE.test(value) && isDay(value) ? value : null;
    case 'timestamptz':
      return typeof value === 'string' && TIMESTAMP.test(value) && isInstant(value) ? value : null;
  }
}

function integerText(value: unknown): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null;
  if (typeof value !== 'string' || !INTEGER.test(value)) return null;
  const integer = BigInt(value);
  return integer <= MAX_BIGINT && integer >= -MAX_BIGINT ? value : null;
}

/** Rolled-over days (30 February) are none. */
const isDay = (text: string): boolean => {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) && text >= '0001';
};

const isInstant = (text: string): boolean =>
  isDay(text.slice(0, 10)) && !Number.isNaN(Date.parse(text));

/**
 * A value as an SQL literal of its type, quoted by the driver's own function; null when the value is none of the type.
 */
export function typedLiteral(type: ColumnType, value: unknown): string | null {
  const text = textOf(type, value);
  if (text === null) return null;
  // An integer column is compared as bigint, so that a value beyond its range is no error.
  return `${escapeLiteral(text).trim()}::${type === 'integer' ? 'bigint' : type}`;
}
