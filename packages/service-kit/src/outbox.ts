import type { CloudEvent, EventBus } from '@atelier/cloud/ports';
import {
  type ChangeEvent,
  type CustomersChanged,
  EVENT_SOURCE,
  type SessionsRevoked,
} from '@atelier/contracts';
import { v7 as uuidv7 } from 'uuid';
import type { Database, Transaction } from './database.ts';
import { PLATFORM_TENANT } from './platform-tenant.ts';

export type BusinessEvent = ChangeEvent | SessionsRevoked | CustomersChanged;

/** Records an event in the transaction of what it tells; the relay publishes it after the commit. */
export const recordEvent = async (
  transaction: Transaction,
  event: BusinessEvent,
): Promise<void> => {
  await transaction.query('insert into outbox (tenant_id, id, event) values ($1, $2, $3)', [
    event.tenantId ?? PLATFORM_TENANT,
    uuidv7(),
    event,
  ]);
};

export interface OutboxRelay {
  /** Looks now instead of at the next poll; called after a commit. */
  wake(): void;
  close(): Promise<void>;
}

const POLL_MS = 1000;
const BATCH = 100;

interface Row {
  readonly [column: string]: unknown;
  readonly tenant_id: string;
  readonly id: string;
  readonly event: BusinessEvent;
  readonly created_at: Date;
}

/** A business event in EventBridge's envelope. */
export const eventEnvelope = (told: {
  id: string;
  at: Date;
  event: BusinessEvent;
}): CloudEvent<BusinessEvent> => ({
  id: told.id,
  source: EVENT_SOURCE,
  'detail-type': told.event.type,
  account: '',
  time: told.at.toISOString(),
  region: 'us-east-1',
  detail: told.event,
});

/**
 * Hands recorded events to the bus, at least once: a row goes when the bus has taken it. `database` connects as the
 * service's operator role, since the outbox holds rows of every tenant.
 */
export const startOutboxRelay = (deps: {
  database: Database;
  eventBus: EventBus;
  onError: (error: unknown) => void;
}): OutboxRelay => {
  let closed = false;
  let running = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const relayBatch = () =>
    deps.database.transaction(null, async (transaction) => {
      const { rows } = await transaction.query<Row>(
        'select tenant_id, id, event, created_at from outbox order by created_at, id limit $1 for update skip locked',
        [BATCH],
      );
      if (rows.length === 0) return 0;
      await deps.eventBus.publish(
        rows.map(({ id, event, created_at: at }) => eventEnvelope({ id, event, at })),
      );
      await transaction.query('delete from outbox where id = any($1)', [rows.map((row) => row.id)]);
      return rows.length;
    });

  const drain = async () => {
    try {
      while (!closed && (await relayBatch()) === BATCH);
    } catch (error) {
      deps.onError(error);
    }
  };

  const wake = () => {
    if (closed) return;
    clearTimeout(timer);
    running = running.then(drain).then(() => {
      if (!closed) timer = setTimeout(wake, POLL_MS);
    });
  };
  wake();

  return {
    wake,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await running;
    },
  };
};
