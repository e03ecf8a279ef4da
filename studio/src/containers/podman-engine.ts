import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AccountSockets,
  createAccountSockets,
  type ServeHostSocket,
} from './account-sockets.ts';
import { createDiskWatch } from './disk-watch.ts';
import type { Container, ContainerSpec, Engine, HostSocket, Protection } from './engine.ts';
import { createExitWatch } from './exit-watch.ts';
import { listenToPass, restoreListenerPath } from './host-listener.ts';
import { ContainerEngineError, createPodman } from './podman.ts';
import { type Listed, podmanContainer } from './podman-container.ts';
import { probeProtections } from './probe.ts';
import {
  CONTAINER_UID,
  containerLabels,
  labelAccount,
  labelSockets,
  runArguments,
  startDocument,
} from './run-arguments.ts';
import { createUidRanges, type UidRanges } from './uid-ranges.ts';
import { createVolumes, type Volumes } from './volumes.ts';

export interface PodmanEngineDeps {
  /** Persistent state of this instance: `<ATELIER_HOME>/studio/containers`. */
  readonly home: string;
  /** Sockets and podman's run state; lost with a reboot. Default `/run/atelier/<hash of home>`. */
  readonly runDirectory?: string;
  /** Shared by all instances of the machine. Default `/var/cache/atelier/uid-ranges`. */
  readonly uidClaimsDirectory?: string;
  /** Read-only podman store with the workbench image. */
  readonly imageStore: string;
  /** Name of the workbench image in that store. */
  readonly image: string;
  readonly serveSocket: ServeHostSocket;
}

export interface PodmanEngine extends Engine {
  readonly volumes: Volumes;
  /** Host user that the tenant's code of this account is. */
  uidOf(accountId: string): Promise<number>;
  /** Sockets and uid range of an account that has no container and no file left. */
  forgetAccount(accountId: string): Promise<void>;
  /** Stops watching; containers live on and are found again by the next engine of this home. */
  close(): Promise<void>;
}

const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Where the engine of a home keeps sockets and podman's run state. */
export const runDirectoryOf = (home: string): string => join('/run/atelier', hashOf(home));

const seccompSource = new URL('./seccomp.json', import.meta.url);
const runnersSource = new URL('../../runners', import.meta.url);
const RUN_TIMEOUT_MS = 60_000;

/** Copies what containers see of Studio's own files to where their mapped users can read it. */
const installFiles = async (home: string): Promise<{ runners: string; seccomp: string }> => {
  const runners = join(home, 'runners');
  const seccomp = join(home, 'seccomp.json');
  await mkdir(runners, { recursive: true });
  for (const name of await readdir(runnersSource)) {
    if (!name.endsWith('.py')) continue;
    await cp(new URL(`./runners/${name}`, new URL('../../', import.meta.url)), join(runners, name));
    await chmod(join(runners, name), 0o644);
  }
  await chmod(runners, 0o755);
  await cp(seccompSource, seccomp);
  return { runners, seccomp };
};

interface Watched {
  readonly paths: readonly string[];
  readonly bytes: number;
}

const isWatched = (value: unknown): value is Watched =>
  typeof value === 'object' &&
  value !== null &&
  'paths' in value &&
  Array.isArray(value.paths) &&
  'bytes' in value &&
  typeof value.bytes === 'number';

const isHostSocket = (text: string): text is HostSocket =>
  text === 'studio' || text === 'front-door';

/** States of a container whose start was cut short. */
const unstarted = ['created', 'configured', 'initialized'];

const isListed = (value: unknown): value is Listed[] => Array.isArray(value);

