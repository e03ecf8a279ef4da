import { setTimeout as delay } from 'node:timers/promises';
import type { Running } from '../running.ts';

/** One process to keep alive. */
export interface ProcessDefinition {
  readonly name: string;
  /** Names of those that must be ready before this one is started. */
  readonly after: readonly string[];
  /** Returns once it is ready for work. */
  start(): Promise<Running>;
}

export type ProcessState = 'waiting' | 'starting' | 'ready' | 'restarting' | 'stopping' | 'stopped';

export interface ProcessStatus {
  readonly name: string;
  readonly pid: number | null;
  readonly state: ProcessState;
  /** RFC 3339, UTC. */
  readonly since: string;
}

export interface SupervisorOptions {
  readonly processes: readonly ProcessDefinition[];
  /** Told of every change. */
  onChange?(statuses: readonly ProcessStatus[]): void;
  log(line: string): void;
  readonly backoff?: BackoffOptions;
}

export interface BackoffOptions {
  readonly firstMs: number;
  readonly longestMs: number;
  /** A process that lived longer than this is restarted as if it had never failed. */
  readonly forgetAfterMs: number;
  /** How often a process may fail before it has been ready once; then the start as a whole has failed. */
  readonly firstTries: number;
}

export interface Supervisor {
  /** Returns once all are ready; when one cannot be started, stops the others and throws its cause. */
  start(): Promise<void>;
  /** Stops each before those it came after. */
  stop(): Promise<void>;
  statuses(): ProcessStatus[];
}

const defaultBackoff: BackoffOptions = {
  firstMs: 200,
  longestMs: 5_000,
  forgetAfterMs: 30_000,
  firstTries: 3,
};

/** How long to wait before try number `failures + 1`. */
export function backoffMs(failures: number, { firstMs, longestMs }: BackoffOptions): number {
  return failures === 0 ? 0 : Math.min(longestMs, firstMs * 2 ** (failures - 1));
}

/** Starts processes in the order of their needs and restarts what ends unasked. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { processes, log, backoff = defaultBackoff } = options;
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve());
  });
  const statuses = new Map<string, ProcessStatus>();
  const running = new Map<string, Running>();
  const loops = new Map<string, Promise<void>>();

  function note(name: string, state: ProcessState, pid: number | null = null): void {
    statuses.set(name, { name, pid, state, since: new Date().toISOString() });
    options.onChange?.([...statuses.values()]);
  }

  async function keepAlive(definition: ProcessDefinition, ready: () => void): Promise<void> {
    const { name } = definition;
    let failures = 0;
    let everReady = false;
    while (!stopping.signal.aborted) {
      await delay(backoffMs(failures, backoff), undefined, { signal: stopping.signal }).catch(
        () => {},
      );
      if (stopping.signal.aborted) return;
      note(name, everReady ? 'restarting' : 'starting');
      const began = performance.now();
      try {
        const started = await definition.start();
        if (stopping.signal.aborted) return await started.stop();
        running.set(name, started);
        note(name, 'ready', started.pid);
        log(
          `${name} is ready (${Math.round(performance.now() - began)} ms, process ${started.pid})`,
        );
        everReady = true;
        ready();
        const exit = await started.exited;
        running.delete(name);
        if (stopping.signal.aborted) return;
        const livedMs = performance.now() - began;
        failures = livedMs > backoff.forgetAfterMs ? 1 : failures + 1;
        log(`${name} ended with ${exit}; starting it again`);
      } catch (cause) {
        if (stopping.signal.aborted) return;
        failures += 1;
        log(`${name} could not be started: ${(cause as Error).message}`);
        if (!everReady && failures >= backoff.firstTries) throw cause;
      }
    }
  }

  async function startAll(): Promise<void> {
    const readiness = new Map<string, Promise<void>>();
    for (const { name } of processes) note(name, 'waiting');
    for (const definition of processes) {
      const needs = definition.after.map((name) => {
        const need = readiness.get(name);
        if (!need)
          throw new Error(`${definition.name} comes after ${name}, which is not before it`);
        return need;
      });
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      // Somebody always waits for it below; this keeps an early failure from ending the process before that.
      promise.catch(() => {});
      readiness.set(definition.name, promise);
      loops.set(
        definition.name,
        Promise.race([Promise.all(needs), stopped])
          .then(() => keepAlive(definition, resolve))
          .catch((cause: unknown) =>
            reject(new Error(`${definition.name}: ${(cause as Error).message}`, { cause })),
          ),
      );
    }
    await Promise.all(readiness.values());
  }

  async function stopOne(name: string, stops: Map<string, Promise<void>>): Promise<void> {
    const dependents = processes.filter(({ after }) => after.includes(name));
    await Promise.all(dependents.map((dependent) => stops.get(dependent.name)));
    const process = running.get(name);
    note(name, 'stopping', process?.pid ?? null);
    await process?.stop();
    await loops.get(name);
    note(name, 'stopped');
  }

  let stops: Promise<void> | null = null;
  function stop(): Promise<void> {
    stops ??= stopAll();
    return stops;
  }

  async function stopAll(): Promise<void> {
    stopping.abort();
    const stops = new Map<string, Promise<void>>();
    for (const { name } of [...processes].reverse()) stops.set(name, stopOne(name, stops));
    await Promise.all(stops.values());
  }

  return {
    statuses: () => [...statuses.values()],
    stop,
    async start() {
      try {
        await Promise.race([startAll(), stopped]);
        if (stopping.signal.aborted) throw new Error('it was stopped while it started');
      } catch (cause) {
        await stop();
        throw cause;
      }
    },
  };
}
