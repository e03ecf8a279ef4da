import { fork } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { exitOf } from '../child.ts';
import type { Instance } from '../instance/instance.ts';
import { describeStatus, readStatus } from '../instance/status.ts';

/** What a supervisor tells the command that started it, until it is ready. */
type StarterMessage =
  | { readonly kind: 'progress'; readonly line: string }
  | { readonly kind: 'ready' };

/** Does nothing in a supervisor that stays in the foreground, or whose starter has left. */
export function tellStarter(message: StarterMessage): void {
  if (process.connected) process.send?.(message);
}

/** Starts a supervisor that outlives this process; 0 once it is ready, 1 when it ended before that. */
export async function startDetached({
  instance,
  empty,
}: {
  readonly instance: Instance;
  readonly empty: boolean;
}): Promise<number> {
  mkdirSync(instance.path('logs'), { recursive: true, mode: 0o711 });
  const logFile = instance.path('logs', 'start.log');
  const log = openSync(logFile, 'w', 0o600);
  const child = fork(
    fileURLToPath(new URL('./main.ts', import.meta.url)),
    ['start', ...(empty ? ['--empty'] : [])],
    { detached: true, stdio: ['ignore', log, log, 'ipc'] },
  );
  closeSync(log);
  const ready = new Promise<'ready'>((resolve) => {
    child.on('message', (message: StarterMessage) => {
      if (message.kind === 'progress') stdout.write(`${message.line}\n`);
      else resolve('ready');
    });
  });
  const outcome = await Promise.race([ready, exitOf(child)]);
  if (outcome !== 'ready') {
    stdout.write(`Atelier did not start (${outcome}); ${logFile} tells why.\n`);
    return 1;
  }
  child.disconnect();
  child.unref();
  stdout.write(`\n${describeStatus(await readStatus(instance))}\n\n'npm run stop' ends it.\n`);
  return 0;
}
