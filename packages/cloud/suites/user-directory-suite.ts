import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { UserDirectory } from '../ports/index.ts';

export interface UserDirectoryBackend {
  open(): UserDirectory;
  /** The subject that the provider would name in its tokens after a sign-in; null when it refuses. */
  signIn(email: string, password: string): Promise<string | null>;
  close(): Promise<void>;
}

/** What every `UserDirectory` does, whatever it runs on. */
export function userDirectorySuite(
  family: string,
  start: () => Promise<UserDirectoryBackend>,
): void {
  describe(`UserDirectory on ${family}`, () => {
    let backend: UserDirectoryBackend;
    let directory: UserDirectory;

    beforeAll(async () => {
      backend = await start();
      directory = backend.open();
    });
    afterAll(() => backend.close());

    const someone = () => ({ email: `${randomUUID()}@foo.example`, name: 'Dev Data' });
    const PASSWORD = 'correct horse battery staple';

    test('a person is made once, however often and however written', async () => {
      const person = someone();
      const made = await directory.ensureUser(person);
      const again = await Promise.all(
        Array.from({ length: 10 }, () =>
          backend.open().ensureUser({ ...person, email: person.email.toUpperCase() }),
        ),
      );
      expect(again.every(({ subject }) => subject === made.subject)).toBe(true);
      expect(made.issuer).toMatch(/^https?:\/\//);
    });

    test('two people are two subjects', async () => {
      const [one, two] = await Promise.all([
        directory.ensureUser(someone()),
        directory.ensureUser(someone()),
      ]);
      expect(one.subject).not.toBe(two.subject);
    });

    test('without a password nobody signs in', async () => {
      const person = someone();
      await directory.ensureUser(person);
      expect(await backend.signIn(person.email, '')).toBeNull();
      expect(await backend.signIn(person.email, PASSWORD)).toBeNull();
    });

    test('the last password opens, every other one does not', async () => {
      const person = someone();
      const { subject } = await directory.ensureUser(person);
      await directory.setPassword(subject, 'the first one of two');
      await directory.setPassword(subject, PASSWORD);
      expect(await backend.signIn(person.email, PASSWORD)).toBe(subject);
      expect(await backend.signIn(person.email, 'the first one of two')).toBeNull();
      expect(await backend.signIn(person.email, `${PASSWORD} `)).toBeNull();
    });

    test('a password for nobody is an error', async () => {
      await expect(directory.setPassword(randomUUID(), PASSWORD)).rejects.toThrow();
    });

    test('a disabled person is refused, also after being disabled twice', async () => {
      const person = someone();
      const { subject } = await directory.ensureUser(person);
      await directory.setPassword(subject, PASSWORD);
      await directory.disableUser(subject);
      await directory.disableUser(subject);
      expect(await backend.signIn(person.email, PASSWORD)).toBeNull();
    });

    test('a deleted person is gone, and the address is free for another', async () => {
      const person = someone();
      const { subject } = await directory.ensureUser(person);
      await directory.setPassword(subject, PASSWORD);
      await directory.deleteUser(subject);
      await directory.deleteUser(subject);
      expect(await backend.signIn(person.email, PASSWORD)).toBeNull();
      expect((await directory.ensureUser(person)).subject).not.toBe(subject);
    });
  });
}
