import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openReadableCode, type ReadableCode } from './readable-code.ts';

let folder: string;
let opened: ReadableCode | null = null;
const isRoot = process.getuid?.() === 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atelier-code-'));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'closed', 'clone'), { recursive: true });
  await writeFile(join(folder, 'closed', 'clone', 'main.ts'), 'code');
  await chmod(join(folder, 'closed'), 0o700);
});
afterEach(async () => {
  await opened?.release();
  opened = null;
  await rm(folder, { recursive: true });
});

const asNobody = (file: string) =>
  execFileSync('cat', [file], isRoot ? { uid: 65534, gid: 65534 } : {}).toString();

test('a clone below a closed folder is read by others through its view, and changed by nobody', async () => {
  const root = join(folder, 'closed', 'clone');
  opened = await openReadableCode({ root, view: join(folder, 'view') });
  expect(asNobody(join(opened.root, 'main.ts'))).toBe('code');
  if (!isRoot) return;
  expect(() => asNobody(join(root, 'main.ts'))).toThrow(/Permission denied/);
  await expect(rm(join(opened.root, 'main.ts'))).rejects.toThrow(/EROFS/);
  expect(await readFile(join(root, 'main.ts'), 'utf8')).toBe('code');
});

test('a view that was left behind is replaced', async () => {
  const root = join(folder, 'closed', 'clone');
  await openReadableCode({ root, view: join(folder, 'view') });
  opened = await openReadableCode({ root, view: join(folder, 'view') });
  expect(asNobody(join(opened.root, 'main.ts'))).toBe('code');
});

test('a clone that everybody can reach is used as it is', async () => {
  const root = join(folder, 'closed');
  await chmod(root, 0o755);
  opened = await openReadableCode({ root, view: join(folder, 'view') });
  expect(opened.root).toBe(root);
});
