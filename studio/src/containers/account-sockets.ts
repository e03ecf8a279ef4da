import { chmod, chown, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostSocket } from './engine.ts';
import { checkSocketPath } from './host-listener.ts';
import { CONTAINER_UID } from './run-arguments.ts';
import type { UidRanges } from './uid-ranges.ts';

export interface SocketServer {
  close(): Promise<void>;
}

/** Answers on a host socket at `path`, for one account only: another account's keys are refused there. */
export type ServeHostSocket = (
  socket: HostSocket,
  accountId: string,
  path: string,
) => Promise<SocketServer>;

export interface AccountSockets {
  /** Host directory holding these sockets, served from now on; null for none. */
  open(accountId: string, sockets: readonly HostSocket[]): Promise<string | null>;
  /** When the account has no container left and gets no more. */
  remove(accountId: string): Promise<void>;
  /** Stops answering; the directories stay for the containers that still see them. */
  close(): Promise<void>;
}

interface OpenSet {
  readonly accountId: string;
  readonly ready: Promise<{ directory: string; servers: readonly SocketServer[] }>;
}

/**
 * One directory per account and set of sockets, so that a container sees only what it may reach. The directory is the
 * host's; the socket is the account's mapped user's alone. A directory once mounted keeps its identity, so that after a
 * restart the sockets made anew in it are seen by containers that lived on.
 */
export const createAccountSockets = (deps: {
  readonly directory: string;
  readonly uidRanges: UidRanges;
  readonly serve: ServeHostSocket;
}): AccountSockets => {
  const sets = new Map<string, OpenSet>();

  const make = async (key: string, accountId: string, sockets: readonly HostSocket[]) => {
    const directory = join(deps.directory, key);
    await mkdir(directory, { recursive: true, mode: 0o711 });
    const uid = (await deps.uidRanges.baseOf(accountId)) + CONTAINER_UID;
    const servers: SocketServer[] = [];
    for (const socket of sockets) {
      // Put in place whole: nobody meets a socket of the wrong owner, nor one that another process is replacing.
      const path = join(directory, `${socket}.sock`);
      const made = `${path}.${process.pid}`;
      checkSocketPath(made);
      await rm(made, { force: true });
      servers.push(await deps.serve(socket, accountId, made));
      await chown(made, uid, uid);
      await chmod(made, 0o600);
      await rename(made, path);
    }
    return { directory, servers };
  };

  const stop = async (keys: readonly string[]): Promise<void> => {
    const ended = keys.map(async (key) => {
      const set = sets.get(key);
      sets.delete(key);
      await Promise.all(((await set?.ready)?.servers ?? []).map((server) => server.close()));
    });
    await Promise.allSettled(ended);
  };

  return {
    async open(accountId, sockets) {
      if (sockets.length === 0) return null;
      const key = join(accountId, [...sockets].sort().join('+'));
      let set = sets.get(key);
      if (set === undefined) {
        set = { accountId, ready: make(key, accountId, sockets) };
        sets.set(key, set);
        set.ready.catch(() => sets.delete(key));
      }
      return (await set.ready).directory;
    },
    async remove(accountId) {
      await stop([...sets].filter(([, set]) => set.accountId === accountId).map(([key]) => key));
      await rm(join(deps.directory, accountId), { recursive: true, force: true });
    },
    close: () => stop([...sets.keys()]),
  };
};
