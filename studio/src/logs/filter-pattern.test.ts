import { expect, test } from 'vitest';
import { parseFilterPattern } from './filter-pattern.ts';

test.each([
  [undefined, [], [], []],
  ['ERROR', ['ERROR'], [], []],
  ['ERROR timeout', ['ERROR', 'timeout'], [], []],
  ['"two words" -noise', ['two words'], [], ['noise']],
  ['?ERROR ?"not found"', [], ['ERROR', 'not found'], []],
  ['"a \\"quoted\\" word"', ['a "quoted" word'], [], []],
])('%j is understood', (text, all, any, none) => {
  expect(parseFilterPattern(text)).toEqual({ all, any, none });
});

test.each(['{ $.level = "error" }', '[ip, user]', '%reg.x%', '"open'])(
  '%j is refused rather than misread',
  (text) => {
    expect(() => parseFilterPattern(text)).toThrow('Invalid filter pattern');
  },
);
