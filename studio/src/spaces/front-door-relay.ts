import { createConnection, createServer, type Socket } from 'node:net';
import type { SocketServer } from '../containers/index.ts';

/**
 * Serves an account's `front-door` socket: each connection goes on to the front-door's relay socket and begins with a
 * line that says whose it is, which nothing in the container can change.
 */
export const relayToFrontDoor = async (options: {
  readonly accountId: string;
  /** Socket that the account's containers see. */
  readonly path: string;
  /** Socket on which the front-door trusts this process; null: there is none, and connections end at once. */
  readonly frontDoor: string | null;
}): Promise<SocketServer> => {
  const { frontDoor } = options;
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (inside) => {
    if (frontDoor === null) {
      inside.destroy();
      return;
    }
    const outside = createConnection({ path: frontDoor, allowHalfOpen: true });
    for (const [socket, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      open.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
    }
    outside.write(`ACCOUNT ${options.accountId}\n`);
    inside.pipe(outside);
    outside.pipe(inside);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.path, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
};
