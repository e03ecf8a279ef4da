import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { secretStoreSuite } from '../suites/index.ts';
import { createFileSecretStore } from './file-secret-store.ts';

secretStoreSuite('files', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'atelier-secrets-'));
  return {
    open: () => createFileSecretStore({ directory }),
    close: () => rm(directory, { recursive: true }),
  };
});

test('secrets can be read by their owner alone, and creating leaves nothing beside them', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-secrets-'));
  const directory = join(folder, 'made');
  try {
    const secrets = createFileSecretStore({ directory });
    await Promise.all([1, 2, 3].map((n) => secrets.create('service/key', { n })));
    expect(await readdir(directory)).toEqual(['service%2Fkey.json']);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect((await stat(join(directory, 'service%2Fkey.json'))).mode & 0o777).toBe(0o600);
  } finally {
    await rm(folder, { recursive: true });
  }
});
