import { argv, env, exit, stderr } from 'node:process';
import { type Instance, loadInstance } from '../instance/instance.ts';
import { tellStarter } from './detach.ts';

/** Runs one command and returns its exit code. */
export type Command = (args: readonly string[], instance: Instance) => Promise<number>;

/** Loaded when asked for: `check` needs nothing of what `start` needs. */
const commands: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  start: () => import('./commands/start.ts'),
  status: () => import('./commands/status.ts'),
  stop: () => import('./commands/stop.ts'),
  reset: () => import('./commands/reset.ts'),
  env: () => import('./commands/env.ts'),
  check: () => import('./commands/check.ts'),
  test: () => import('./commands/test.ts'),
  bench: () => import('./commands/bench.ts'),
};

const [name = '', ...args] = argv.slice(2);
const load = commands[name];
if (!load) {
  stderr.write(`'${name}' is no command; there are: ${Object.keys(commands).join(', ')}\n`);
  exit(2);
}
try {
  const { command } = await load();
  exit(await command(args, loadInstance(env)));
} catch (cause) {
  const { message } = cause as Error;
  stderr.write(`${message}\n`);
  tellStarter({ kind: 'progress', line: message });
  exit(1);
}
