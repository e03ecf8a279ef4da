import { chmod, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSocketServer, type Socket } from 'node:net';

export interface Listening {
  close(): Promise<void>;
}

const PREAMBLE = /^ACCOUNT (\d{12})\n/;
const PREAMBLE_BYTES = 'ACCOUNT 000000000000\n'.length;
const PREAMBLE_WITHIN_MS = 5_000;

const closeServer = (server: Server | ReturnType<typeof createSocketServer>): Promise<void> =>
  new Promise((resolve) => server.close(() => resolve()));

/**
 * Listeners for workbenches, on unix sockets. What comes through one belongs to an account, whatever it says; `accountOf`
 * tells which.
 */
export const createAccountListeners = ({ answer }: { answer: RequestListener }) => {
  const accounts = new WeakMap<Socket, string>();
  const http = (): Server => {
    const server = createServer(answer);
    // A connection that is closed while it is being made has no consequence for others.
    server.on('clientError', (_error, socket) => socket.destroy());
    return server;
  };

  const listen = async (
    server: Server | ReturnType<typeof createSocketServer>,
    path: string,
  ): Promise<void> => {
    await rm(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => resolve());
    });
    await chmod(path, 0o600);
  };

  return {
    accountOf: (socket: Socket): string | null => accounts.get(socket) ?? null,

    /** A socket of one account; who may connect is a matter of the file's owner and mode (0600 at first). */
    listenForAccount: async (accountId: string, path: string): Promise<Listening> => {
      const server = http();
      server.on('connection', (socket) => accounts.set(socket, accountId));
      await listen(server, path);
      return {
        close: async () => {
          const closed = closeServer(server);
          server.closeAllConnections();
          await closed;
        },
      };
    },

    /**
     * One socket for a trusted relay that serves all accounts: each connection begins with `ACCOUNT <12 digits>` and a line
     * feed, written by the relay, and is HTTP from there on.
     */
    listenForRelay: async (path: string): Promise<Listening> => {
      const server = http();
      const open = new Set<Socket>();
      const relay = createSocketServer((socket) => {
        open.add(socket);
        socket.on('close', () => open.delete(socket));
        socket.on('error', () => socket.destroy());
        const late = setTimeout(() => socket.destroy(), PREAMBLE_WITHIN_MS);
        const read = (): void => {
          const head = socket.read(PREAMBLE_BYTES) as Buffer | null;
          if (head === null) return;
          clearTimeout(late);
          socket.off('readable', read);
          const accountId = PREAMBLE.exec(head.toString('latin1'))?.[1];
          if (accountId === undefined) {
            socket.destroy();
            return;
          }
          accounts.set(socket, accountId);
          server.emit('connection', socket);
        };
        socket.on('readable', read);
      });
      await listen(relay, path);
      return {
        close: async () => {
          const closed = closeServer(relay);
          for (const socket of open) socket.destroy();
          await closed;
        },
      };
    },
  };
};
export type AccountListeners = ReturnType<typeof createAccountListeners>;
