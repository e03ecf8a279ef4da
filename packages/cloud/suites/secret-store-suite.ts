import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SecretStore } from '../ports/index.ts';

export interface SecretStoreBackend {
  open(): SecretStore;
  close(): Promise<void>;
}

/** What every `SecretStore` does, whatever it runs on. */
export function secretStoreSuite(family: string, start: () => Promise<SecretStoreBackend>): void {
  describe(`SecretStore on ${family}`, () => {
    let backend: SecretStoreBackend;
    let secrets: SecretStore;

    beforeAll(async () => {
      backend = await start();
      secrets = backend.open();
    });
    afterAll(() => backend.close());

    const someName = (): string => `tenant/${randomUUID()}/extract-login`;

    test('a secret is read back as it was, by every process', async () => {
      const name = someName();
      const value = { user: 'extract_foo', password: 'p"\\ä\u0000', key: { version: 1 } };
      expect(await secrets.create(name, value)).toBe(true);
      expect(await backend.open().get(name)).toEqual(value);
    });

    test('an absent secret is null', async () => {
      expect(await secrets.get(someName())).toBeNull();
    });

    test('of 50 who create one secret at once exactly one does, and its value stays', async () => {
      const name = someName();
      const won = await Promise.all(
        Array.from({ length: 50 }, (_, n) => backend.open().create(name, { n })),
      );
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await secrets.get(name)).toEqual({ n: won.indexOf(true) });
    });

    test('a deleted secret is gone, may be deleted again, and be made anew', async () => {
      const name = someName();
      await secrets.create(name, { n: 1 });
      await secrets.delete(name);
      await secrets.delete(name);
      expect(await secrets.get(name)).toBeNull();
      expect(await secrets.create(name, { n: 2 })).toBe(true);
      expect(await secrets.get(name)).toEqual({ n: 2 });
    });

    test('a name below another name is another secret', async () => {
      const name = someName();
      expect(await secrets.create(name, { n: 1 })).toBe(true);
      expect(await secrets.create(`${name}/deeper`, { n: 2 })).toBe(true);
      expect(await secrets.get(name)).toEqual({ n: 1 });
    });

    test('a name that leaves its place is refused', async () => {
      for (const name of ['../up', 'a/../b', '/root', '', 'a//b', 'a\0b', 'a b', 'x'.repeat(300)]) {
        await expect(secrets.create(name, {})).rejects.toMatchObject({
          code: 'invalid_secret_name',
        });
        await expect(secrets.get(name)).rejects.toMatchObject({ code: 'invalid_secret_name' });
      }
    });
  });
}
