import { stdout } from 'node:process';
import { runCheck } from '../../check/check.ts';
import { closingLine } from '../../suites/tally.ts';
import type { Command } from '../main.ts';

export const command: Command = async () => {
  const tally = await runCheck((text) => stdout.write(text));
  stdout.write(`${closingLine(tally)}\n`);
  return tally.failed === 0 ? 0 : 1;
};
