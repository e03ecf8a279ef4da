import { stdout } from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Instance } from '../../instance/instance.ts';
import { isRunning, readRecord } from '../../instance/state.ts';
import type { Command } from '../main.ts';

const STOP_WITHIN_MS = 60_000;

/** Asks the supervisor to end and returns once it has; false when there was none. */
export async function stopInstance(instance: Instance): Promise<boolean> {
  const record = await readRecord(instance);
  if (!isRunning(record)) return false;
  process.kill(record.supervisor.pid, 'SIGTERM');
  const deadline = performance.now() + STOP_WITHIN_MS;
  while (isRunning(await readRecord(instance))) {
    if (performance.now() > deadline) {
      throw new Error(
        `Atelier did not stop within ${STOP_WITHIN_MS / 1000} s; ${instance.path('logs', 'supervisor.log')} tells why.`,
      );
    }
    await delay(100);
  }
  return true;
}

export const command: Command = async (_args, instance) => {
  const stopped = await stopInstance(instance);
  stdout.write(stopped ? 'Atelier has stopped.\n' : 'Atelier was not running.\n');
  return 0;
};
