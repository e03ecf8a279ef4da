import {
  copyFile,
  lstat,
  mkdir,
  readdir,
  readlink,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { SystemUser } from '../system-user.ts';
import { giveFolder } from './ownership.ts';

/** Folders of which a clone keeps the folder and not what is in it. */
const EMPTY_IN_CLONE = new Set([
  'pg_wal',
  'pg_replslot',
  'pg_dynshmem',
  'pg_notify',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
]);

/** Copies a live data folder; files that vanish on the way were temporary. */
async function copyDataFolder(from: string, to: string, top = true): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const name of await readdir(from)) {
    if (top && name.startsWith('postmaster.')) continue;
    const source = join(from, name);
    const target = join(to, name);
    try {
      const entry = await lstat(source);
      if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
      else if (!entry.isDirectory()) await copyFile(source, target);
      else if (top && EMPTY_IN_CLONE.has(name)) await mkdir(target, { mode: 0o700 });
      else await copyDataFolder(source, target, false);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    }
  }
  if (top) await mkdir(join(to, 'pg_wal', 'archive_status'), { recursive: true, mode: 0o700 });
}

/**
 * Makes `to` a standby of the running primary whose data are in `from`. The slot keeps the primary's log from the
 * moment the copy begins, so that the standby finds all it needs however long the copying takes.
 */
export async function cloneReplica(options: {
  readonly primaryUrl: string;
  readonly from: string;
  readonly to: string;
  readonly slot: string;
  readonly user: SystemUser | null;
}): Promise<void> {
  const { primaryUrl, from, to, slot, user } = options;
  await rm(to, { recursive: true, force: true });
  const client = new pg.Client({ connectionString: primaryUrl });
  await client.connect();
  try {
    await client.query(
      'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and not active',
      [slot],
    );
    await client.query('select pg_create_physical_replication_slot($1, true)', [slot]);
    await client.query('select pg_backup_start($1, true)', ['clone']);
    await copyDataFolder(from, to);
    const { rows } = await client.query<{ labelfile: string }>(
      'select labelfile from pg_backup_stop(false)',
    );
    await writeFile(join(to, 'backup_label'), rows[0]?.labelfile ?? '', { mode: 0o600 });
    // Written last: a folder without it is an unfinished clone.
    await writeFile(join(to, 'standby.signal'), '', { mode: 0o600 });
  } finally {
    await client.end();
  }
  if (user) await giveFolder(to, user);
}

/** Returns once the replica has replayed all that the primary had written when this was called. */
export async function waitForReplay(options: {
  readonly primaryUrl: string;
  readonly replicaUrl: string;
  readonly withinMs: number;
}): Promise<void> {
  const primary = new pg.Client({ connectionString: options.primaryUrl });
  const replica = new pg.Client({ connectionString: options.replicaUrl });
  try {
    await Promise.all([primary.connect(), replica.connect()]);
    const { rows } = await primary.query<{ lsn: string }>(
      'select pg_current_wal_flush_lsn()::text as lsn',
    );
    const started = performance.now();
    for (;;) {
      const replayed = await replica.query<{ done: boolean | null }>(
        'select pg_last_wal_replay_lsn() >= $1::pg_lsn as done',
        [rows[0]?.lsn],
      );
      if (replayed.rows[0]?.done) return;
      if (performance.now() - started > options.withinMs) {
        throw new Error(`the replica did not catch up within ${options.withinMs / 1000} s`);
      }
      await delay(10);
    }
  } finally {
    await Promise.allSettled([primary.end(), replica.end()]);
  }
}
