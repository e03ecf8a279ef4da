import { type FSWatcher, watch } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const CHECK_MS = 2000;
/** How long a dead monitor's last word may take to reach the disk. */
const LOST_AFTER_CHECKS = 2;
/** What a container is said to have ended with when its monitor died with the answer. */
export const LOST_EXIT_CODE = 255;

export interface ExitWatch {
  /** Exit code as conmon wrote it, or `LOST_EXIT_CODE` when conmon is gone without having written one. */
  exitOf(containerId: string, monitorPid: number): Promise<number>;
  close(): void;
}

const isMonitor = async (pid: number): Promise<boolean> =>
  (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim() === 'conmon';

/** Learns of ends from the files conmon writes: no process waits beside each container. */
export const createExitWatch = async (exitsDirectory: string): Promise<ExitWatch> => {
  await mkdir(exitsDirectory, { recursive: true });
  interface Waiting {
    readonly monitorPid: number;
    readonly resolve: (code: number) => void;
    missed: number;
  }
  const waiting = new Map<string, Waiting>();

  const look = async (id: string): Promise<void> => {
    const text = await readFile(join(exitsDirectory, id), 'utf8').catch(() => '');
    const entry = waiting.get(id);
    if (entry === undefined || !/^-?\d+$/u.test(text.trim())) return;
    waiting.delete(id);
    entry.resolve(Number(text));
  };
  const check = async (): Promise<void> => {
    for (const [id, entry] of waiting) {
      await look(id);
      if (!waiting.has(id) || (await isMonitor(entry.monitorPid))) continue;
      entry.missed += 1;
      if (entry.missed < LOST_AFTER_CHECKS) continue;
      waiting.delete(id);
      entry.resolve(LOST_EXIT_CODE);
    }
  };
  const watcher: FSWatcher = watch(exitsDirectory, { persistent: false }, (_event, name) => {
    if (name !== null && waiting.has(name)) void look(name);
  });
  watcher.on('error', () => undefined);
  let checking = false;
  const timer = setInterval(() => {
    if (checking) return;
    checking = true;
    void check().finally(() => {
      checking = false;
    });
  }, CHECK_MS);
  timer.unref();

  return {
    exitOf(containerId, monitorPid) {
      return new Promise((resolve) => {
        waiting.set(containerId, { monitorPid, resolve, missed: 0 });
        void look(containerId);
      });
    },
    close() {
      watcher.close();
      clearInterval(timer);
      waiting.clear();
    },
  };
};
