import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { exportJWK, generateKeyPair, type JWK } from 'jose';

/** A fresh ES256 key (private JWK with `kid`). */
export const makeSigningKey = async (): Promise<JWK> => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return {
    ...(await exportJWK(privateKey)),
    alg: 'ES256',
    use: 'sig',
    kid: randomBytes(8).toString('hex'),
  };
};

/** The provider's keys from a file that its owner alone can read; made when absent. The first of them signs. */
export const openSigningKeys = async (file: string): Promise<readonly JWK[]> => {
  try {
    return (JSON.parse(await readFile(file, 'utf8')) as { keys: JWK[] }).keys;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const keys = [await makeSigningKey()];
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  // Written beside and renamed, so that a crash leaves no half of a key.
  const draft = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, JSON.stringify({ keys }), { mode: 0o600, flag: 'wx' });
  await rename(draft, file);
  return keys;
};
