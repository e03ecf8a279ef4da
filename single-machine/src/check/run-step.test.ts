import { expect, test } from 'vitest';
import { runStep, runSteps } from './run-step.ts';

const node = (name: string, code: string) => ({
  name,
  command: [process.execPath, '-e', code] as const,
});

test('a step fails by its exit code and keeps what was written to both outputs', async () => {
  const result = await runStep(
    node('faulty', "console.log('found'); console.error('a fault'); process.exit(3)"),
  );
  expect(result.ok).toBe(false);
  expect(result.output).toMatch(/found[\s\S]*a fault[\s\S]*exit code 3/);
});

test('a program that does not exist fails its step', async () => {
  const result = await runStep({ name: 'absent', command: ['no-such-program'] });
  expect(result.ok).toBe(false);
  expect(result.output).toContain('ENOENT');
});

test('every step is run and reported, also after one that failed', async () => {
  const reported: string[] = [];
  const results = await runSteps([node('a', 'process.exit(1)'), node('b', ''), node('c', '')], {
    lanes: 2,
    report: ({ name, ok }) => reported.push(`${name} ${ok}`),
  });
  expect(results).toHaveLength(3);
  expect(reported.sort()).toEqual(['a false', 'b true', 'c true']);
});
