import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createUidRanges } from './uid-ranges.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'atelier-uids-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const ranges = async (name: string) => {
  await mkdir(join(directory, name), { recursive: true });
  return createUidRanges({
    home: join(directory, name),
    claimsDirectory: join(directory, 'claims'),
  });
};

test('accounts never share a range, not even across instances', async () => {
  const [first, second] = [await ranges('a'), await ranges('b')];
  const bases = await Promise.all([
    first.baseOf('1'),
    second.baseOf('1'),
    first.baseOf('2'),
    second.baseOf('2'),
  ]);
  expect(new Set(bases).size).toBe(4);
});

test('an account keeps its range across restarts and gives it back when it leaves', async () => {
  const before = await ranges('a');
  const base = await before.baseOf('1');
  const after = await ranges('a');
  expect(await after.baseOf('1')).toBe(base);
  await after.release('1');
  expect(await after.baseOf('2')).toBe(base);
});

test('ranges of an instance whose home is gone are free again', async () => {
  const gone = await ranges('gone');
  const base = await gone.baseOf('1');
  await rm(join(directory, 'gone'), { recursive: true });
  expect(await (await ranges('b')).baseOf('9')).toBe(base);
});
