import type { ContainerMount, ContainerSpec } from './engine.ts';

/** Inside every container the tenant's code is this user; the account's uid range makes him a host user of its own. */
export const CONTAINER_UID = 1000;
export const UID_RANGE = 65_536;

export const labelAccount = 'atelier.account';
export const labelSockets = 'atelier.sockets';

/** Loopback port inside for each host socket, as notebooks and jobs know them. */
export const relayPorts = { studio: 4566, 'front-door': 4567 } as const;
export const socketsInside = '/run/atelier';
export const startInside = '/opt/atelier/start';
export const runnersInside = '/opt/atelier/runners';

export interface RunPlace {
  readonly image: string;
  readonly uidBase: number;
  readonly seccompProfile: string;
  readonly logFile: string;
  readonly cgroupParent: string;
  /** Host directory that holds `start.json`. */
  readonly startDirectory: string;
  readonly runnersDirectory: string;
  /** Host directory of the sockets this container may reach; null when it may reach none. */
  readonly socketsDirectory: string | null;
}

/** conmon starts a new file beyond this, so that a flood of lines cannot fill the host's disk. */
const LOG_BYTES = 64 * 1024 * 1024;
const TMP_BYTES_MAX = 1024 * 1024 * 1024;

const megabytes = (bytes: number): string => `${Math.floor(bytes / 1024 / 1024)}m`;

const volume = (mount: ContainerMount): string[] => {
  if (/[:,]/u.test(mount.hostPath) || /[:,]/u.test(mount.containerPath)) {
    throw new Error(`a mount path holds a separator: ${mount.hostPath} → ${mount.containerPath}`);
  }
  return [
    '--volume',
    `${mount.hostPath}:${mount.containerPath}:${mount.readOnly ? 'ro' : 'rw'},nosuid,nodev`,
  ];
};

export const containerLabels = (spec: ContainerSpec): Record<string, string> => ({
  ...spec.labels,
  [labelAccount]: spec.accountId,
  [labelSockets]: [...spec.sockets].sort().join('+'),
});

/**
 * What `podman run` is told. The tenant's command and environment are not in it: they travel in `start.json`, where
 * neither the process list nor podman's own variables can be reached by them.
 */
export const runArguments = (spec: ContainerSpec, place: RunPlace): string[] => {
  const { limits } = spec;
  const uids = `0:${place.uidBase}:${UID_RANGE}`;
  const host: ContainerMount[] = [
    { hostPath: place.startDirectory, containerPath: startInside, readOnly: true },
    { hostPath: place.runnersDirectory, containerPath: runnersInside, readOnly: true },
    ...(place.socketsDirectory === null
      ? []
      : [{ hostPath: place.socketsDirectory, containerPath: socketsInside, readOnly: true }]),
  ];
  return [
    'run',
    '--detach',
    '--pull=never',
    ...(spec.listens ? ['--preserve-fds=1'] : []),
    '--name',
    spec.name,
    ...Object.entries(containerLabels(spec)).flatMap(([key, value]) => [
      '--label',
      `${key}=${value}`,
    ]),
    '--network=none',
    '--no-hosts',
    '--http-proxy=false',
    '--read-only',
    '--read-only-tmpfs=false',
    '--tmpfs',
    `/tmp:rw,nosuid,nodev,mode=1777,size=${megabytes(Math.min(limits.memoryBytes / 2, TMP_BYTES_MAX))}`,
    // Podman's own /dev/shm is a mount on the host, which its clean-up and a removal both try to end.
    '--ipc=none',
    '--tmpfs',
    `/dev/shm:rw,nosuid,nodev,noexec,mode=1777,size=${megabytes(Math.min(limits.memoryBytes / 4, TMP_BYTES_MAX))}`,
    '--cap-drop=all',
    '--security-opt',
    'no-new-privileges',
    '--security-opt',
    `seccomp=${place.seccompProfile}`,
    '--uidmap',
    uids,
    '--gidmap',
    uids,
    '--user',
    `${CONTAINER_UID}:${CONTAINER_UID}`,
    '--cgroupns=private',
    '--cgroup-parent',
    place.cgroupParent,
    '--memory',
    String(limits.memoryBytes),
    '--memory-swap',
    String(limits.memoryBytes),
    '--cpus',
    String(limits.cpus),
    '--pids-limit',
    String(limits.pids),
    '--ulimit',
    'nofile=4096:4096',
    '--ulimit',
    'nproc=1024:1024',
    '--ulimit',
    'core=0:0',
    '--log-driver=k8s-file',
    '--log-opt',
    `path=${place.logFile}`,
    '--log-opt',
    `max-size=${LOG_BYTES}`,
    ...[...host, ...spec.mounts].flatMap(volume),
    place.image,
    '/usr/bin/python3',
    '-I',
    '-S',
    `${runnersInside}/enter.py`,
  ];
};

/** What `enter.py` reads. */
export const startDocument = (spec: ContainerSpec): string =>
  JSON.stringify({
    command: spec.command,
    environment: spec.environment,
    relays: spec.sockets.map((socket) => [relayPorts[socket], `${socketsInside}/${socket}.sock`]),
    listens: spec.listens,
  });
