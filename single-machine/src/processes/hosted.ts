import type { Listener } from '../instance/addresses.ts';
import type { Instance } from '../instance/instance.ts';

/** Something that a process serves on a port of its own. */
export interface Hosted {
  readonly listener: Listener;
  listen(port: number): Promise<unknown>;
  close(): Promise<void>;
}

interface ListeningApp {
  listen(options: { host: string; port: number }): Promise<string>;
  close(): Promise<unknown>;
}

/** Hosts a Fastify application on loopback; `close` ends what belongs to it as well. */
export function host(listener: Listener, app: ListeningApp, close?: () => Promise<void>): Hosted {
  return {
    listener,
    listen: (port) => app.listen({ host: '127.0.0.1', port }),
    async close() {
      await (close ? close() : app.close());
    },
  };
}

export async function listenAll(instance: Instance, all: readonly Hosted[]): Promise<void> {
  for (const hosted of all) await hosted.listen(instance.portOf(hosted.listener));
}
