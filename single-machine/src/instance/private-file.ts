import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes JSON that only its owner may read, whole or not at all. */
export async function writePrivateJson(file: string, value: unknown): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o711 });
  const draft = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, file);
}

/** Null when there is no such file. */
export async function readJson<Value>(file: string): Promise<Value | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Value;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cause;
  }
}

/** What the file holds, or what `make` makes for it at the first time; of two who make it at once, one wins. */
export async function ensurePrivateJson<Value>(
  file: string,
  make: () => Value | Promise<Value>,
): Promise<Value> {
  const known = await readJson<Value>(file);
  if (known !== null) return known;
  const draft = `${file}.${randomBytes(4).toString('hex')}`;
  await writePrivateJson(draft, await make());
  try {
    await link(draft, file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
  } finally {
    await rm(draft, { force: true });
  }
  const made = await readJson<Value>(file);
  if (made === null) throw new Error(`${file} was taken away while it was read`);
  return made;
}
