import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRotatingLog } from './rotating-log.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atelier-log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a full log is put aside, and only so many are kept', () => {
  const file = join(folder, 'x.log');
  const log = createRotatingLog(file, { maxBytes: 10, keep: 2 });
  for (const line of ['one.....\n', 'two.....\n', 'three...\n', 'four....\n']) log.write(line);
  log.end();
  expect(readdirSync(folder).sort()).toEqual(['x.log', 'x.log.1', 'x.log.2']);
  expect(readFileSync(file, 'utf8')).toBe('four....\n');
  expect(readFileSync(`${file}.2`, 'utf8')).toBe('two.....\n');
});

test('a log goes on where an earlier run ended', () => {
  const file = join(folder, 'x.log');
  createRotatingLog(file).end('first\n');
  createRotatingLog(file).end('second\n');
  expect(readFileSync(file, 'utf8')).toBe('first\nsecond\n');
});
