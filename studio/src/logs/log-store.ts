import { type Database, transaction } from '../database.ts';
import { groupExists, groupNotFound, streamExists, streamNotFound } from './logs-errors.ts';

export interface LogGroup {
  readonly name: string;
  readonly createdAt: Date;
  readonly retentionDays: number | null;
  readonly bytes: number;
}

export interface LogStream {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly firstEventMs: number | null;
  readonly lastEventMs: number | null;
  readonly lastIngestedMs: number | null;
  readonly bytes: number;
}

export interface NewEvent {
  readonly atMs: number;
  readonly message: string;
}

/** Where an event stands in its stream: by time, and within one time by arrival. */
export interface EventPosition {
  readonly atMs: number;
  readonly sequence: number;
}

export interface LogEvent extends EventPosition {
  readonly streamId: string;
  readonly ingestedMs: number;
  readonly message: string;
}

export interface StreamName {
  readonly accountId: string;
  readonly group: string;
  readonly stream: string;
}

export interface EventQuery {
  /** Included. */
  readonly fromMs: number | null;
  /** Not included. */
  readonly toMs: number | null;
  readonly limit: number;
}

/** Words that a message must, must not, and must at least one of them contain. */
export interface Pattern {
  readonly all: readonly string[];
  readonly any: readonly string[];
  readonly none: readonly string[];
}

export interface LogStore {
  createGroup(accountId: string, name: string, at: Date): Promise<void>;
  ensureGroup(accountId: string, name: string, at: Date): Promise<void>;
  deleteGroup(accountId: string, name: string): Promise<void>;
  setRetention(accountId: string, name: string, days: number | null): Promise<void>;
  groups(
    accountId: string,
    page: { prefix: string; pattern: string; after: string; limit: number },
  ): Promise<LogGroup[]>;
  createStream(name: StreamName, at: Date): Promise<void>;
  deleteStream(name: StreamName): Promise<void>;
  /** Throws `ResourceNotFoundException` when the group or the stream is not there. */
  stream(name: StreamName): Promise<LogStream>;
  streams(
    accountId: string,
    group: string,
    page: {
      prefix: string;
      order: 'name' | 'last-event';
      descending: boolean;
      offset: number;
      limit: number;
    },
  ): Promise<LogStream[]>;
  /** Appends in one go, so that two writers do not mix; makes group and stream when `create`. */
  append(
    name: StreamName,
    events: readonly NewEvent[],
    options: { at: Date; create: boolean; keepOrder: boolean },
  ): Promise<void>;
  /** Events of a stream behind or before a position, in their order. */
  events(
    streamId: string,
    query: EventQuery & { from: EventPosition | null; backward: boolean },
  ): Promise<LogEvent[]>;
  /** Events of a group in order of time. */
  filter(
    accountId: string,
    group: string,
    query: EventQuery & {
      pattern: Pattern;
      streamNames: readonly string[] | null;
      streamPrefix: string;
      after: (EventPosition & { streamId: string }) | null;
    },
  ): Promise<(LogEvent & { streamName: string })[]>;
  deleteExpired(now: Date): Promise<number>;
  deleteForAccount(accountId: string): Promise<void>;
}

interface StreamRow {
  id: string;
  name: string;
  created_at: Date;
  first_event_ms: string | null;
  last_event_ms: string | null;
  last_ingested_ms: string | null;
  bytes: string;
}

interface EventRow {
  stream_id: string;
  at_ms: string;
  sequence: string;
  ingested_ms: string;
  message: string;
}

const numberOrNull = (text: string | null): number | null => (text === null ? null : Number(text));

const streamFromRow = (row: StreamRow): LogStream => ({
  id: row.id,
  name: row.name,
  createdAt: row.created_at,
  firstEventMs: numberOrNull(row.first_event_ms),
  lastEventMs: numberOrNull(row.last_event_ms),
  lastIngestedMs: numberOrNull(row.last_ingested_ms),
  bytes: Number(row.bytes),
});

const eventFromRow = (row: EventRow): LogEvent => ({
  streamId: row.stream_id,
  atMs: Number(row.at_ms),
  sequence: Number(row.sequence),
  ingestedMs: Number(row.ingested_ms),
  message: row.message,
});

/** PostgreSQL's text holds no U+0000, which a container may well print. */
const storable = (message: string): string => message.replaceAll('\0', '\ufffd').toWellFormed();

const RESERVE = `
  update logs.log_stream set
    next_sequence = next_sequence + $4,
    first_event_ms = least(first_event_ms, $5),
    last_event_ms = greatest(last_event_ms, $6),
    last_ingested_ms = $7,
    bytes = bytes + $8
  where account_id = $1 and group_name = $2 and name = $3
  returning id, next_sequence - $4 as first_sequence`;

