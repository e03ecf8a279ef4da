import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadInstance } from './instance.ts';
import { mountsBelow, removeHome } from './remove-home.ts';

test('mounts below a folder are found, deepest first, and none of a neighbour', () => {
  const mounts = `overlay /home/a/x overlay rw 0 0
tmpfs /home/a/x/y\\040z tmpfs rw 0 0
tmpfs /home/ab tmpfs rw 0 0
tmpfs /home/a tmpfs rw 0 0
`;
  expect(mountsBelow(mounts, '/home/a')).toEqual(['/home/a/x/y z', '/home/a/x']);
});

test('a folder that is no home of ours is left alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-none-'));
  await writeFile(join(folder, 'thesis.txt'), 'years of work');
  await expect(removeHome(loadInstance({ ATELIER_HOME: folder }))).rejects.toThrow(
    /nothing was removed/,
  );
  expect(await readdir(folder)).toEqual(['thesis.txt']);
  await rm(folder, { recursive: true });
});
