import { execFile } from 'node:child_process';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether every folder on the way lets everybody pass. */
async function isReachable(path: string): Promise<boolean> {
  for (let folder = path; ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

export interface ReadableCode {
  /** Where processes that are not root find the code, now and when they start others or load more. */
  readonly root: string;
  /** What is no longer needed is taken away again. */
  release(): Promise<void>;
}

/**
 * The code where everybody can read it: the clone itself, or, when it lies below a closed folder such as /root, a
 * read-only view of it at `view`. Read-only, so that whoever removes the home by hand does not remove the clone.
 */
export async function openReadableCode(options: {
  readonly root: string;
  readonly view: string;
}): Promise<ReadableCode> {
  const { root, view } = options;
  if (process.getuid?.() !== 0 || (await isReachable(root))) {
    return { root, release: async () => {} };
  }
  const release = async () => {
    await run('umount', ['--lazy', view]);
  };
  await mkdir(view, { recursive: true, mode: 0o755 });
  // A supervisor that was killed left its view behind, perhaps of another clone.
  if ((await readdir(view)).length > 0) await release();
  await run('mount', ['--bind', '-o', 'ro', root, view]);
  return { root: view, release };
}
