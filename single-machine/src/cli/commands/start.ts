import { stdout } from 'node:process';
import { playFirstStart } from '../../first-start/play-first-start.ts';
import type { Instance } from '../../instance/instance.ts';
import { describeStatus, readStatus } from '../../instance/status.ts';
import { prepareMachine } from '../../start/prepare-machine.ts';
import { startInstance } from '../../start/start-instance.ts';
import { startDetached, tellStarter } from '../detach.ts';
import { endSignal } from '../end-signal.ts';
import type { Command } from '../main.ts';

const known = new Set(['--detach', '--empty']);

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
}

/** Starts everything and, at the first time, plays the first start; stays until it is told to end. */
async function runSupervisor(
  instance: Instance,
  { empty, progress }: { empty: boolean; progress: (line: string) => void },
): Promise<number> {
  const signal = endSignal();
  const began = performance.now();
  const prepared = await prepareMachine(progress);
  const started = await startInstance(instance, { prepared, progress, signal });
  try {
    await started.setState('first start');
    await playFirstStart({ instance, empty, progress, signal });
    await started.setState('ready');
  } catch (cause) {
    await started.stop();
    if (signal.aborted) return 0;
    throw cause;
  }
  progress(`Ready after ${((performance.now() - began) / 1000).toFixed(1)} s.`);
  tellStarter({ kind: 'ready' });
  stdout.write(
    `\n${describeStatus(await readStatus(instance))}\n\nCtrl-C or 'npm run stop' ends it.\n`,
  );
  await aborted(signal);
  stdout.write('Stopping …\n');
  await started.stop();
  return 0;
}

/** `--detach`: returns once everything runs. `--empty`: without the first tenants. */
export const command: Command = async (args, instance) => {
  const unknown = args.find((argument) => !known.has(argument));
  if (unknown)
    throw new Error(`'${unknown}' is no option of start; there are --detach and --empty`);
  const empty = args.includes('--empty');
  if (args.includes('--detach')) return startDetached({ instance, empty });
  return runSupervisor(instance, {
    empty,
    progress: (line) => {
      stdout.write(`${line}\n`);
      tellStarter({ kind: 'progress', line });
    },
  });
};
