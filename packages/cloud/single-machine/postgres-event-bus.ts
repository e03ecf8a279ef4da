import type { Pool } from 'pg';
import type { CloudEvent, EventBus, ReceivedMessage, Subscription } from '../ports/index.ts';
import { createPostgresQueue } from './postgres-queue.ts';

/** A consumer that fails on an event this often has it among its dead letters. */
const MAX_DELIVERIES = 20;
const VISIBILITY_SECONDS = 30;
const EXTEND_EVERY_MS = 10_000;
const MAX_BACKOFF_SECONDS = 300;
const RECOVER_MS = 1_000;

const FAN_OUT = `
  with event as (
    select body::json, source, detail_type
    from unnest($1::text[], $2::text[], $3::text[]) as e (body, source, detail_type)
  ), sent as (
    insert into cloud.message (queue, body, visible_at)
    select 'event/' || consumer, event.body, clock_timestamp()
    from cloud.event_subscription, event
    where (sources is null or event.source = any(sources))
      and (detail_types is null or event.detail_type = any(detail_types))
    returning queue
  )
  select pg_notify('cloud_queue', queue) from (select distinct queue from sent) reached`;

const SUBSCRIBE = `
  insert into cloud.event_subscription (consumer, sources, detail_types) values ($1, $2, $3)
  on conflict (consumer) do update set sources = excluded.sources, detail_types = excluded.detail_types`;

export interface PostgresEventBusDeps {
  readonly pool: Pool;
  /** Told of every failed delivery; the event comes again with growing delay. */
  readonly onError?: (error: unknown, event: CloudEvent | null) => void;
}

/** The queue in which a consumer's events wait: its dead letters are read and redriven there. */
export const eventQueueName = (consumer: string): string => `event/${consumer}`;

/** Fans events out into one queue per consumer when they are published, as an EventBridge rule does into SQS. */
export function createPostgresEventBus({
  pool,
  onError = () => undefined,
}: PostgresEventBusDeps): EventBus {
  return {
    async publish(events) {
      if (events.length === 0) return;
      await pool.query(FAN_OUT, [
        events.map((event) => JSON.stringify(event)),
        events.map((event) => event.source),
        events.map((event) => event['detail-type']),
      ]);
    },

    async subscribe(consumer, pattern, handle): Promise<Subscription> {
      await pool.query(SUBSCRIBE, [
        consumer,
        pattern.source ?? null,
        pattern['detail-type'] ?? null,
      ]);
      const queue = createPostgresQueue<CloudEvent>({
        pool,
        name: eventQueueName(consumer),
        maxDeliveries: MAX_DELIVERIES,
      });
      const closing = new AbortController();

      async function deliver(message: ReceivedMessage<CloudEvent>): Promise<void> {
        const extending = setInterval(() => {
          queue.extend(message.receipt, VISIBILITY_SECONDS).catch(() => undefined);
        }, EXTEND_EVERY_MS);
        try {
          await handle(message.body);
          await queue.ack(message.receipt);
        } catch (error) {
          onError(error, message.body);
          const backoff = Math.min(2 ** (message.deliveries - 1), MAX_BACKOFF_SECONDS);
          await queue.extend(message.receipt, backoff).catch(() => undefined);
        } finally {
          clearInterval(extending);
        }
      }

      async function consume(): Promise<void> {
        while (!closing.signal.aborted) {
          try {
            const messages = await queue.receive({
              max: 10,
              visibilitySeconds: VISIBILITY_SECONDS,
              waitSeconds: 20,
              signal: closing.signal,
            });
            await Promise.all(messages.map(deliver));
          } catch (error) {
            onError(error, null);
            await new Promise((resolve) => setTimeout(resolve, RECOVER_MS));
          }
        }
      }

      const consuming = consume();
      return {
        async close() {
          closing.abort();
          await consuming;
        },
      };
    },
  };
}
