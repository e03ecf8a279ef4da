import { runCheck } from '../check/check.ts';
import { exists } from '../exists.ts';
import { prepareMachine } from '../start/prepare-machine.ts';
import { runVitest } from './run-vitest.ts';
import type { Suite } from './suites.ts';
import { closingLine, nothing, sum, type Tally } from './tally.ts';
import { STACK_VARIABLE, startTestStack, type TestStack } from './test-stack.ts';

export interface RunSuitesOptions {
  readonly suites: readonly Suite[];
  /** Only files whose path contains one of these. */
  readonly patterns: readonly string[];
  readonly write: (text: string) => void;
  /** Ends the run: what it started is stopped, suites that have not begun count as failed. */
  readonly signal: AbortSignal;
}

/** Runs suites one after another and returns what they add up to. */
export async function runSuites({
  suites,
  patterns,
  write,
  signal,
}: RunSuitesOptions): Promise<Tally> {
  const results: { suite: Suite; tally: Tally; tookMs: number }[] = [];
  let stack: TestStack | null = null;

  async function runOne(suite: Suite): Promise<Tally> {
    signal.throwIfAborted();
    if (suite.name === 'check') return runCheck(write);
    if (suite.folder && !(await exists(suite.folder))) {
      write(`no tests: there is no ${suite.folder}\n`);
      return nothing;
    }
    if (suite.usesImage) await prepareMachine((line) => write(`${line}\n`));
    if (suite.usesStack) {
      stack ??= await startTestStack((line) => write(`${line}\n`));
      process.env[STACK_VARIABLE] = JSON.stringify(stack.address);
    }
    return runVitest({ project: suite.name, patterns, write, signal });
  }

  try {
    for (const [index, suite] of suites.entries()) {
      write(`\n${suite.name}\n`);
      const began = performance.now();
      const tally = await runOne(suite).catch((cause: unknown) => {
        write(`${(cause as Error).message}\n`);
        return { passed: 0, failed: 1 };
      });
      results.push({ suite, tally, tookMs: performance.now() - began });
      const stillNeeded = suites.slice(index + 1).some(({ usesStack }) => usesStack);
      if (!stillNeeded) {
        await (stack as TestStack | null)?.stop({
          keepLogs: sum(results.map((r) => r.tally)).failed > 0,
        });
        stack = null;
      }
    }
  } finally {
    await (stack as TestStack | null)?.stop({ keepLogs: true });
  }

  write('\n');
  for (const { suite, tally, tookMs } of results) {
    write(
      `${suite.name.padEnd(10)} ${`${(tookMs / 1000).toFixed(1)} s`.padStart(8)}   ${closingLine(tally)}\n`,
    );
  }
  return sum(results.map(({ tally }) => tally));
}
