import { createHash } from 'node:crypto';
import { parse, stringify } from 'uuid';

const TIMESTAMP_BYTES = 6;
const VERSION_BYTE = 6;
const VARIANT_BYTE = 8;

/**
 * The id of the row that a line of an import becomes: a UUIDv7 with the import's own time, and for the rest what the line is.
 * The same line of the same import has the same id, however often it is read.
 */
export const rowId = (importId: string, line: number): string => {
  const bytes = new Uint8Array(
    createHash('sha256').update(`${importId}/${line}`).digest().subarray(0, 16),
  );
  bytes.set(parse(importId).subarray(0, TIMESTAMP_BYTES));
  bytes[VERSION_BYTE] = 0x70 | ((bytes[VERSION_BYTE] ?? 0) & 0x0f);
  bytes[VARIANT_BYTE] = 0x80 | ((bytes[VARIANT_BYTE] ?? 0) & 0x3f);
  return stringify(bytes);
};
