import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, open, readdir, readFile, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from './command.ts';

export interface VolumeRequest {
  /** Letters, digits, `-`; unique in this instance. */
  readonly name: string;
  /** Host user that owns the volume's root. */
  readonly uid: number;
  readonly bytes: number;
}

/** Directories for a tenant's files, each with a size of its own. */
export interface Volumes {
  /** True: the kernel refuses a write over the size. False: only a watcher notices. */
  readonly firm: boolean;
  /** How it is held, for the list of protections. */
  readonly detail: string;
  /** Makes the volume or finds it, with this size from now on; answers its host path. */
  create(request: VolumeRequest): Promise<string>;
  pathOf(name: string): string;
  /** True when the kernel holds the size of what is written at this host path. */
  holds(hostPath: string): boolean;
  list(): Promise<readonly string[]>;
  usedBytes(name: string): Promise<number>;
  /** Removes the volume with all that is in it; nothing when there is none. */
  remove(name: string): Promise<void>;
  /** Detaches the pool; nothing may use it any more. */
  close(): Promise<void>;
}

/** Part of the free disk the pool may grow to; it is sparse and takes only what is written. */
const POOL_SHARE = 0.8;
const POOL_BYTES_MIN = 1024 ** 3;

const checkName = (name: string): string => {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9-]{0,200}$/u.test(name)) throw new Error(`bad volume name ${name}`);
  return name;
};

const give = async (path: string, uid: number): Promise<void> => {
  await chown(path, uid, uid);
  await chmod(path, 0o700);
};

const isMounted = async (path: string): Promise<boolean> =>
  (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .some((line) => line.split(' ')[4] === path);

const measured = async (path: string): Promise<number> => {
  // du never follows links, also when a tenant swaps a directory for one meanwhile.
  const output = await command('du', ['-sx', '--block-size=1', path]).catch((error: unknown) => {
    // Files that vanish while du looks make it fail after it has printed the sum.
    const text = String(error);
    if (/No such file/u.test(text)) return '0';
    throw error;
  });
  return Number.parseInt(output, 10);
};

const attachPool = async (image: string, mountPoint: string, freeBytes: number): Promise<void> => {
  await mkdir(mountPoint, { recursive: true, mode: 0o711 });
  if (await isMounted(mountPoint)) return;
  if (!existsSync(image)) {
    const bytes = Math.floor(freeBytes * POOL_SHARE);
    if (bytes < POOL_BYTES_MIN) throw new Error('too little disk is free for a pool of volumes');
    const made = `${image}.new`;
    const file = await open(made, 'w', 0o600);
    await file.truncate(bytes);
    await file.close();
    await command('mkfs.btrfs', ['--quiet', '--force', '--metadata', 'single', made]);
    await command('mv', [made, image]);
  }
  await command('mount', [
    '-o',
    'loop,noatime,nosuid,nodev,discard=async',
    '-t',
    'btrfs',
    image,
    mountPoint,
  ]);
  await command('btrfs', ['quota', 'enable', mountPoint]);
  await chmod(mountPoint, 0o711);
};

/** One btrfs filesystem in a sparse file: a subvolume per volume, whose quota the kernel enforces for bytes and inodes. */
const poolVolumes = (mountPoint: string): Volumes => {
  const pathOf = (name: string): string => join(mountPoint, checkName(name));
  const quotaGroup = async (path: string): Promise<string> =>
    `0/${(await command('btrfs', ['inspect-internal', 'rootid', path])).trim()}`;
  return {
    firm: true,
    detail: 'btrfs subvolumes with quotas in a sparse pool',
    pathOf,
    holds: (hostPath) => hostPath.startsWith(`${mountPoint}/`),
    async create({ name, uid, bytes }) {
      const path = pathOf(name);
      const made = !existsSync(path);
      if (made) await command('btrfs', ['subvolume', 'create', path]);
      await command('btrfs', ['qgroup', 'limit', String(bytes), path]);
      if (made) await give(path, uid);
      return path;
    },
    list: () => readdir(mountPoint),
    async usedBytes(name) {
      const group = await quotaGroup(pathOf(name));
      const table = await command('btrfs', ['qgroup', 'show', '--raw', mountPoint]);
      const row = table.split('\n').map((line) => line.trim().split(/\s+/u));
      return Number(row.find((cells) => cells[0] === group)?.[1] ?? 0);
    },
    async remove(name) {
      const path = pathOf(name);
      if (!existsSync(path)) return;
      const group = await quotaGroup(path);
      await command('btrfs', ['subvolume', 'delete', path]);
      // The group outlives its subvolume until the cleaner has passed; a later pass removes what this one cannot.
      await command('btrfs', ['qgroup', 'destroy', group, mountPoint]).catch(() => undefined);
    },
    async close() {
      await command('umount', [mountPoint]);
    },
  };
};

const directoryVolumes = (root: string, why: string): Volumes => {
  const pathOf = (name: string): string => join(root, checkName(name));
  return {
    firm: false,
    detail: `plain directories, watched: ${why}`,
    pathOf,
    holds: () => false,
    async create({ name, uid }) {
      const path = pathOf(name);
      if (!existsSync(path)) {
        await mkdir(path, { recursive: true });
        await give(path, uid);
      }
      return path;
    },
    list: () => readdir(root),
    usedBytes: (name) => measured(pathOf(name)),
    remove: (name) => rm(pathOf(name), { recursive: true, force: true }),
    close: () => Promise.resolve(),
  };
};

/** Firm volumes where btrfs and a loop device can be had, watched directories otherwise. */
export const createVolumes = async (deps: { readonly home: string }): Promise<Volumes> => {
  const mountPoint = join(deps.home, 'volumes');
  await mkdir(deps.home, { recursive: true, mode: 0o711 });
  const { bavail, bsize } = await statfs(deps.home);
  try {
    await attachPool(join(deps.home, 'volumes.img'), mountPoint, bavail * bsize);
    return poolVolumes(mountPoint);
  } catch (error) {
    if (await isMounted(mountPoint)) throw error;
    const plain = join(deps.home, 'directories');
    await mkdir(plain, { recursive: true, mode: 0o711 });
    return directoryVolumes(plain, error instanceof Error ? error.message : String(error));
  }
};

export const measureDirectory = measured;
