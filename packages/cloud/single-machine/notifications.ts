import { Socket } from 'node:net';
import { Client, type Pool } from 'pg';

/** Remembers what was notified from its making on, so that nothing is missed between looking and waiting. */
interface Watch {
  /** Resolves when the topic was notified, the time is over or the signal aborts, whichever comes first. */
  wait(timeoutMs: number, signal?: AbortSignal): Promise<void>;
  close(): void;
}

export interface Notifications {
  watch(topic: string): Watch;
}

const LINGER_MS = 1_000;

/**
 * Waits for NOTIFY on a channel whose payload is a topic. One connection outside the pool serves every watch of a
 * process; it goes away when nobody watches, so that nothing has to be closed. A lost connection only costs latency:
 * watches time out and their owners look for themselves.
 */
export function createNotifications(pool: Pool, channel: string): Notifications {
  const watches = new Set<{ topic: string; notify: () => void }>();
  let listener: Client | null = null;
  let linger: NodeJS.Timeout | undefined;

  const notifyAll = (topic: string | null): void => {
    for (const watch of watches) if (topic === null || watch.topic === topic) watch.notify();
  };

  const drop = (client: Client): void => {
    if (listener === client) listener = null;
    client.end().catch(() => undefined);
  };

  const listen = (): void => {
    clearTimeout(linger);
    if (listener !== null || pool.ended) return;
    // The pool hides its password from being copied.
    const { password } = pool.options;
    const client = new Client({
      ...pool.options,
      ...(password === undefined ? {} : { password }),
      stream: () => new Socket().unref(),
    });
    listener = client;
    client.on('error', () => drop(client));
    client.on('end', () => drop(client));
    client.on('notification', (message) => notifyAll(message.payload ?? null));
    client
      .connect()
      .then(() => client.query(`listen ${channel}`))
      // What was sent while connecting was not heard.
      .then(() => notifyAll(null))
      .catch(() => drop(client));
  };

  const unwatch = (watch: { topic: string; notify: () => void }): void => {
    watches.delete(watch);
    if (watches.size > 0) return;
    clearTimeout(linger);
    linger = setTimeout(() => {
      if (watches.size === 0 && listener !== null) drop(listener);
    }, LINGER_MS).unref();
  };

  return {
    watch: (topic) => {
      let notified = false;
      let wake: (() => void) | null = null;
      const watch = {
        topic,
        notify: () => {
          notified = true;
          wake?.();
        },
      };
      watches.add(watch);
      listen();
      return {
        wait: (timeoutMs, signal) =>
          new Promise((resolve) => {
            const finish = (): void => {
              clearTimeout(timer);
              signal?.removeEventListener('abort', finish);
              wake = null;
              notified = false;
              resolve();
            };
            const timer = setTimeout(finish, timeoutMs);
            wake = finish;
            signal?.addEventListener('abort', finish);
            if (notified || signal?.aborted === true) finish();
          }),
        close: () => unwatch(watch),
      };
    },
  };
}
