import { Client } from 'pg';
import type { ExtractSnapshot } from '../../ports/index.ts';
import { ExtractError } from './failure.ts';
import type { ExtractJob } from './messages.ts';

const MASKING_KEY = /^[\w-]{32,}$/;

/** What COPY's text looks like, and what a statement may do, must not depend on how a server or a role is set up. */
const SETTINGS: Readonly<Record<string, string>> = {
  DateStyle: 'ISO',
  TimeZone: 'UTC',
  extra_float_digits: '1',
  standard_conforming_strings: 'on',
  default_transaction_read_only: 'on',
  jit: 'off',
  // A statement that writes nothing for long would not notice that this process is gone.
  client_connection_check_interval: '1000',
};

export interface SnapshotConnection {
  readonly client: Client;
  readonly backendPid: number;
  readonly snapshot: ExtractSnapshot;
}

/**
 * Connects to the replica as the tenant's login and opens one snapshot that every statement sees. The masking key is a
 * start-up option: neither a statement nor a log ever holds it.
 */
export async function openSnapshot({
  secret,
  replica,
  maxRunMs,
  runId,
}: ExtractJob): Promise<SnapshotConnection> {
  if (!MASKING_KEY.test(secret.maskingKey)) {
    throw new ExtractError({ cause: 'The masking key is not usable.', retryable: false });
  }
  const settings = {
    ...SETTINGS,
    statement_timeout: `${maxRunMs}`,
    'atelier.masking_key': secret.maskingKey,
  };
  const client = new Client({
    ...replica,
    user: secret.user,
    password: secret.password,
    application_name: `extract ${runId}`.slice(0, 63),
    options: Object.entries(settings)
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  // A lost connection fails the statement at work; without a listener it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  // Asked before the snapshot is taken, so that the snapshot saw at least this much.
  const { rows } = await client.query<{ lsn: string | null; pid: number }>(
    'select pg_last_wal_replay_lsn()::text as lsn, pg_backend_pid() as pid',
  );
  const [{ lsn, pid } = { lsn: null, pid: 0 }] = rows;
  if (lsn === null) {
    throw new ExtractError({ cause: 'What should be a replica is none.', retryable: true });
  }
  await client.query('begin isolation level repeatable read read only');
  const taken = await client.query<{ takenAt: Date }>('select clock_timestamp() as "takenAt"');
  const takenAt = taken.rows[0]?.takenAt ?? new Date();
  return { client, backendPid: pid, snapshot: { lsn, takenAt: takenAt.toISOString() } };
}
