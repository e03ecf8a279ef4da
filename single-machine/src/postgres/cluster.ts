import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { exists } from '../exists.ts';
import type { Running } from '../running.ts';
import type { SystemUser } from '../system-user.ts';
import { installPostgresBinaries } from './binaries.ts';
import { cloneReplica, waitForReplay } from './replica.ts';
import { initialiseCluster, makeServerFolder, startServer, writeAccessFile } from './server.ts';
import {
  primaryAccess,
  primarySettings,
  replicaAccess,
  replicaSettings,
  type Settings,
} from './settings.ts';

export interface ClusterOptions {
  /** Folder of everything PostgreSQL keeps; must be reachable by `user`. */
  readonly home: string;
  readonly primaryPort: number;
  readonly replicaPort: number;
  /** Password of the superuser `postgres`. */
  readonly password: string;
  /** Whom the servers run as; null: as we are. */
  readonly user: SystemUser | null;
  readonly primaryLog: Writable;
  readonly replicaLog: Writable;
  readonly extraSettings?: Settings;
}

/** A primary and its streaming replica; each may be started, killed and started again on its own. */
export interface PostgresCluster {
  readonly primaryUrl: (database: string) => string;
  readonly replicaUrl: (database: string) => string;
  /** Returns once it accepts connections; makes the cluster at first. */
  startPrimary(): Promise<Running>;
  /** Returns once it has replayed all that the primary holds; clones the primary at first, and when it cannot go on. */
  startReplica(): Promise<Running>;
  /** Waits until the replica has what the primary has written so far. */
  waitForReplay(withinMs?: number): Promise<void>;
}

const SLOT = 'replica';
const CATCH_UP_MS = 15_000;

export function createPostgresCluster(options: ClusterOptions): PostgresCluster {
  const { home, password, user, extraSettings = {} } = options;
  const primaryData = join(home, 'primary');
  const replicaData = join(home, 'replica');
  const socketDirectory = join(home, 'sockets');
  const url = (port: number) => (database: string) =>
    `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  const primaryUrl = url(options.primaryPort);
  const replicaUrl = url(options.replicaPort);

  async function prepare(): Promise<string> {
    await mkdir(home, { recursive: true, mode: 0o711 });
    await makeServerFolder(socketDirectory, user);
    return installPostgresBinaries(home);
  }

  async function openReplica(binaries: string, accessFile: string): Promise<Running> {
    const running = await startServer(
      { binaries, user, log: options.replicaLog },
      {
        dataDirectory: replicaData,
        settings: {
          ...replicaSettings({
            port: options.replicaPort,
            socketDirectory,
            accessFile,
            primaryConnection: `host=127.0.0.1 port=${options.primaryPort} user=postgres password=${password}`,
            slot: SLOT,
          }),
          ...extraSettings,
        },
      },
    );
    try {
      await waitForReplay({
        primaryUrl: primaryUrl('postgres'),
        replicaUrl: replicaUrl('postgres'),
        withinMs: CATCH_UP_MS,
      });
    } catch (cause) {
      await running.stop();
      throw cause;
    }
    return running;
  }

  return {
    primaryUrl,
    replicaUrl,

    async startPrimary() {
      const binaries = await prepare();
      const server = { binaries, user, log: options.primaryLog };
      if (!(await exists(join(primaryData, 'PG_VERSION')))) {
        await rm(primaryData, { recursive: true, force: true });
        await initialiseCluster(server, { dataDirectory: primaryData, password });
      }
      const accessFile = join(home, 'primary.hba.conf');
      await writeAccessFile(accessFile, primaryAccess, user);
      return startServer(server, {
        dataDirectory: primaryData,
        settings: {
          ...primarySettings({ port: options.primaryPort, socketDirectory, accessFile }),
          ...extraSettings,
        },
      });
    },

    async startReplica() {
      const binaries = await prepare();
      const accessFile = join(home, 'replica.hba.conf');
      await writeAccessFile(accessFile, replicaAccess, user);
      const clone = () =>
        cloneReplica({
          primaryUrl: primaryUrl('postgres'),
          from: primaryData,
          to: replicaData,
          slot: SLOT,
          user,
        });
      if (!(await exists(join(replicaData, 'standby.signal')))) await clone();
      try {
        return await openReplica(binaries, accessFile);
      } catch {
        // Its slot was given up, or its folder is damaged: everything it holds, the primary holds.
        await clone();
        return openReplica(binaries, accessFile);
      }
    },

    waitForReplay: (withinMs = CATCH_UP_MS) =>
      waitForReplay({
        primaryUrl: primaryUrl('postgres'),
        replicaUrl: replicaUrl('postgres'),
        withinMs,
      }),
  };
}
