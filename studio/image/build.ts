import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { readDebianSources } from './debian-source.ts';
import { packageIndex } from './package-index.ts';
import {
  BASE_PACKAGES,
  DEBIAN_SUITE,
  IMAGE_CACHE,
  isBuilt,
  type WorkbenchImage,
  workbenchImage,
} from './recipe.ts';

export { type WorkbenchImage, workbenchImage } from './recipe.ts';

export interface BuildOptions {
  /** Where stores are kept; each is named by the hash of its recipe. */
  readonly cache?: string;
  /** Gets one line per step, with its time when it is done. */
  readonly report?: (line: string) => void;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Builds the workbench image unless it is there: Debian's minimal base, then the locked Python packages. Needs root,
 * podman and mmdebstrap; reaches the machine's Debian source and its package index. About two minutes and 1.4 GB.
 */
export const buildWorkbenchImage = async (options: BuildOptions = {}): Promise<WorkbenchImage> => {
  const cache = options.cache ?? IMAGE_CACHE;
  const report = options.report ?? (() => {});
  const image = workbenchImage(cache);
  if (isBuilt(image)) return image;
  await mkdir(cache, { recursive: true });
  const unlock = await lock(join(cache, '.lock'), report);
  const work = await mkdtemp(join(cache, '.building-'));
  try {
    if (isBuilt(image)) return image;
    await removeLeftOvers(cache, work);
    await build(image, work, report, options.env ?? process.env);
    await unmountBelow(work);
    await rename(join(work, 'store'), image.store);
    return image;
  } finally {
    await removeWork(work);
    unlock();
  }
};

const build = async (
  image: WorkbenchImage,
  work: string,
  report: (line: string) => void,
  env: NodeJS.ProcessEnv,
): Promise<void> => {
  const step = async (name: string, run: () => Promise<void>): Promise<void> => {
    report(`workbench image: ${name} …`);
    const startedMs = performance.now();
    await run();
    report(`workbench image: ${name}, ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  };
  const podmanEnv = await writePodmanConfiguration(work, env);
  const podman = (...args: string[]): Promise<void> => execute('podman', args, { env: podmanEnv });
  const base = join(work, 'base.tar');

  await step('Debian base system', async () => {
    const sources = readDebianSources(DEBIAN_SUITE);
    const sourcesFile = join(work, sources.name);
    await writeFile(sourcesFile, sources.text);
    // Nothing of the machine belongs into the image: its sources, apt's lists, its name and resolver.
    const cleanUp =
      'rm -rf "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/* "$1"/var/lib/apt/lists/* "$1"/etc/resolv.conf "$1"/etc/hostname';
    await execute(
      'mmdebstrap',
      [
        '--quiet',
        '--variant=minbase',
        `--include=${BASE_PACKAGES.join(',')}`,
        `--customize-hook=${cleanUp}`,
        DEBIAN_SUITE,
        base,
        sourcesFile,
      ],
      { env },
    );
  });
  await step('import', () => podman('import', '--quiet', base, 'localhost/atelier-base'));
  await rm(base);
  await step('Python packages', async () => {
    const context = join(work, 'context');
    await mkdir(context);
    for (const file of ['Containerfile', 'requirements.lock']) {
      await cp(join(import.meta.dirname, file), join(context, file));
    }
    const index = packageIndex(env);
    const secret = join(work, 'pip.env');
    await writeFile(secret, index.script, { mode: 0o600 });
    await podman(
      'build',
      '--quiet',
      '--network=host',
      '--isolation=chroot',
      '--pull=never',
      '--http-proxy=false',
      `--secret=id=pip,src=${secret}`,
      ...index.certificates.map((path) => `--volume=${path}:${path}:ro`),
      `--tag=${image.reference}`,
      context,
    );
  });
  await chmod(join(work, 'store'), 0o755);
};

const writePodmanConfiguration = async (
  work: string,
  env: NodeJS.ProcessEnv,
): Promise<NodeJS.ProcessEnv> => {
  const containers = join(work, 'containers.conf');
  const storage = join(work, 'storage.conf');
  // Without limits of its own a start fails on machines that forbid raising them.
  await writeFile(
    containers,
    [
      '[containers]',
      'default_ulimits=["nofile=4096:4096","nproc=4096:4096"]',
      '[engine]',
      'runtime="runc"',
      'cgroup_manager="cgroupfs"',
      'events_logger="file"',
      '',
    ].join('\n'),
  );
  await writeFile(
    storage,
    `[storage]\ndriver = "overlay"\ngraphroot = "${join(work, 'store')}"\nrunroot = "${join(work, 'run')}"\n`,
  );
  return { ...env, CONTAINERS_CONF: containers, CONTAINERS_STORAGE_CONF: storage, TMPDIR: work };
};

/** Holds the build for this process until the returned function is called or the process ends, however it ends. */
const lock = async (path: string, report: (line: string) => void): Promise<() => void> => {
  const file = openSync(path, 'w');
  // The lock belongs to the open file, which this process shares with the command that takes it.
  const take = (...flags: string[]): Promise<void> =>
    execute('flock', [...flags, '3'], { env: process.env, extra: file });
  try {
    await take('--nonblock');
  } catch {
    report('workbench image: waiting for another build of it …');
    await take();
  }
  return () => closeSync(file);
};

const removeWork = async (work: string): Promise<void> => {
  await unmountBelow(work);
  await rm(work, { recursive: true, force: true });
};

/** podman leaves its overlay folder mounted on itself. */
const unmountBelow = async (folder: string): Promise<void> => {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounts.reverse()) await execute('umount', [path], { env: process.env });
};

const removeLeftOvers = async (cache: string, own: string): Promise<void> => {
  for (const name of await readdir(cache)) {
    const path = join(cache, name);
    if (name.startsWith('.building-') && path !== own) await removeWork(path);
  }
};

const execute = (
  command: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; extra?: number },
): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: options.env,
      stdio: ['ignore', 'pipe', 'pipe', ...(options.extra === undefined ? [] : [options.extra])],
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-4000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('error', (cause) =>
      reject(new Error(`${command} could not be started: ${cause.message}`, { cause })),
    );
    child.on('close', (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`${command} ${args[0] ?? ''} failed (exit ${code}):\n${output.trim()}`)),
    );
  });

if (import.meta.main) {
  const image = await buildWorkbenchImage({ report: (line) => process.stdout.write(`${line}\n`) });
  process.stdout.write(`${image.reference} in ${image.store}\n`);
}
