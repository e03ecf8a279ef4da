import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openSigningKeys } from './signing-keys.ts';

it('makes the keys once, for their owner alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-keys-'));
  try {
    const file = join(folder, 'secrets', 'provider.json');
    const made = await openSigningKeys(file);
    expect(made[0]).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'secrets'))).mode & 0o777).toBe(0o700);
    expect(await openSigningKeys(file)).toEqual(made);
  } finally {
    await rm(folder, { recursive: true });
  }
});
