/** Host sockets a container may reach, each relayed inside to a loopback port. */
export type HostSocket = 'studio' | 'front-door';

export interface ContainerMount {
  /** Made and owned by Studio; never a path a tenant can replace. */
  readonly hostPath: string;
  readonly containerPath: string;
  readonly readOnly: boolean;
}

export interface ContainerLimits {
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly pids: number;
  /** What the writable mounts together may hold. */
  readonly diskBytes: number;
}

export interface ContainerSpec {
  /** Deterministic, so that a repeated start finds what the first made. */
  readonly name: string;
  /** Chooses the host uid range; every account has its own. */
  readonly accountId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly mounts: readonly ContainerMount[];
  readonly limits: ContainerLimits;
  readonly sockets: readonly HostSocket[];
  /** True: a listening socket is passed as fd 3 and `Container.listener` reaches it. */
  readonly listens: boolean;
}

export interface ContainerExit {
  readonly code: number;
  readonly outOfMemory: boolean;
  /** Over the disk limit and stopped for it. */
  readonly outOfDisk: boolean;
}

export interface Container {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Socket path the host may safely connect to; null when it does not listen. */
  readonly listener: string | null;
  /** Resolves when the container has ended. */
  readonly exited: Promise<ContainerExit>;
  /** Lines of stdout and stderr from the beginning, then as they come, until the container ends. */
  logs(signal?: AbortSignal): AsyncIterable<{ at: Date; message: string }>;
  /** SIGTERM, then SIGKILL after the grace; resolves when it is gone. */
  stop(graceSeconds: number): Promise<void>;
  kill(): Promise<void>;
}

export interface Protection {
  readonly name: string;
  readonly on: boolean;
  readonly detail: string;
  /** Without a required one no tenant code runs. */
  readonly required: boolean;
}

export interface Engine {
  /** What this machine gives, found by trying. */
  probe(): Promise<readonly Protection[]>;
  /** Starts the container, or finds the one of that name that runs already. */
  run(spec: ContainerSpec): Promise<Container>;
  /** Containers with all of these labels, whoever started them; after a crash they are adopted through this. */
  find(labels: Readonly<Record<string, string>>): Promise<readonly Container[]>;
  /** Ends and removes the container with its mounts, sockets and files; nothing when there is none. */
  remove(name: string): Promise<void>;
}