/** What one answer may carry; the first event always goes, or a reader would never get past it. */
const answerBytes = 1 << 20;

/** Rows of `found`, which has them in `order`, as long as the answer stays small enough. */
const withinAnswer = (found: string, order: string): string => `
  select * from (
    select found.*, row_number() over (order by ${order}) as place,
      sum(octet_length(message) + 26) over (order by ${order}) as running
    from (${found}) found
  ) counted
  where running <= ${answerBytes} or place = 1
  order by ${order}`;

const INSERT_EVENTS = `
  insert into logs.log_event (stream_id, at_ms, sequence, ingested_ms, message)
  select $1, event.at_ms, $2::bigint + event.n - 1, $3, event.message
  from unnest($4::bigint[], $5::text[]) with ordinality as event (at_ms, message, n)`;

export function createLogStore({ database }: { database: Database }): LogStore {
  async function groupIsThere(accountId: string, name: string): Promise<boolean> {
    const { rowCount } = await database.query(
      'select 1 from logs.log_group where account_id = $1 and name = $2',
      [accountId, name],
    );
    return rowCount === 1;
  }

  async function whatIsMissing({ accountId, group }: StreamName): Promise<Error> {
    return (await groupIsThere(accountId, group)) ? streamNotFound() : groupNotFound();
  }

  /** False when the group was there already. */
  async function insertGroup(accountId: string, name: string, at: Date): Promise<boolean> {
    const { rowCount } = await database.query(
      `insert into logs.log_group (account_id, name, created_at) values ($1, $2, $3)
       on conflict do nothing`,
      [accountId, name, at],
    );
    return rowCount === 1;
  }

  async function ensureStream({ accountId, group, stream }: StreamName, at: Date): Promise<void> {
    await insertGroup(accountId, group, at);
    await database.query(
      `insert into logs.log_stream (account_id, group_name, name, created_at)
       values ($1, $2, $3, $4) on conflict do nothing`,
      [accountId, group, stream, at],
    );
  }

  return {
    async createGroup(accountId, name, at) {
      if (!(await insertGroup(accountId, name, at))) throw groupExists();
    },

    async ensureGroup(accountId, name, at) {
      await insertGroup(accountId, name, at);
    },

    async deleteGroup(accountId, name) {
      const { rowCount } = await database.query(
        'delete from logs.log_group where account_id = $1 and name = $2',
        [accountId, name],
      );
      if (rowCount === 0) throw groupNotFound();
    },

    async setRetention(accountId, name, days) {
      const { rowCount } = await database.query(
        'update logs.log_group set retention_days = $3 where account_id = $1 and name = $2',
        [accountId, name, days],
      );
      if (rowCount === 0) throw groupNotFound();
    },

    async groups(accountId, { prefix, pattern, after, limit }) {
      const { rows } = await database.query<{
        name: string;
        created_at: Date;
        retention_days: number | null;
        bytes: string;
      }>(
        `select g.name, g.created_at, g.retention_days, (
           select coalesce(sum(s.bytes), 0) from logs.log_stream s
           where s.account_id = g.account_id and s.group_name = g.name
         ) as bytes
         from logs.log_group g
         where g.account_id = $1 and starts_with(g.name, $2)
           and position(lower($3) in lower(g.name)) > 0 and g.name collate "C" > $4
         order by g.name collate "C" limit $5`,
        [accountId, prefix, pattern, after, limit],
      );
      return rows.map((row) => ({
        name: row.name,
        createdAt: row.created_at,
        retentionDays: row.retention_days,
        bytes: Number(row.bytes),
      }));
    },

    async createStream(name, at) {
      const { rowCount } = await database.query(
        `insert into logs.log_stream (account_id, group_name, name, created_at)
         select account_id, name, $3, $4 from logs.log_group where account_id = $1 and name = $2
         on conflict do nothing`,
        [name.accountId, name.group, name.stream, at],
      );
      if (rowCount === 1) return;
      throw (await groupIsThere(name.accountId, name.group)) ? streamExists() : groupNotFound();
    },

    async deleteStream(name) {
      const { rowCount } = await database.query(
        'delete from logs.log_stream where account_id = $1 and group_name = $2 and name = $3',
        [name.accountId, name.group, name.stream],
      );
      if (rowCount === 0) throw await whatIsMissing(name);
    },

    async stream(name) {
      const { rows } = await database.query<StreamRow>(
        'select * from logs.log_stream where account_id = $1 and group_name = $2 and name = $3',
        [name.accountId, name.group, name.stream],
      );
      const [row] = rows;
      if (!row) throw await whatIsMissing(name);
      return streamFromRow(row);
    },

    async streams(accountId, group, { prefix, order, descending, offset, limit }) {
      if (!(await groupIsThere(accountId, group))) throw groupNotFound();
      const direction = descending ? 'desc' : 'asc';
      const column = order === 'name' ? '' : `last_event_ms ${direction} nulls last, `;
      const { rows } = await database.query<StreamRow>(
        `select * from logs.log_stream
         where account_id = $1 and group_name = $2 and starts_with(name, $3)
         order by ${column} name collate "C" ${direction} offset $4 limit $5`,
        [accountId, group, prefix, offset, limit],
      );
      return rows.map(streamFromRow);
    },

    async append(name, events, { at, create, keepOrder }) {
      const [first] = events;
      if (!first) return;
      if (create) await ensureStream(name, at);
      const messages = events.map(({ message }) => storable(message));
      const bytes = messages.reduce((sum, message) => sum + Buffer.byteLength(message) + 26, 0);
      const times = events.map(({ atMs }) => atMs);
      await transaction(database, async (client) => {
        const key = [name.accountId, name.group, name.stream];
        if (keepOrder) {
          const { rows } = await client.query<{ last_event_ms: string | null }>(
            `select last_event_ms from logs.log_stream
             where account_id = $1 and group_name = $2 and name = $3 for update`,
            key,
          );
          let last = Number(rows[0]?.last_event_ms ?? 0);
          for (const [index, time] of times.entries()) {
            last = Math.max(last, time);
            times[index] = last;
          }
        }
        const { rows } = await client.query<{ id: string; first_sequence: string }>(RESERVE, [
          ...key,
          events.length,
          Math.min(...times),
          Math.max(...times),
          at.getTime(),
          bytes,
        ]);
        const [stream] = rows;
        if (!stream) throw await whatIsMissing(name);
        await client.query(INSERT_EVENTS, [
          stream.id,
          stream.first_sequence,
          at.getTime(),
          times,
          messages,
        ]);
      });
    },

    async events(streamId, { fromMs, toMs, limit, from, backward }) {
      const [sign, direction] = backward ? ['<', 'desc'] : ['>', 'asc'];
      const order = `at_ms ${direction}, sequence ${direction}`;
      const { rows } = await database.query<EventRow>(
        withinAnswer(
          `select * from logs.log_event
         where stream_id = $1 and ($2::bigint is null or at_ms >= $2)
           and ($3::bigint is null or at_ms < $3)
           and ($4::bigint is null or (at_ms, sequence) ${sign} ($4, $5::bigint))
         order by ${order} limit $6`,
          order,
        ),
        [streamId, fromMs, toMs, from?.atMs ?? null, from?.sequence ?? null, limit],
      );
      const events = rows.map(eventFromRow);
      return backward ? events.reverse() : events;
    },

    async filter(accountId, group, query) {
      if (!(await groupIsThere(accountId, group))) throw groupNotFound();
      const { pattern, after } = query;
      const { rows } = await database.query<EventRow & { stream_name: string }>(
        withinAnswer(
          `select e.*, s.name as stream_name
         from logs.log_event e join logs.log_stream s on s.id = e.stream_id
         where s.account_id = $1 and s.group_name = $2
           and ($3::text[] is null or s.name = any($3)) and starts_with(s.name, $4)
           and ($5::bigint is null or e.at_ms >= $5) and ($6::bigint is null or e.at_ms < $6)
           and (select coalesce(bool_and(position(word in e.message) > 0), true)
                from unnest($7::text[]) word)
           and (cardinality($8::text[]) = 0
                or exists (select 1 from unnest($8) word where position(word in e.message) > 0))
           and not exists (select 1 from unnest($9::text[]) word
                           where position(word in e.message) > 0)
           and ($10::bigint is null
                or (e.at_ms, e.stream_id, e.sequence) > ($10, $11::bigint, $12::bigint))
         order by e.at_ms, e.stream_id, e.sequence limit $13`,
          'at_ms, stream_id, sequence',
        ),
        [
          accountId,
          group,
          query.streamNames,
          query.streamPrefix,
          query.fromMs,
          query.toMs,
          pattern.all,
          pattern.any,
          pattern.none,
          after?.atMs ?? null,
          after?.streamId ?? null,
          after?.sequence ?? null,
          query.limit,
        ],
      );
      return rows.map((row) => ({ ...eventFromRow(row), streamName: row.stream_name }));
    },

    async deleteExpired(now) {
      const { rowCount } = await database.query(
        `delete from logs.log_event e using logs.log_stream s, logs.log_group g
         where e.stream_id = s.id and s.account_id = g.account_id and s.group_name = g.name
           and e.at_ms < $1 - g.retention_days * 86400000::bigint`,
        [now.getTime()],
      );
      return rowCount ?? 0;
    },

    async deleteForAccount(accountId) {
      await database.query('delete from logs.log_group where account_id = $1', [accountId]);
    },
  };
}
