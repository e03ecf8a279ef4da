import type { Pool } from 'pg';
import type { DeadLetter, Queue, ReceivedMessage } from '../ports/index.ts';
import { createNotifications, type Notifications } from './notifications.ts';

const CHANNEL = 'cloud_queue';
/** As long as SQS remembers a deduplication id. */
const DEDUPE_WINDOW_SECONDS = 300;
/** A message that becomes visible unannounced, or a lost notification, is found after this long at the latest. */
const POLL_MS = 2_000;
/** Every so many sends with a deduplication id, ids past their window are removed. */
const PURGE_EVERY = 200;

const SEND = `
  insert into cloud.message (queue, body, visible_at)
  values ($1, $2, clock_timestamp() + make_interval(secs => $3))`;

const SEND_ONCE = `
  with fresh as (
    insert into cloud.message_dedupe as seen (queue, dedupe_id, expires_at)
    values ($1, $4, clock_timestamp() + make_interval(secs => ${DEDUPE_WINDOW_SECONDS}))
    on conflict (queue, dedupe_id) do update set expires_at = excluded.expires_at
      where seen.expires_at <= now()
    returning 1
  )
  insert into cloud.message (queue, body, visible_at)
  select $1, $2, clock_timestamp() + make_interval(secs => $3) from fresh`;

const NOTIFY = `select pg_notify('${CHANNEL}', $1)`;

/** Hands out visible messages; those that were handed out often enough become dead letters instead. */
const RECEIVE = `
  with due as (
    select id, deliveries from cloud.message
    where queue = $1 and dead_since is null and visible_at <= now()
    order by visible_at limit $2
    for update skip locked
  ), buried as (
    update cloud.message m set dead_since = clock_timestamp(), receipt = null
    from due where m.id = due.id and due.deliveries >= $4
    returning 1
  ), handed as (
    update cloud.message m
    set deliveries = m.deliveries + 1, receipt = gen_random_uuid()::text,
        visible_at = clock_timestamp() + make_interval(secs => $3)
    from due where m.id = due.id and due.deliveries < $4
    returning m.id, m.receipt, m.body, m.deliveries
  )
  select handed.*, (select count(*)::int from buried) as buried from handed
  union all
  select null, null, null, null, (select count(*)::int from buried) where not exists (select from handed)`;

const NEXT_VISIBLE = `
  select (extract(epoch from min(visible_at) - clock_timestamp()) * 1000)::float8 as "inMs"
  from cloud.message where queue = $1 and dead_since is null`;

const BURY = `
  update cloud.message set dead_since = clock_timestamp(), receipt = null
  where id in (
    select id from cloud.message
    where queue = $1 and dead_since is null and visible_at <= now() and deliveries >= $2
    for update skip locked
  )`;

const PURGE = `
  delete from cloud.message_dedupe where (queue, dedupe_id) in (
    select queue, dedupe_id from cloud.message_dedupe where expires_at <= now()
    limit 1000 for update skip locked
  )`;

const notificationsOf = new WeakMap<Pool, Notifications>();

export interface PostgresQueueDeps {
  readonly pool: Pool;
  readonly name: string;
  readonly maxDeliveries: number;
}

/** A queue in the table `cloud.message`. Processes that name the same queue share its messages. */
export function createPostgresQueue<Body>({
  pool,
  name,
  maxDeliveries,
}: PostgresQueueDeps): Queue<Body> {
  const notifications = notificationsOf.get(pool) ?? createNotifications(pool, CHANNEL);
  notificationsOf.set(pool, notifications);
  let sentOnce = 0;

  async function receiveVisible(max: number, visibility: number): Promise<ReceivedMessage<Body>[]> {
    for (;;) {
      const { rows } = await pool.query(RECEIVE, [name, max, visibility, maxDeliveries]);
      const handed = rows.filter((row) => row.id !== null);
      if (handed.length > 0 || rows[0]?.buried === 0) {
        return handed.map(({ id, receipt, body, deliveries }) => ({
          id,
          receipt,
          body,
          deliveries,
        }));
      }
    }
  }

  return {
    async send(body, { dedupeId, delaySeconds = 0 } = {}) {
      const values = [name, JSON.stringify(body), delaySeconds];
      const { rowCount } =
        dedupeId === undefined
          ? await pool.query(SEND, values)
          : await pool.query(SEND_ONCE, [...values, dedupeId]);
      if (dedupeId !== undefined && ++sentOnce % PURGE_EVERY === 0) await pool.query(PURGE);
      if (rowCount === 1) await pool.query(NOTIFY, [name]);
    },

    async receive({ max, visibilitySeconds, waitSeconds = 0, signal }) {
      const deadline = performance.now() + waitSeconds * 1000;
      const watch = notifications.watch(name);
      try {
        while (signal?.aborted !== true) {
          const messages = await receiveVisible(max, visibilitySeconds);
          const leftMs = deadline - performance.now();
          if (messages.length > 0 || leftMs <= 0) return messages;
          const next = await pool.query<{ inMs: number | null }>(NEXT_VISIBLE, [name]);
          const nextMs = Math.max(next.rows[0]?.inMs ?? POLL_MS, 20);
          await watch.wait(Math.min(leftMs, nextMs, POLL_MS), signal);
        }
        return [];
      } finally {
        watch.close();
      }
    },

    async extend(receipt, visibilitySeconds) {
      await pool.query(
        `update cloud.message set visible_at = clock_timestamp() + make_interval(secs => $3)
         where queue = $1 and receipt = $2 and visible_at > now()`,
        [name, receipt, visibilitySeconds],
      );
      // Zero seconds puts the message back at once.
      if (visibilitySeconds === 0) await pool.query(NOTIFY, [name]);
    },

    async ack(receipt) {
      await pool.query(
        'delete from cloud.message where queue = $1 and receipt = $2 and visible_at > now()',
        [name, receipt],
      );
    },

    async deadLetters({ max }) {
      await pool.query(BURY, [name, maxDeliveries]);
      const { rows } = await pool.query<DeadLetter<Body>>(
        `select id, body, deliveries, dead_since as "deadSince" from cloud.message
         where queue = $1 and dead_since is not null order by dead_since, id limit $2`,
        [name, max],
      );
      return rows;
    },

    async redrive(id) {
      await pool.query(
        `update cloud.message set dead_since = null, deliveries = 0, visible_at = clock_timestamp()
         where queue = $1 and id::text = $2 and dead_since is not null`,
        [name, id],
      );
      await pool.query(NOTIFY, [name]);
    },
  };
}
