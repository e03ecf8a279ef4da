import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Listener, portOffsets } from './addresses.ts';
import type { Instance } from './instance.ts';

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(true));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)));
  });
}

/** Ports of the instance that somebody else listens on; waits a while for those who are just leaving. */
export async function takenPorts(
  instance: Instance,
  { patienceMs }: { patienceMs: number },
): Promise<{ listener: Listener; port: number }[]> {
  const listeners = Object.keys(portOffsets) as Listener[];
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const ports = listeners.map((listener) => ({ listener, port: instance.portOf(listener) }));
    const answers = await Promise.all(ports.map(({ port }) => isTaken(port)));
    const taken = ports.filter((_, index) => answers[index]);
    if (taken.length === 0 || performance.now() > deadline) return taken;
    await delay(200);
  }
}

/** A base port from which every listener's port is free at the moment. */
export async function freeBasePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries += 1) {
    const base = 20_000 + Math.floor(Math.random() * 400) * 32;
    const answers = await Promise.all(
      Object.values(portOffsets).map((offset) => isTaken(base + offset)),
    );
    if (!answers.includes(true)) return base;
  }
  throw new Error('no block of free ports was found');
}
