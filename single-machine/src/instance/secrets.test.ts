import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Instance, loadInstance } from './instance.ts';
import { openSecrets } from './secrets.ts';

let instance: Instance;
beforeEach(async () => {
  instance = loadInstance({ ATELIER_HOME: await mkdtemp(join(tmpdir(), 'atelier-secrets-')) });
});
afterEach(() => rm(instance.home, { recursive: true }));

test('two that open the secrets of a fresh home at once get the same ones', async () => {
  const [first, second] = await Promise.all([openSecrets(instance), openSecrets(instance)]);
  expect(first.secretFor('postgres/superuser')).toBe(second.secretFor('postgres/superuser'));
  expect(first.signingKeys).toEqual(second.signingKeys);
});

test('every use has a secret of its own, and another home has others', async () => {
  const secrets = await openSecrets(instance);
  expect(secrets.secretFor('a')).not.toBe(secrets.secretFor('b'));
  const other = loadInstance({ ATELIER_HOME: join(instance.home, 'other') });
  expect((await openSecrets(other)).secretFor('a')).not.toBe(secrets.secretFor('a'));
});

test('what is published of a signing key does not sign', async () => {
  const secrets = await openSecrets(instance);
  expect(secrets.signingKeys.registration).toHaveProperty('d');
  expect(secrets.trustedKeys.registration?.[0]).not.toHaveProperty('d');
  expect(secrets.trustedKeys.registration?.[0]?.kid).toBe(secrets.signingKeys.registration.kid);
});

test('every file of the secrets can be read by its owner alone', async () => {
  await openSecrets(instance);
  const files = await readdir(instance.path('secrets'), { recursive: true, withFileTypes: true });
  const modes = await Promise.all(
    files
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).mode & 0o777),
  );
  expect(modes.length).toBeGreaterThan(5);
  expect(new Set(modes)).toEqual(new Set([0o600]));
});
