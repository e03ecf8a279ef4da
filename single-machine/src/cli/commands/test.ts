import { stdout } from 'node:process';
import { runSuites } from '../../suites/run-suites.ts';
import { chooseSuites } from '../../suites/suites.ts';
import { closingLine } from '../../suites/tally.ts';
import { endSignal } from '../end-signal.ts';
import type { Command } from '../main.ts';

/** `[suite [pattern…]]`; without a suite all of them. */
export const command: Command = async ([suite, ...patterns]) => {
  const write = (text: string) => stdout.write(text);
  const signal = endSignal();
  const tally = await runSuites({ suites: chooseSuites(suite), patterns, write, signal });
  write(`\n${closingLine(tally)}\n`);
  return tally.failed === 0 ? 0 : 1;
};
