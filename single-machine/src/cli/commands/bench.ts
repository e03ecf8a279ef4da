import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { stdout } from 'node:process';
import { exitOf } from '../../child.ts';
import type { Command } from '../main.ts';

const FOLDER = 'tests/performance';
const SUFFIX = '.bench.ts';

/** `<name>` of `tests/performance/<name>.bench.ts`. */
export const command: Command = async ([name]) => {
  const files = await readdir(FOLDER).catch((): string[] => []);
  const names = files
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length));
  if (name === undefined || !names.includes(name)) {
    stdout.write(`There are these benchmarks: ${names.join(', ') || `none yet in ${FOLDER}`}.\n`);
    return 2;
  }
  const child = spawn(process.execPath, [`${FOLDER}/${name}${SUFFIX}`], { stdio: 'inherit' });
  return (await exitOf(child)) === 'exit code 0' ? 0 : 1;
};
