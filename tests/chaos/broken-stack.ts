import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { stdout } from 'node:process';
import { ProblemError } from '@atelier/contracts';
import { startTestStack, type TestStack } from '@atelier/single-machine';
import { until } from '@atelier/single-machine/journey';
import { placesOf, superuserUrl } from '@atelier/single-machine/testing';
import pg from 'pg';
import { openStackAt, type Stack } from '../harness/stack.ts';

export const say = (line: string): boolean => stdout.write(`  ${line}\n`);

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** A recovery that takes longer has failed; 15 s is what is promised, on a machine that does nothing else. */
export const RECOVERY_BOUND_MS = 60_000;

export interface BrokenStack extends Stack {
  /** `kill -9`; returns when the process is back and ready, with the moment of that. */
  kill(process: string): Promise<{ readonly backAt: number }>;
  /** Reads the databases past every protection. */
  query<Row extends pg.QueryResultRow>(
    database: 'atelier' | 'studio',
    text: string,
    values?: unknown[],
  ): Promise<Row[]>;
  /** Stops it and tells what of it is still on the machine. */
  stop(): Promise<string[]>;
}

/** An instance of a file's own, to be broken. */
export async function startBrokenStack(): Promise<BrokenStack> {
  const started: TestStack = await startTestStack(() => {});
  const stack = openStackAt(started.address);
  const processOf = (name: string) => {
    const found = started.statuses().find((status) => status.name === name);
    if (!found) throw new Error(`there is no process ${name}`);
    return found;
  };
  return {
    ...stack,
    async kill(name) {
      const { pid } = processOf(name);
      if (pid === null) throw new Error(`${name} does not run`);
      const began = performance.now();
      process.kill(pid, 'SIGKILL');
      await until({
        what: `the return of ${name}`,
        ask: async () => processOf(name),
        done: (status) => status.state === 'ready' && status.pid !== pid,
        withinMs: 60_000,
      });
      const backAt = performance.now();
      say(`${name} killed; ready again after ${seconds(backAt - began)}`);
      return { backAt };
    },
    async query<Row extends pg.QueryResultRow>(
      database: 'atelier' | 'studio',
      text: string,
      values: unknown[] = [],
    ) {
      const client = new pg.Client(await superuserUrl(stack.instance, database));
      await client.connect();
      try {
        return (await client.query<Row>(text, values)).rows;
      } finally {
        await client.end();
      }
    },
    async stop() {
      const places = placesOf(stack.instance);
      // What is not seen while it is there would not be missed afterwards.
      const before = (await leftOvers(places)).join('\n');
      for (const seen of [...places, '/proc/mounts', '/proc/net/unix', '/environ']) {
        if (!before.includes(seen)) throw new Error(`nothing is seen of ${seen}`);
      }
      await started.stop({ keepLogs: true });
      return leftOvers(places);
    },
  };
}

/** An answer, or null while what was killed cannot give one. */
export async function answerOf<Value>(ask: () => Promise<Value>): Promise<Value | null> {
  try {
    return await ask();
  } catch (error) {
    const away =
      error instanceof ProblemError
        ? error.problem.status >= 500
        : /ECONN|socket|hang up|InternalFailure|ServiceUnavailable/.test(String(error));
    if (away) return null;
    throw error;
  }
}

/** Files, mounts, sockets and processes that name one of the places where an instance keeps things. */
async function leftOvers(places: readonly string[]): Promise<string[]> {
  const linesWith = async (file: string) =>
    (await readFile(file, 'utf8').catch(() => ''))
      .split(/[\n\0]/)
      .filter((line) => places.some((place) => line.includes(place)))
      .map((line) => `${file}: ${line}`);
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all([
    places.filter((place) => existsSync(place)),
    linesWith('/proc/mounts'),
    linesWith('/proc/net/unix'),
    ...pids
      .filter((pid) => pid !== String(process.pid))
      .flatMap((pid) => [linesWith(`/proc/${pid}/cmdline`), linesWith(`/proc/${pid}/environ`)]),
  ]);
  return found.flat();
}