/** The engine over podman and runc. Refuses to run anything while a required protection is missing. */
export const createPodmanEngine = async (deps: PodmanEngineDeps): Promise<PodmanEngine> => {
  const { home, image } = deps;
  const runDirectory = deps.runDirectory ?? runDirectoryOf(home);
  await mkdir(home, { recursive: true, mode: 0o711 });
  const files = await installFiles(home);
  const podman = await createPodman({
    home: join(home, 'podman'),
    runDirectory: join(runDirectory, 'podman'),
    imageStore: deps.imageStore,
  });
  const uidRanges: UidRanges = await createUidRanges({
    home,
    claimsDirectory: deps.uidClaimsDirectory ?? '/var/cache/atelier/uid-ranges',
  });
  const sockets: AccountSockets = createAccountSockets({
    directory: join(runDirectory, 'sockets'),
    uidRanges,
    serve: deps.serveSocket,
  });
  const volumes = await createVolumes({ home });
  const exits = await createExitWatch(podman.exitsDirectory);
  const diskWatch = createDiskWatch();
  const live = new Map<string, Promise<Container>>();
  const cgroupParent = `/atelier-${hashOf(home)}`;

  const stateOf = (name: string): string => join(home, 'state', hashOf(name));
  const listenerOf = (name: string): string => join(runDirectory, 'listeners', hashOf(name));

  const listed = async (filters: readonly string[]): Promise<Listed[]> => {
    const args = filters.flatMap((filter) => ['--filter', filter]);
    const parsed: unknown = JSON.parse(
      await podman.call(['ps', '--all', '--no-trunc', '--format', 'json', ...args]),
    );
    return isListed(parsed) ? parsed : [];
  };

  /** Writable mounts whose size nothing but a watcher holds, as the start recorded them. */
  const watchedOf = async (name: string): Promise<Watched> => {
    const text = await readFile(join(stateOf(name), 'watched.json'), 'utf8').catch(() => '{}');
    const parsed: unknown = JSON.parse(text);
    return isWatched(parsed) ? parsed : { paths: [], bytes: 0 };
  };

  const wrapNew = async (entry: Listed): Promise<Container> => {
    const name = entry.Names[0] ?? entry.Id;
    const labels: Partial<Record<string, string>> = entry.Labels ?? {};
    const listener = listenerOf(name);
    restoreListenerPath(listener);
    const { [labelAccount]: accountId, [labelSockets]: reached } = labels;
    if (accountId !== undefined && reached !== undefined) {
      await sockets.open(accountId, reached.split('+').filter(isHostSocket));
    }
    const watched = await watchedOf(name);
    return podmanContainer({
      entry,
      name,
      logFile: join(stateOf(name), 'container.log'),
      listener: existsSync(listener) ? listener : null,
      podman,
      exits,
      watchDisk: (pid, kill) => diskWatch.watch({ ...watched, pid, kill }),
    });
  };

  /** The live object of a container, made once per container id. */
  const wrap = (entry: Listed): Promise<Container> => {
    const known = live.get(entry.Id);
    if (known !== undefined) return known;
    const made = wrapNew(entry);
    live.set(entry.Id, made);
    made.catch(() => live.delete(entry.Id));
    return made;
  };

  const removeFiles = async (name: string): Promise<void> => {
    await rm(stateOf(name), { recursive: true, force: true });
    await rm(listenerOf(name), { force: true });
    await rm(`${listenerOf(name)}.k`, { force: true });
  };

  /** conmon's clean-up of a container that has just ended may hold what the removal wants: then once more. */
  const removeContainer = async (name: string, tries = 5): Promise<void> => {
    try {
      await podman.call(['rm', '--force', '--time', '0', '--ignore', name]);
    } catch (error) {
      const busy = error instanceof ContainerEngineError && /busy|improper/u.test(error.stderr);
      if (!busy || tries === 1) throw error;
      await sleep(200);
      await removeContainer(name, tries - 1);
    }
  };

  const remove = async (name: string): Promise<void> => {
    await removeContainer(name);
    for (const [id, container] of live) if ((await container).name === name) live.delete(id);
    await removeFiles(name);
  };

  const byName = async (name: string): Promise<Listed | undefined> =>
    (await listed([`name=^${name}$`])).find((entry) => entry.Names.includes(name));

  const start = async (spec: ContainerSpec): Promise<Container> => {
    const uidBase = await uidRanges.baseOf(spec.accountId);
    const uid = uidBase + CONTAINER_UID;
    const state = stateOf(spec.name);
    const startDirectory = join(state, 'start');
    await removeFiles(spec.name);
    await mkdir(startDirectory, { recursive: true });
    await chmod(startDirectory, 0o755);
    const document = join(startDirectory, 'start.json');
    await writeFile(document, startDocument(spec), { mode: 0o400 });
    await chown(document, uid, uid);
    const watched: Watched = {
      paths: spec.mounts
        .filter(({ readOnly, hostPath }) => !readOnly && !volumes.holds(hostPath))
        .map(({ hostPath }) => hostPath),
      bytes: spec.limits.diskBytes,
    };
    await writeFile(join(state, 'watched.json'), JSON.stringify(watched), { mode: 0o600 });
    const socketsDirectory = await sockets.open(spec.accountId, spec.sockets);
    await mkdir(join(runDirectory, 'listeners'), { recursive: true, mode: 0o700 });
    const listener = spec.listens ? await listenToPass(listenerOf(spec.name)) : null;
    let id: string;
    try {
      id = await podman.call(
        runArguments(spec, {
          image,
          uidBase,
          seccompProfile: files.seccomp,
          logFile: join(state, 'container.log'),
          cgroupParent,
          startDirectory,
          runnersDirectory: files.runners,
          socketsDirectory,
        }),
        { timeoutMs: RUN_TIMEOUT_MS, ...(listener === null ? {} : { passedFd: listener.fd }) },
      );
    } finally {
      listener?.release();
    }
    return wrap({
      Id: id.trim(),
      Names: [spec.name],
      Labels: containerLabels(spec),
      State: 'running',
      ExitCode: 0,
    });
  };

  let protections: Promise<readonly Protection[]> | null = null;
  const engine: PodmanEngine = {
    volumes,
    uidOf: async (accountId) => (await uidRanges.baseOf(accountId)) + CONTAINER_UID,

    probe() {
      protections ??= probeProtections({
        startRaw: start,
        remove,
        volumes,
      });
      // A probe that could not be made must be tried again.
      protections.catch(() => {
        protections = null;
      });
      return protections;
    },

    async run(spec) {
      const missing = (await engine.probe()).filter(({ required, on }) => required && !on);
      if (missing.length > 0) {
        const reasons = missing.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
        throw new ContainerEngineError(`this machine cannot hold tenant code (${reasons})`, '');
      }
      // What was never started here leaves no state; asking podman would cost as much again as starting.
      const present = existsSync(stateOf(spec.name)) ? await byName(spec.name) : undefined;
      if (present !== undefined && !unstarted.includes(present.State)) return wrap(present);
      if (present !== undefined) await remove(spec.name);
      try {
        return await start(spec);
      } catch (error) {
        await remove(spec.name).catch(() => undefined);
        throw error;
      }
    },

    async find(labels) {
      const filters = Object.entries(labels).map(([key, value]) => `label=${key}=${value}`);
      const entries = (await listed(filters)).filter(({ State }) => !unstarted.includes(State));
      return Promise.all(entries.map(wrap));
    },

    remove,

    async forgetAccount(accountId) {
      await sockets.remove(accountId);
      await uidRanges.release(accountId);
    },

    async close() {
      diskWatch.close();
      exits.close();
      await sockets.close();
      const inUse = await listed([]).catch(() => [{}]);
      if (inUse.length === 0) await volumes.close().catch(() => undefined);
    },
  };
  return engine;
};
