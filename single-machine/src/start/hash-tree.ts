import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const LEFT_OUT = new Set(['node_modules', 'dist', '.vite']);

async function filesBelow(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOTDIR') return null;
      throw cause;
    },
  );
  if (entries === null) return [path];
  const nested = await Promise.all(
    entries
      .filter(({ name }) => !LEFT_OUT.has(name))
      .map(({ name }) => filesBelow(join(path, name))),
  );
  return nested.flat();
}

/** One hash over the names and contents of files and folders: the same tree, wherever it lies, has the same. */
export async function hashTree(root: string, paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of [...paths].sort()) {
    for (const file of (await filesBelow(join(root, path))).sort()) {
      const content = await readFile(file);
      hash.update(`${file.slice(root.length)}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex').slice(0, 20);
}
