import pg from 'pg';
import { z } from 'zod';

/** What the instances of the front-door tell each other, through the database that they share. */
const signal = z.discriminatedUnion('kind', [
  /** A stream has something new. */
  z.object({ kind: z.literal('recorded'), streamId: z.string() }),
  /** What is remembered of a user (null: of the tenant) may be out of date. */
  z.object({
    kind: z.literal('forget'),
    tenantId: z.string().nullable(),
    userId: z.string().nullable(),
  }),
  /** A user (null: a whole tenant) is out. */
  z.object({ kind: z.literal('revoked'), tenantId: z.string(), userId: z.string().nullable() }),
  /** One session was ended by its owner. */
  z.object({ kind: z.literal('signed-out'), sessionId: z.string() }),
]);
export type Signal = z.infer<typeof signal>;

const CHANNEL = 'front_door';
const RECONNECT_MS = 500;

/** Sends within a transaction or by itself; heard once that has committed. */
export const sendSignal = async (
  database: { query(sql: string, parameters: string[]): Promise<unknown> },
  told: Signal,
): Promise<void> => {
  await database.query('select pg_notify($1, $2)', [CHANNEL, JSON.stringify(told)]);
};

/**
 * Listens until closed, on a connection of its own. `onGap` is called whenever listening began anew: signals sent between
 * were not heard.
 */
export const listenForSignals = (deps: {
  connectionString: string;
  onSignal: (told: Signal) => void;
  onGap: () => void;
}): { close(): Promise<void> } => {
  let closed = false;
  let current: pg.Client | null = null;
  let retry: NodeJS.Timeout | undefined;

  const again = (client: pg.Client): void => {
    if (current !== client) return;
    current = null;
    client.end().catch(() => undefined);
    if (!closed) retry = setTimeout(connect, RECONNECT_MS);
  };

  const connect = (): void => {
    const client = new pg.Client({ connectionString: deps.connectionString, keepAlive: true });
    current = client;
    client.on('error', () => again(client));
    client.on('end', () => again(client));
    client.on('notification', ({ payload }) => {
      const told = signal.safeParse(JSON.parse(payload ?? 'null'));
      if (told.success) deps.onSignal(told.data);
    });
    client
      .connect()
      .then(() => client.query(`listen ${CHANNEL}`))
      .then(() => deps.onGap())
      .catch(() => again(client));
  };
  connect();

  return {
    close: async () => {
      closed = true;
      clearTimeout(retry);
      const client = current;
      current = null;
      await client?.end().catch(() => undefined);
    },
  };
};
