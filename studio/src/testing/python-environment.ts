import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Beside the images that the machine keeps; a folder of the user's own where that is not writable. */
const cacheFolder =
  process.getuid?.() === 0
    ? '/var/cache/atelier/python'
    : join(tmpdir(), `atelier-python-${process.getuid?.()}`);

/**
 * The `bin` folder of an environment that holds exactly these packages (`boto3==1.44.8`); made once for each list.
 * Needs `python3` with its `venv` module (Debian: python3-venv) and the Python package index.
 */
export async function pythonEnvironment(packages: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(packages.join('\n')).digest('hex').slice(0, 16);
  const folder = join(cacheFolder, hash);
  // Scripts of an environment name its own path, so it is made in place and marked as complete at the end.
  const complete = join(folder, 'complete');
  if (existsSync(complete)) return join(folder, 'bin');
  await mkdir(cacheFolder, { recursive: true });
  await rm(folder, { recursive: true, force: true });
  const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
  await run(python, ['-m', 'venv', folder]).catch((error: unknown) => {
    throw new Error('python3 has no venv: install the package python3-venv', { cause: error });
  });
  await run(join(folder, 'bin', 'pip'), ['install', '--quiet', ...packages]);
  await mkdir(`${complete}.new`);
  await rename(`${complete}.new`, complete);
  return join(folder, 'bin');
}
