import type { Pool } from 'pg';
import {
  CloudError,
  MAX_STATE_BYTES,
  type Page,
  type StateItem,
  type StateStore,
} from '../ports/index.ts';

/** An instant at full precision, as text: a JavaScript Date would lose the microseconds that order pages. */
const instant = (column: string): string =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const ITEM = `tenant_id as "tenantId", kind, id, state, version::float8 as version,
  due_at as "dueAt", created_at as "createdAt", updated_at as "updatedAt"`;

const LIST = `
  select ${ITEM}, array[${instant('created_at')}, id] as position from cloud.state
  where tenant_id = $1 and kind = $2
    and ($4::text[] is null or (created_at, id) < (($4::text[])[1]::timestamptz, ($4::text[])[2]))
  order by created_at desc, id desc limit $3`;

const DUE = `
  select ${ITEM}, array[${instant('due_at')}, tenant_id, id] as position from cloud.state
  where kind = $1 and due_at <= $2
    and ($4::text[] is null or (due_at, tenant_id, id)
      > (($4::text[])[1]::timestamptz, ($4::text[])[2], ($4::text[])[3]))
  order by due_at, tenant_id, id limit $3`;

type Row<State> = StateItem<State> & { position: string[] };

/** A `StateStore` in the table `cloud.state`. */
export function createPostgresStateStore({ pool }: { readonly pool: Pool }): StateStore {
  async function page<State>(
    query: string,
    key: readonly [string, string | Date],
    { limit, cursor }: { limit: number; cursor?: string | null },
    positionLength: number,
  ): Promise<Page<StateItem<State>>> {
    const after = cursor == null ? null : parseCursor(cursor, positionLength);
    // One more than asked for tells whether there is a next page.
    const { rows } = await pool.query<Row<State>>(query, [...key, limit + 1, after]);
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    return {
      items: rows.slice(0, limit).map(({ position: _, ...item }) => item),
      nextCursor: last === undefined ? null : writeCursor(last.position),
    };
  }

  return {
    async create(key, state, dueAt) {
      const { rowCount } = await pool.query(
        `insert into cloud.state (tenant_id, kind, id, state, due_at) values ($1, $2, $3, $4, $5)
         on conflict do nothing`,
        [key.tenantId, key.kind, key.id, serialise(state), dueAt],
      );
      return rowCount === 1;
    },

    async get<State>(key: { tenantId: string; kind: string; id: string }) {
      const { rows } = await pool.query<StateItem<State>>(
        `select ${ITEM} from cloud.state where tenant_id = $1 and kind = $2 and id = $3`,
        [key.tenantId, key.kind, key.id],
      );
      return rows[0] ?? null;
    },

    async update(key, version, state, dueAt) {
      const { rowCount } = await pool.query(
        `update cloud.state
         set state = $5, due_at = $6, version = version + 1, updated_at = clock_timestamp()
         where tenant_id = $1 and kind = $2 and id = $3 and version = $4`,
        [key.tenantId, key.kind, key.id, version, serialise(state), dueAt],
      );
      return rowCount === 1;
    },

    listByTenant: (tenantId, kind, options) => page(LIST, [tenantId, kind], options, 2),

    due: (kind, before, options) => page(DUE, [kind, before], options, 3),

    async delete(key) {
      await pool.query('delete from cloud.state where tenant_id = $1 and kind = $2 and id = $3', [
        key.tenantId,
        key.kind,
        key.id,
      ]);
    },
  };
}

function serialise(state: unknown): string {
  const json = JSON.stringify(state);
  const bytes = Buffer.byteLength(json);
  if (bytes > MAX_STATE_BYTES) {
    throw new CloudError('state_too_large', `${bytes} bytes of state, of ${MAX_STATE_BYTES}`);
  }
  return json;
}

const writeCursor = (position: readonly string[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

function parseCursor(cursor: string, length: number): string[] {
  let position: unknown;
  try {
    position = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch (cause) {
    throw new CloudError('invalid_cursor', 'not a cursor of this list', { cause });
  }
  const valid =
    Array.isArray(position) &&
    position.length === length &&
    position.every((part) => typeof part === 'string' && !part.includes('\0')) &&
    !Number.isNaN(Date.parse(position[0]));
  if (!valid) throw new CloudError('invalid_cursor', 'not a cursor of this list');
  return position as string[];
}
