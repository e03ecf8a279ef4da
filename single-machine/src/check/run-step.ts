import { spawn } from 'node:child_process';
import { exitOf } from '../child.ts';

/** One thing that is judged by running a program. */
export interface Step {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
}

export interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  readonly tookMs: number;
  /** All that the program wrote. */
  readonly output: string;
}

/** Runs a program to its end and keeps what it writes, without colours. */
export async function runStep({ name, command: [program, ...args] }: Step): Promise<StepResult> {
  const began = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const exit = await exitOf(child);
  if (exit !== 'exit code 0') output += `\n${program} ended with ${exit}\n`;
  return { name, ok: exit === 'exit code 0', tookMs: performance.now() - began, output };
}

/** Runs steps, at most `lanes` at a time, in the order given; `report` is told of each as it ends. */
export async function runSteps(
  steps: readonly Step[],
  { lanes, report }: { lanes: number; report: (result: StepResult) => void },
): Promise<StepResult[]> {
  const waiting = [...steps];
  const results: StepResult[] = [];
  async function lane(): Promise<void> {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const result = await runStep(step);
      results.push(result);
      report(result);
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
