import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';

/** Where a process stands in the hierarchy that can freeze it; null when there is none. */
const freezerOf = async (
  pid: number,
): Promise<{ file: string; on: string; off: string } | null> => {
  const lines = (await readFile(`/proc/${pid}/cgroup`, 'utf8')).split('\n');
  for (const line of lines) {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/u.exec(line) ?? [];
    if (controllers.split(',').includes('freezer')) {
      return { file: join(ROOT, 'freezer', path, 'freezer.state'), on: 'FROZEN', off: 'THAWED' };
    }
    if (controllers === '' && existsSync(join(ROOT, path, 'cgroup.freeze'))) {
      return { file: join(ROOT, path, 'cgroup.freeze'), on: '1', off: '0' };
    }
  }
  return null;
};

/** Holds every process of the container of `pid` still while `work` runs. */
export const whileFrozen = async (pid: number, work: () => Promise<void>): Promise<void> => {
  const freezer = await freezerOf(pid).catch(() => null);
  if (freezer !== null) await writeFile(freezer.file, freezer.on).catch(() => undefined);
  try {
    await work();
  } finally {
    if (freezer !== null) await writeFile(freezer.file, freezer.off).catch(() => undefined);
  }
};
