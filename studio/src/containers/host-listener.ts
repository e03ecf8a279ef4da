import { existsSync, linkSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';

/** Longest path that fits a unix socket's address. */
const SOCKET_PATH_BYTES = 107;

export const checkSocketPath = (path: string): void => {
  if (Buffer.byteLength(path) > SOCKET_PATH_BYTES) {
    throw new Error(`socket path over ${SOCKET_PATH_BYTES} bytes: ${path}`);
  }
};

interface HandleWithFd {
  readonly fd: number;
}

const hasFd = (handle: unknown): handle is HandleWithFd =>
  typeof handle === 'object' &&
  handle !== null &&
  'fd' in handle &&
  typeof handle.fd === 'number' &&
  handle.fd >= 0;

export interface PassableListener {
  readonly fd: number;
  /** Closes this process's descriptor but keeps the path, which now leads to whoever inherited it. */
  release(): void;
}

const kept = (path: string): string => `${path}.k`;

/**
 * A listening socket at `path` whose descriptor can be given to a child. The host connects to a path that only the host
 * can change, so no tenant can point it elsewhere.
 */
export const listenToPass = (path: string): Promise<PassableListener> => {
  checkSocketPath(path);
  rmSync(path, { force: true });
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path, backlog: 511 }, () => {
      // Node has no public way to a server's descriptor.
      const handle: unknown = Reflect.get(server, '_handle');
      if (!hasFd(handle)) {
        server.close();
        reject(new Error('this Node does not show the descriptor of a listening socket'));
        return;
      }
      resolve({
        fd: handle.fd,
        release() {
          // close() unlinks the path it made; a second name keeps the socket reachable.
          rmSync(kept(path), { force: true });
          linkSync(path, kept(path));
          server.close();
          renameSync(kept(path), path);
        },
      });
    });
  });
};

/** Finishes a `release()` that a crash cut short. */
export const restoreListenerPath = (path: string): void => {
  if (!existsSync(path) && existsSync(kept(path))) renameSync(kept(path), path);
};
