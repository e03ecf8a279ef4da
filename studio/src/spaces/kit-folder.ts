import { chmod, cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const PARTS = ['atelier', 'notebooks'];

/**
 * Copies the notebook kit to where containers may read it: the checkout itself may be closed to other users, and a
 * running space keeps seeing what it was started with or newer.
 */
export const installKit = async (source: string, target: string): Promise<string> => {
  for (const part of PARTS) {
    await mkdir(join(target, part), { recursive: true });
    for (const entry of await readdir(join(source, part), { withFileTypes: true })) {
      if (!entry.isFile()) continue;
      await cp(join(source, part, entry.name), join(target, part, entry.name));
      await chmod(join(target, part, entry.name), 0o644);
    }
    await chmod(join(target, part), 0o755);
  }
  await chmod(target, 0o755);
  return target;
};
