import { spawn } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exitOf } from '../child.ts';
import { readJson } from '../instance/private-file.ts';
import { type Tally, tallyReport } from './tally.ts';

const RESULTS = 'tests/artifacts/results';

/** Runs one vitest project, in colourless text that appears as it comes, and counts its JSON report. */
export async function runVitest(options: {
  readonly project: string;
  /** Only files whose path contains one of these. */
  readonly patterns?: readonly string[];
  readonly write: (text: string) => void;
  readonly signal?: AbortSignal;
}): Promise<Tally> {
  const { project, patterns = [], write, signal } = options;
  const resultFile = join(RESULTS, `${project}.json`);
  await mkdir(RESULTS, { recursive: true });
  await rm(resultFile, { force: true });
  const child = spawn(
    'vitest',
    [
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${resultFile}`,
      ...patterns,
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    },
  );
  const end = () => child.kill('SIGINT');
  signal?.addEventListener('abort', end, { once: true });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', write);
  }
  const exit = await exitOf(child);
  signal?.removeEventListener('abort', end);
  const report = await readJson<Parameters<typeof tallyReport>[0]>(resultFile);
  const tally = report ? tallyReport(report) : { passed: 0, failed: 0 };
  // A failure outside every test (set-up, an unhandled rejection, no file for the pattern) shows in the exit code alone.
  return exit !== 'exit code 0' && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}
