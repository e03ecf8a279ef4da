import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { removeContainers, removeRunDirectory } from '@atelier/studio';
import type { Instance } from './instance.ts';

const run = promisify(execFile);

/** Mount points below a folder, deepest first, out of the text of `/proc/self/mounts`. */
export function mountsBelow(mounts: string, folder: string): string[] {
  return mounts
    .split('\n')
    .flatMap((line) => line.split(' ')[1] ?? [])
    .map((point) =>
      point.replace(/\\(\d{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      ),
    )
    .filter((point) => point.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length);
}

/** Removes all that an instance keeps. Refuses a folder that does not look like a home of ours. */
export async function removeHome(instance: Instance): Promise<void> {
  const entries = await readdir(instance.home).catch((): string[] => []);
  if (entries.length === 0) return;
  if (!entries.includes('state.json') && !entries.includes('logs')) {
    throw new Error(`${instance.home} holds no instance of Atelier: nothing was removed`);
  }
  // A supervisor that was killed left its containers running.
  const studio = { home: instance.path('studio'), imageCache: null };
  await removeContainers(studio);
  await removeRunDirectory(studio);
  // Storage of containers may still be mounted; removing through a mount would be refused.
  for (const point of mountsBelow(await readFile('/proc/self/mounts', 'utf8'), instance.home)) {
    await run('umount', ['--lazy', point]);
  }
  await rm(instance.home, { recursive: true, force: true });
}
