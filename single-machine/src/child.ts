import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Running } from './running.ts';

/** Resolves when the process has ended and its output has been read. */
export function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) =>
      resolve(signal ? `signal ${signal}` : `exit code ${code}`),
    );
  });
}

/** Wraps a started child; `stop` sends `signal` and after `graceMs` SIGKILL. */
export function runningChild(
  child: ChildProcess,
  exited: Promise<string>,
  { signal, graceMs }: { signal: NodeJS.Signals; graceMs: number },
): Running {
  if (child.pid === undefined) throw new Error('the process did not start');
  return {
    pid: child.pid,
    exited,
    async stop() {
      child.kill(signal);
      const abort = new AbortController();
      const deadline = delay(graceMs, 'late' as const, { signal: abort.signal }).catch(
        () => 'ended',
      );
      if ((await Promise.race([exited, deadline])) === 'late') child.kill('SIGKILL');
      await exited;
      abort.abort();
    },
  };
}
