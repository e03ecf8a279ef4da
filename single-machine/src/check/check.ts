import { runVitest } from '../suites/run-vitest.ts';
import type { Tally } from '../suites/tally.ts';
import { runSteps, type Step, type StepResult } from './run-step.ts';

/** Longest first: two lanes are done soonest that way. */
const steps: readonly Step[] = [
  { name: 'unused code', command: ['knip', '--no-progress'] },
  { name: 'types of the servers', command: ['tsc', '-p', 'tsconfig.json'] },
  { name: 'format and lint', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'types of the applications', command: ['tsc', '-p', 'tsconfig.web.json'] },
  { name: 'boundaries', command: ['node', 'single-machine/src/check/boundaries-main.ts'] },
];

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** Judges the tree without starting a server; every step is judged, also after one that failed. */
export async function runCheck(write: (text: string) => void): Promise<Tally> {
  function report({ name, ok, tookMs, output }: StepResult): void {
    write(`${ok ? '✓' : '✗'} ${name} (${seconds(tookMs)})\n`);
    if (!ok) write(`${output.trimEnd().replace(/^/gm, '    ')}\n`);
  }
  const results = await runSteps(steps, { lanes: 2, report });
  const unit = await runVitest({ project: 'unit', write });
  return {
    passed: results.filter(({ ok }) => ok).length + unit.passed,
    failed: results.filter(({ ok }) => !ok).length + unit.failed,
  };
}
