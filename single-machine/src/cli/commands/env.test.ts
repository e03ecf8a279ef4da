import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellExport } from './env.ts';

test('a shell reads back what was written, whatever it holds', () => {
  const value = `it's "$HOME" \`id\` \\ * ;`;
  const read = execFileSync('sh', ['-c', `${shellExport('VALUE', value)}printf %s "$VALUE"`]);
  expect(read.toString()).toBe(value);
});
