import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runStep } from '../check/run-step.ts';
import { exists } from '../exists.ts';
import { openFolder } from '../postgres/ownership.ts';
import { hashTree } from './hash-tree.ts';
import { REPOSITORY } from './repository.ts';

const APPLICATIONS = ['landing', 'crm', 'admin'];
/** All that decides what a build gives. */
const INPUTS = ['apps', 'packages/web-kit', 'packages/contracts', 'package-lock.json'];

/**
 * Builds the three applications unless a build of the same sources is in `cache`; returns the folder that holds one
 * folder for each. It is readable by everybody: the front-door that serves it is not root.
 */
export async function buildApplications(options: {
  readonly cache: string;
  readonly progress: (line: string) => void;
}): Promise<string> {
  const { cache, progress } = options;
  const built = join(cache, await hashTree(REPOSITORY, INPUTS));
  if (await exists(built)) return built;
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, '.building-'));
  try {
    for (const application of APPLICATIONS) {
      const { ok, output, tookMs } = await runStep({
        name: application,
        command: [
          'vite',
          'build',
          join(REPOSITORY, 'apps', application),
          '--outDir',
          join(draft, application),
          '--emptyOutDir',
          '--logLevel',
          'warn',
        ],
      });
      if (!ok) throw new Error(`the application ${application} could not be built:\n${output}`);
      progress(`application ${application} is built (${(tookMs / 1000).toFixed(1)} s)`);
    }
    await openFolder(draft);
    await rename(draft, built).catch(async (cause: NodeJS.ErrnoException) => {
      // Somebody else built the same at the same time.
      if (cause.code !== 'ENOTEMPTY' && cause.code !== 'EEXIST') throw cause;
    });
    return built;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
