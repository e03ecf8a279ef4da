import { stdout } from 'node:process';
import { describeStatus, readStatus } from '../../instance/status.ts';
import type { Command } from '../main.ts';

/** `--json`: for programs. */
export const command: Command = async (args, instance) => {
  const status = await readStatus(instance);
  stdout.write(
    `${args.includes('--json') ? JSON.stringify(status, null, 2) : describeStatus(status)}\n`,
  );
  return 0;
};
