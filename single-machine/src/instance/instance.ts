import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Addresses, addressesOf, DEFAULT_PORT, type Listener, portOf } from './addresses.ts';

/** One installation of Atelier on this machine: its port tells it from its neighbours. */
export interface Instance {
  readonly port: number;
  readonly home: string;
  readonly addresses: Addresses;
  portOf(listener: Listener): number;
  /** A path below the home. */
  path(...parts: string[]): string;
}

const HIGHEST_PORT = 65_535 - 64;

/** Reads `ATELIER_PORT` and `ATELIER_HOME`; throws, naming the variable, when one is unusable. */
export function loadInstance(
  env: Readonly<Record<string, string | undefined>>,
  asRoot = process.getuid?.() === 0,
): Instance {
  const text = env.ATELIER_PORT ?? '';
  const port = text === '' ? DEFAULT_PORT : Number(text);
  if (!Number.isInteger(port) || port < 1024 || port > HIGHEST_PORT) {
    throw new Error(`ATELIER_PORT must be a number from 1024 to ${HIGHEST_PORT}, not '${text}'`);
  }
  const home =
    env.ATELIER_HOME ||
    (asRoot
      ? join('/var/lib/atelier', String(port))
      : join(homedir(), '.local/share/atelier', String(port)));
  if (!home.startsWith('/'))
    throw new Error(`ATELIER_HOME must be an absolute path, not '${home}'`);
  return {
    port,
    home,
    addresses: addressesOf(port),
    portOf: (listener) => portOf(port, listener),
    path: (...parts) => join(home, ...parts),
  };
}
