import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The engine did not do what was asked; `stderr` is podman's own text, for logs only. */
export class ContainerEngineError extends Error {
  override readonly name = 'ContainerEngineError';
  readonly stderr: string;

  constructor(message: string, stderr: string) {
    super(message);
    this.stderr = stderr;
  }
}

export interface PodmanDirectories {
  /** Root of this instance's podman state. */
  readonly home: string;
  /** Where the state of running containers is kept; emptied by a reboot, as podman expects. */
  readonly runDirectory: string;
  /** Read-only store that holds the workbench image. */
  readonly imageStore: string;
}

export interface PodmanCall {
  readonly timeoutMs?: number;
  /** A descriptor the container inherits as its fd 3. */
  readonly passedFd?: number;
}

export interface Podman {
  /** Where conmon leaves `<container id>` with the exit code. */
  readonly exitsDirectory: string;
  /** conmon's directory for one container: `pidfile`, `conmon.pid`. */
  userdataOf(containerId: string): string;
  /** Runs podman; answers its stdout; throws `ContainerEngineError`. */
  call(args: readonly string[], options?: PodmanCall): Promise<string>;
}

const CALL_TIMEOUT_MS = 30_000;
/** Podman serialises on file locks; more callers than this only wait there. */
const PARALLEL_CALLS = 4;

const containersConf = `[containers]
default_ulimits=["nofile=4096:4096","nproc=1024:1024"]
log_driver="k8s-file"
[engine]
runtime="runc"
cgroup_manager="cgroupfs"
events_logger="none"
`;

const storageConf = ({ home, runDirectory, imageStore }: PodmanDirectories): string => `[storage]
driver="overlay"
graphroot=${JSON.stringify(join(home, 'root'))}
runroot=${JSON.stringify(join(runDirectory, 'root'))}
[storage.options]
additionalimagestores=[${JSON.stringify(imageStore)}]
`;

/** Podman's command line with a configuration, store and state of this instance's own. */
export const createPodman = async (directories: PodmanDirectories): Promise<Podman> => {
  const { home, runDirectory } = directories;
  await mkdir(home, { recursive: true, mode: 0o711 });
  await mkdir(runDirectory, { recursive: true, mode: 0o711 });
  const environment = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: home,
    CONTAINERS_CONF: join(home, 'containers.conf'),
    CONTAINERS_STORAGE_CONF: join(home, 'storage.conf'),
  };
  await writeFile(environment.CONTAINERS_CONF, containersConf);
  await writeFile(environment.CONTAINERS_STORAGE_CONF, storageConf(directories));
  const temporary = join(runDirectory, 'tmp');

  let running = 0;
  const waiting: (() => void)[] = [];
  const enter = async (): Promise<void> => {
    if (running >= PARALLEL_CALLS) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
  };
  const leave = (): void => {
    running -= 1;
    waiting.shift()?.();
  };

  const spawnPodman = (args: readonly string[], options: PodmanCall): Promise<string> =>
    new Promise((resolve, reject) => {
      const timeoutMs = options.timeoutMs ?? CALL_TIMEOUT_MS;
      const child = spawn('podman', ['--tmpdir', temporary, ...args], {
        env: environment,
        cwd: home,
        stdio: [
          'ignore',
          'pipe',
          'pipe',
          ...(options.passedFd === undefined ? [] : [options.passedFd]),
        ],
      });
      let stdout = '';
      let stderr = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
      });
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
      });
      let timedOut = false;
      const timer = setTimeout(() => {
        timedOut = true;
        child.kill('SIGKILL');
      }, timeoutMs);
      const verb = args[0] ?? '';
      const settle = (code: number | null): void => {
        clearTimeout(timer);
        clearTimeout(drain);
        if (timedOut) {
          reject(new ContainerEngineError(`podman ${verb} took over ${timeoutMs} ms`, stderr));
        } else if (code === 0) resolve(stdout);
        else reject(new ContainerEngineError(`podman ${verb} failed: ${stderr.trim()}`, stderr));
      };
      let drain: NodeJS.Timeout | undefined;
      child.on('error', (error) => {
        clearTimeout(timer);
        reject(new ContainerEngineError(`podman cannot be started: ${error.message}`, ''));
      });
      // conmon may hold the pipes open after podman itself has ended.
      child.on('exit', (code) => {
        drain = setTimeout(() => settle(code), 500);
      });
      child.on('close', (code) => settle(code));
    });

  return {
    exitsDirectory: join(temporary, 'exits'),
    userdataOf: (containerId) =>
      join(runDirectory, 'root/overlay-containers', containerId, 'userdata'),
    async call(args, options = {}) {
      await enter();
      try {
        return await spawnPodman(args, options);
      } finally {
        leave();
      }
    },
  };
};
