import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudError, type SecretStore } from '../ports/index.ts';

const NAME = /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/;
const MAX_NAME = 200;

/**
 * Secrets as files of mode 0600 in a directory of mode 0700. A secret appears whole or not at all: it is written beside
 * and linked into place, which also lets one of several creators win.
 */
export function createFileSecretStore({ directory }: { readonly directory: string }): SecretStore {
  const pathOf = (name: string): string => {
    if (!NAME.test(name) || name.length > MAX_NAME) {
      throw new CloudError('invalid_secret_name', 'a secret is named like tenant/<id>/<purpose>');
    }
    return join(directory, `${encodeURIComponent(name)}.json`);
  };

  return {
    async get<Value>(name: string) {
      try {
        return JSON.parse(await readFile(pathOf(name), 'utf8')) as Value;
      } catch (error) {
        if (isErrno(error, 'ENOENT')) return null;
        throw error;
      }
    },

    async create(name, value) {
      const path = pathOf(name);
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const draft = join(directory, `.${randomUUID()}`);
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(JSON.stringify(value));
        await file.sync();
        await link(draft, path);
        return true;
      } catch (error) {
        if (isErrno(error, 'EEXIST')) return false;
        throw error;
      } finally {
        await file.close();
        await rm(draft, { force: true });
      }
    },

    async delete(name) {
      await rm(pathOf(name), { force: true });
    },
  };
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
