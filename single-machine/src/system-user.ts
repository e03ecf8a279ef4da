import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A user of the operating system that processes run as. */
export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Reads one user out of the text of a passwd file; null when it has none of that name. */
export function findSystemUser(passwd: string, name: string): SystemUser | null {
  for (const line of passwd.split('\n')) {
    const [user, , uid, gid] = line.split(':');
    if (user === name && uid !== undefined && gid !== undefined) {
      return { name, uid: Number(uid), gid: Number(gid) };
    }
  }
  return null;
}

/**
 * The system user of that name, made when it is absent. Null when we are not root: then everything runs as the person
 * who started it, and there is nothing to give up.
 */
export async function ensureSystemUser(name: string): Promise<SystemUser | null> {
  if (process.getuid?.() !== 0) return null;
  const known = findSystemUser(await readFile('/etc/passwd', 'utf8'), name);
  if (known) return known;
  await run('useradd', [
    '--system',
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    name,
  ]).catch(async (cause: unknown) => {
    // Two instances may start at once; the one that loses finds the user made.
    if (!findSystemUser(await readFile('/etc/passwd', 'utf8'), name)) throw cause;
  });
  const made = findSystemUser(await readFile('/etc/passwd', 'utf8'), name);
  if (!made) throw new Error(`the system user ${name} could not be made`);
  return made;
}
