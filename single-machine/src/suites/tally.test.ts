import { expect, test } from 'vitest';
import { closingLine, sum, tallyReport } from './tally.ts';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
});

test('passed and failed tests are counted over all files', () => {
  const tally = tallyReport({
    testResults: [file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed')],
  });
  expect(closingLine(tally)).toBe('3 passed, 1 failed');
});

test('a file that could not be run counts as one that failed', () => {
  expect(tallyReport({ testResults: [file('failed')] })).toEqual({ passed: 0, failed: 1 });
  expect(tallyReport({ testResults: [file('failed', 'passed')] })).toEqual({
    passed: 1,
    failed: 1,
  });
});

test('a skipped test is no passed test', () => {
  expect(tallyReport({ testResults: [file('passed', 'skipped', 'todo', 'pending')] })).toEqual({
    passed: 0,
    failed: 3,
  });
});

test('suites add up', () => {
  expect(
    sum([
      { passed: 1, failed: 0 },
      { passed: 2, failed: 3 },
    ]),
  ).toEqual({ passed: 3, failed: 3 });
});
