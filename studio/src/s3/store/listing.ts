import type { Database } from '../../database.ts';
import { keyBytes } from './stored-object.ts';

export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  readonly modifiedAt: Date;
  readonly storageClass: string;
  readonly checksumAlgorithm: string | null;
  readonly checksumType: string | null;
}

export type ListingEntry = ListedObject | { readonly commonPrefix: string };

export interface ListingPage {
  readonly entries: readonly ListingEntry[];
  /** Where the next page begins; null at the end. */
  readonly next: Buffer | null;
}

export interface ListingRequest {
  readonly bucket: string;
  readonly prefix: string;
  readonly delimiter: string;
  /** First key that may appear; from `startAfter` or from the page before. */
  readonly start: Buffer;
  readonly limit: number;
}

/** The first byte string after all that begin with `prefix`; UTF-8 has no byte 0xFF, so the last one can be raised. */
function successor(prefix: Buffer): Buffer {
  const raised = Buffer.from(prefix);
  const last = raised.length - 1;
  raised[last] = (raised[last] ?? 0) + 1;
  return raised;
}

const afterKey = (key: Buffer): Buffer => Buffer.concat([key, Buffer.from([0])]);

const commonPrefixOf = (key: Buffer, prefix: Buffer, delimiter: Buffer): Buffer | null => {
  if (delimiter.length === 0) return null;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? null : key.subarray(0, at + delimiter.length);
};

/**
 * Where a listing goes on after an entry: past the whole group when the entry lies in one, since a group that was
 * shown, or that sorts before the entry, is not shown again.
 */
export function startAfter(entry: string, prefix: string, delimiter: string): Buffer {
  const key = keyBytes(entry);
  const group = commonPrefixOf(key, keyBytes(prefix), keyBytes(delimiter));
  return group ? successor(group) : afterKey(key);
}

const fields = `o.key, o.bytes, o.etag, o.modified_at, o.headers->>'x-amz-storage-class' as storage_class,
  o.checksum->>'algorithm' as algorithm, o.checksum->>'type' as type`;

const PLAIN = `
  select ${fields}, null::bytea as common_prefix from s3.object o
  where o.bucket = $1 and o.key >= $2 and ($3::bytea is null or o.key < $3)
  order by o.key limit $4`;

/** One index probe for each entry, however many keys a common prefix stands for. */
const nextEntry = (from: string): string => `
  select found.*, (case when at > 0 then substring(found.key for $6 + at - 1 + $7) end) as common_prefix
  from (
    select ${fields}, position($5::bytea in substring(o.key from $6 + 1)) as at from s3.object o
    where o.bucket = $1 and o.key >= ${from} and ($3::bytea is null or o.key < $3)
    order by o.key limit 1
  ) found`;

const GROUPED = `
  with recursive step as (
    select 1 as n, first.* from (${nextEntry('$2')}) first
    union all
    select step.n + 1, following.* from step, lateral (
      ${nextEntry(`case when step.common_prefix is null then step.key || '\\x00'::bytea
        else set_byte(step.common_prefix, length(step.common_prefix) - 1,
          get_byte(step.common_prefix, length(step.common_prefix) - 1) + 1) end`)}
    ) following
    where step.n < $4
  )
  select * from step order by n`;

interface ListedRow {
  key: Buffer;
  bytes: string;
  etag: string;
  modified_at: Date;
  storage_class: string | null;
  algorithm: string | null;
  type: string | null;
  common_prefix: Buffer | null;
}

const entryFromRow = (row: ListedRow): ListingEntry =>
  row.common_prefix
    ? { commonPrefix: row.common_prefix.toString('utf8') }
    : {
        key: row.key.toString('utf8'),
        bytes: Number(row.bytes),
        etag: row.etag,
        modifiedAt: row.modified_at,
        storageClass: row.storage_class ?? 'STANDARD',
        checksumAlgorithm: row.algorithm,
        checksumType: row.type,
      };

/** Keys in UTF-8 byte order, with keys that share what stands up to the delimiter drawn together. */
export async function listObjects(
  database: Database,
  request: ListingRequest,
): Promise<ListingPage> {
  if (request.limit === 0) return { entries: [], next: null };
  const prefix = keyBytes(request.prefix);
  const delimiter = keyBytes(request.delimiter);
  const start = Buffer.compare(request.start, prefix) < 0 ? prefix : request.start;
  const end = prefix.length === 0 ? null : successor(prefix);
  const common = [request.bucket, start, end, request.limit + 1];
  const { rows } =
    delimiter.length === 0
      ? await database.query<ListedRow>({ name: 's3-list', text: PLAIN, values: common })
      : await database.query<ListedRow>({
          name: 's3-list-grouped',
          text: GROUPED,
          values: [...common, delimiter, prefix.length, delimiter.length],
        });
  const shown = rows.slice(0, request.limit);
  const last = shown.at(-1);
  const more = rows.length > shown.length && last !== undefined;
  return {
    entries: shown.map(entryFromRow),
    next: more ? (last.common_prefix ? successor(last.common_prefix) : afterKey(last.key)) : null,
  };
}
