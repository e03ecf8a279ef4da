import { invalidRange } from './s3-errors.ts';

export interface ByteRange {
  /** Both included. */
  readonly first: number;
  readonly last: number;
}

/**
 * The part of `bytes` that a Range header asks for; null for all of it, which is also what S3 sends for several ranges
 * and for text that is none. Throws `InvalidRange`.
 */
export function parseRange(header: string | undefined, bytes: number): ByteRange | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!header || !match) return null;
  const [, from = '', to = ''] = match;
  if (from === '' && to === '') return null;
  if (from === '') {
    const length = Math.min(Number(to), bytes);
    if (length === 0) throw invalidRange(header, bytes);
    return { first: bytes - length, last: bytes - 1 };
  }
  const first = Number(from);
  const last = to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1);
  if (to !== '' && Number(to) < first) return null;
  if (first >= bytes) throw invalidRange(header, bytes);
  return { first, last };
}
