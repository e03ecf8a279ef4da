import { env, stdout } from 'node:process';
import { STACK_VARIABLE, type StackAddress, startTestStack } from '@atelier/single-machine';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    stack: StackAddress;
  }
}

/** Joins the instance of the run (`npm test`), or starts one for this project alone (`vitest --project …`). */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = env[STACK_VARIABLE];
  if (shared) {
    project.provide('stack', JSON.parse(shared) as StackAddress);
    return async () => {};
  }
  const stack = await startTestStack((line) => stdout.write(`${line}\n`));
  project.provide('stack', stack.address);
  return () => stack.stop({ keepLogs: true });
}
