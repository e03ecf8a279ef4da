import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { followLog } from './container-log.ts';
import type { Container, ContainerExit } from './engine.ts';
import { type ExitWatch, LOST_EXIT_CODE } from './exit-watch.ts';
import { ContainerEngineError, type Podman } from './podman.ts';

/** What `podman ps --format json` tells of a container. */
export interface Listed {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly State: string;
  readonly ExitCode: number;
}

/** `enter.py` prints this as its last words when the kernel ended a process for memory and the command failed. */
const OOM_LINE = 'atelier: the memory limit was reached and the kernel ended a process';
const TAIL_BYTES = 4096;
/** How long after SIGKILL the end may take to show. */
const KILL_GRACE_MS = 10_000;

const saidOutOfMemory = async (logFile: string): Promise<boolean> => {
  const file = await open(logFile, 'r').catch(() => null);
  if (file === null) return false;
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    await file.read(buffer, 0, buffer.length, size - buffer.length);
    return buffer.includes(OOM_LINE);
  } finally {
    await file.close();
  }
};

export interface PodmanContainerDeps {
  readonly entry: Listed;
  readonly name: string;
  readonly logFile: string;
  readonly listener: string | null;
  readonly podman: Podman;
  readonly exits: ExitWatch;
  /** Starts watching what the container writes; answers whether it was ended for that, and stops. */
  readonly watchDisk: (pid: number, kill: () => Promise<void>) => { readonly end: () => boolean };
}

const SIGTERM_BIT = 1n << 14n;
const READY_MS = 5000;

/** The first process of a namespace loses signals it has no handler for yet: waits until `enter.py` has one. */
const untilItHearsSigterm = async (pid: number): Promise<void> => {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => null);
    if (status === null) return;
    const caught = /^SigCgt:\s*([0-9a-f]+)$/mu.exec(status)?.[1] ?? '0';
    if ((BigInt(`0x${caught}`) & SIGTERM_BIT) !== 0n) return;
    await sleep(20);
  }
};

const readPid = async (path: string): Promise<number> =>
  Number(await readFile(path, 'utf8').catch(() => '0'));

/** A container that podman knows, started by this process or by one before it. */
export const podmanContainer = async (deps: PodmanContainerDeps): Promise<Container> => {
  const { entry, name, logFile, podman, exits } = deps;
  const userdata = podman.userdataOf(entry.Id);

  const signal = (which: 'TERM' | 'KILL'): Promise<void> =>
    podman.call(['kill', '--signal', which, name]).then(
      () => undefined,
      (error: unknown) => {
        // It ended by itself meanwhile.
        if (
          error instanceof ContainerEngineError &&
          /not running|only kill running|no such/iu.test(error.stderr)
        )
          return;
        throw error;
      },
    );

  const finish = async (code: number, outOfDisk: boolean): Promise<ContainerExit> => ({
    code,
    outOfDisk,
    outOfMemory: code !== 0 && !outOfDisk && (await saidOutOfMemory(logFile)),
  });

  const watchRunning = async (): Promise<ContainerExit> => {
    const pid = await readPid(join(userdata, 'pidfile'));
    const disk = deps.watchDisk(pid, () => signal('KILL'));
    const code = await exits.exitOf(entry.Id, await readPid(join(userdata, 'conmon.pid')));
    const outOfDisk = disk.end();
    if (code === LOST_EXIT_CODE) {
      // Without its monitor the payload may live on; nobody could learn its end.
      await podman.call(['rm', '--force', '--time', '0', '--ignore', name]).catch(() => undefined);
    }
    return finish(code, outOfDisk);
  };
  const exited =
    entry.State === 'running' || entry.State === 'paused'
      ? watchRunning()
      : finish(entry.ExitCode, false);
  exited.catch(() => undefined);

  const endWithin = async (ms: number): Promise<boolean> => {
    const patience = new AbortController();
    const ended = await Promise.race([
      exited.then(() => true),
      sleep(ms, false, { signal: patience.signal }).catch(() => false),
    ]);
    patience.abort();
    return ended;
  };

  const kill = async (): Promise<void> => {
    await signal('KILL');
    if (!(await endWithin(KILL_GRACE_MS))) {
      throw new ContainerEngineError(`${name} did not end after SIGKILL`, '');
    }
  };

  return {
    name,
    labels: entry.Labels ?? {},
    listener: deps.listener,
    exited,
    logs: (abort) => followLog(logFile, exited, abort),
    kill,
    async stop(graceSeconds) {
      await untilItHearsSigterm(await readPid(join(userdata, 'pidfile')));
      await signal('TERM');
      if (!(await endWithin(graceSeconds * 1000))) await kill();
    },
  };
};
