import type { ChangeEvent } from '@atelier/contracts';
import { type Database, PLATFORM_TENANT, type Transaction } from '@atelier/service-kit';
import { sendSignal } from './signals.ts';

export interface RecordedChange {
  readonly sequence: number;
  readonly event: ChangeEvent;
}

const BATCH = 200;
const KEPT_HOURS = 24;

/** Operators have one stream for the platform; everybody else has his tenant's. */
export const streamOf = (tenantId: string | null): string => tenantId ?? PLATFORM_TENANT;

interface Copy {
  readonly streamId: string;
  readonly userId: string | null;
}

/** Whose streams an event goes into: a tenant's own changes are the operators' business, too; a user's are his alone. */
const copiesOf = ({ tenantId, audience }: ChangeEvent): Copy[] => {
  const operators = { streamId: PLATFORM_TENANT, userId: null };
  if (audience === 'operators' || tenantId === null) return [operators];
  if (audience === 'tenant') return [{ streamId: tenantId, userId: null }, operators];
  return [{ streamId: tenantId, userId: audience.userId }];
};

/** Numbered changes per stream. `database` connects as the app role, `operatorDatabase` as the operator's. */
export const createChangeStore = (deps: { database: Database; operatorDatabase: Database }) => {
  const append = async (
    transaction: Transaction,
    { streamId, userId }: Copy,
    eventId: string,
    event: ChangeEvent,
  ): Promise<void> => {
    const { rows } = await transaction.query<{ sequence: string }>(
      `insert into event_streams as stream (tenant_id, last_sequence) values ($1, 1)
       on conflict (tenant_id) do update set last_sequence = stream.last_sequence + 1
       returning last_sequence as sequence`,
      [streamId],
    );
    await transaction.query(
      `insert into change_events (tenant_id, sequence, user_id, event_id, event)
       values ($1, $2, $3, $4, $5)`,
      [streamId, rows[0]?.sequence, userId, eventId, event],
    );
    await sendSignal(
      { query: (sql, parameters) => transaction.query(sql, parameters) },
      { kind: 'recorded', streamId },
    );
  };

  return {
    /** Once per stream, however often the bus delivers the event. */
    record: async (eventId: string, event: ChangeEvent): Promise<void> => {
      for (const copy of copiesOf(event)) {
        await deps.database.transaction(copy.streamId, async (transaction) => {
          const { rowCount } = await transaction.query(
            'select from change_events where tenant_id = $1 and event_id = $2',
            [copy.streamId, eventId],
          );
          // Two deliveries at once: the second fails on the key, is delivered again, and ends here.
          if (rowCount === 0) await append(transaction, copy, eventId, event);
        });
      }
    },

    /** The number of the newest change, and of the oldest one that is kept. */
    bounds: (streamId: string): Promise<{ first: number; last: number }> =>
      deps.database.transaction(streamId, async (transaction) => {
        const { rows } = await transaction.query<{ first: string | null; last: string | null }>(
          `select (select last_sequence from event_streams where tenant_id = $1) as last,
                  (select min(sequence) from change_events where tenant_id = $1) as first`,
          [streamId],
        );
        const last = Number(rows[0]?.last ?? 0);
        return { last, first: Number(rows[0]?.first ?? last + 1) };
      }),

    /** The next changes after a number that the user may see, and the number to go on from. */
    after: (
      streamId: string,
      sequence: number,
      userId: string,
    ): Promise<{ changes: RecordedChange[]; next: number; more: boolean }> =>
      deps.database.transaction(streamId, async (transaction) => {
        const { rows } = await transaction.query<{
          sequence: string;
          userId: string | null;
          event: ChangeEvent;
        }>(
          `select sequence, user_id as "userId", event from change_events
            where tenant_id = $1 and sequence > $2 order by sequence limit $3`,
          [streamId, sequence, BATCH],
        );
        return {
          changes: rows
            .filter((row) => row.userId === null || row.userId === userId)
            .map((row) => ({ sequence: Number(row.sequence), event: row.event })),
          next: Number(rows.at(-1)?.sequence ?? sequence),
          more: rows.length === BATCH,
        };
      }),

    /** Forgets what nobody resumes from any more. */
    sweep: (): Promise<void> =>
      deps.operatorDatabase.transaction(null, async (transaction) => {
        await transaction.query(
          'delete from change_events where recorded_at < now() - make_interval(hours => $1)',
          [KEPT_HOURS],
        );
      }),

    /** A deleted tenant leaves nothing here. */
    deleteStream: (tenantId: string): Promise<void> =>
      deps.operatorDatabase.transaction(null, async (transaction) => {
        await transaction.query('delete from change_events where tenant_id = $1', [tenantId]);
        await transaction.query('delete from event_streams where tenant_id = $1', [tenantId]);
      }),
  };
};
export type ChangeStore = ReturnType<typeof createChangeStore>;
