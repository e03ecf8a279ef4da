import { whileFrozen } from './cgroup.ts';
import { measureDirectory } from './volumes.ts';

const MEASURE_MS = 2000;

export interface WatchedDisk {
  readonly paths: readonly string[];
  readonly bytes: number;
  /** A process of the container, by which its cgroup is found. */
  readonly pid: number;
  readonly kill: () => Promise<void>;
}

export interface DiskWatch {
  watch(disk: WatchedDisk): { readonly end: () => boolean };
  close(): void;
}

/**
 * Measures what containers wrote where no quota holds; whoever is over is frozen, measured again (so that a file being
 * deleted does not end a job) and ended. Between two looks more can be written than allowed: that is why quotas are
 * preferred and this is reported as the weaker protection.
 */
export const createDiskWatch = (): DiskWatch => {
  const watched = new Map<WatchedDisk, { ended: boolean }>();
  const sum = async (paths: readonly string[]): Promise<number> =>
    (await Promise.all(paths.map((path) => measureDirectory(path)))).reduce((a, b) => a + b, 0);

  const look = async (disk: WatchedDisk, state: { ended: boolean }): Promise<void> => {
    if (state.ended || (await sum(disk.paths)) <= disk.bytes) return;
    await whileFrozen(disk.pid, async () => {
      if ((await sum(disk.paths)) <= disk.bytes) return;
      state.ended = true;
      await disk.kill();
    });
  };
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void Promise.allSettled([...watched].map(([disk, state]) => look(disk, state))).then(() => {
      looking = false;
    });
  }, MEASURE_MS);
  timer.unref();

  return {
    watch(disk) {
      const state = { ended: false };
      if (disk.paths.length > 0) watched.set(disk, state);
      return {
        end() {
          watched.delete(disk);
          return state.ended;
        },
      };
    },
    close: () => clearInterval(timer),
  };
};
