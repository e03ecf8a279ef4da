import type { Container, ContainerSpec, Protection } from './engine.ts';
import type { Volumes } from './volumes.ts';

/** Runs inside a container and prints what it finds; each fact is tried, not read from a configuration. */
const probeScript = `
import ctypes, json, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def refused(call):
    ctypes.set_errno(0)
    return call() < 0
status = dict(line.split(':', 1) for line in open('/proc/self/status') if ':' in line)
def writable(path):
    try:
        open(path, 'w').close()
        return True
    except OSError:
        return False
def reachable(address):
    try:
        socket.create_connection(address, 0.2).close()
        return True
    except OSError:
        return False
def first(*paths):
    for path in paths:
        try:
            return open(path).read().strip()
        except OSError:
            pass
    return ''
print(json.dumps({
    'uidMap': open('/proc/self/uid_map').read().split(),
    'capabilities': [status[name].strip() for name in ('CapEff', 'CapPrm', 'CapBnd')],
    'noNewPrivileges': status['NoNewPrivs'].strip(),
    'seccomp': status['Seccomp'].strip(),
    'userNamespaceRefused': refused(lambda: libc.unshare(0x10000000)),
    'ioUringRefused': refused(lambda: libc.syscall(425, 1, 0)),
    'keyctlRefused': refused(lambda: libc.syscall(250, 0, -3, 1)),
    'ptraceRefused': refused(lambda: libc.ptrace(0, 0, 0, 0)),
    'interfaces': [name for _, name in socket.if_nameindex()],
    'rootWritable': writable('/probe'),
    'memory': first('/sys/fs/cgroup/memory/memory.limit_in_bytes', '/sys/fs/cgroup/memory.max'),
    'pids': first('/sys/fs/cgroup/pids/pids.max', '/sys/fs/cgroup/pids.max'),
    'cpu': first('/sys/fs/cgroup/cpu/cpu.cfs_quota_us', '/sys/fs/cgroup/cpu.max'),
}))
`;

const MEMORY_BYTES = 256 * 1024 * 1024;
const PIDS = 32;

interface Found {
  readonly uidMap: readonly string[];
  readonly capabilities: readonly string[];
  readonly noNewPrivileges: string;
  readonly seccomp: string;
  readonly userNamespaceRefused: boolean;
  readonly ioUringRefused: boolean;
  readonly keyctlRefused: boolean;
  readonly ptraceRefused: boolean;
  readonly interfaces: readonly string[];
  readonly rootWritable: boolean;
  readonly memory: string;
  readonly pids: string;
  readonly cpu: string;
}

const isFound = (value: unknown): value is Found =>
  typeof value === 'object' && value !== null && 'uidMap' in value && 'cpu' in value;

const spec: ContainerSpec = {
  name: 'atelier-probe',
  accountId: 'probe',
  labels: { 'atelier.probe': 'yes' },
  command: ['/usr/bin/python3', '-I', '-S', '-c', probeScript],
  environment: {},
  mounts: [],
  limits: { memoryBytes: MEMORY_BYTES, cpus: 0.5, pids: PIDS, diskBytes: 0 },
  sockets: [],
  listens: false,
};

const judge = (found: Found): Protection[] => {
  const required = (name: string, on: boolean, detail: string): Protection => ({
    name,
    on,
    detail,
    required: true,
  });
  const [, hostUid = '0'] = found.uidMap;
  return [
    required('own host users', Number(hostUid) > 0, `root inside is host user ${hostUid}`),
    required(
      'no capabilities',
      found.capabilities.every((set) => /^0+$/u.test(set)),
      found.capabilities.join(' '),
    ),
    required('no new privileges', found.noNewPrivileges === '1', found.noNewPrivileges),
    required(
      'system call filter',
      found.seccomp === '2' &&
        found.userNamespaceRefused &&
        found.ioUringRefused &&
        found.keyctlRefused &&
        found.ptraceRefused,
      'user namespaces, io_uring, keyctl and ptrace tried and refused',
    ),
    required(
      'no network',
      found.interfaces.every((name) => name === 'lo'),
      `interfaces: ${found.interfaces.join(', ')}`,
    ),
    required('read-only root', !found.rootWritable, 'a file at / tried'),
    required('memory limit', Number(found.memory) === MEMORY_BYTES, found.memory),
    required('process limit', Number(found.pids) === PIDS, found.pids),
    required('cpu limit', /^\d+/u.test(found.cpu), found.cpu),
  ];
};

export interface ProbeDeps {
  readonly startRaw: (spec: ContainerSpec) => Promise<Container>;
  readonly remove: (name: string) => Promise<void>;
  readonly volumes: Volumes;
}

const disk = (volumes: Volumes): Protection => ({
  name: 'disk limit',
  on: true,
  detail: volumes.detail,
  required: true,
});

/** Starts one container with every protection and looks from inside which of them hold. */
export const probeProtections = async (deps: ProbeDeps): Promise<readonly Protection[]> => {
  if (process.getuid?.() !== 0) {
    return [
      { name: 'root', on: false, detail: 'limits need root on this machine', required: true },
      disk(deps.volumes),
    ];
  }
  try {
    await deps.remove(spec.name);
    const container = await deps.startRaw(spec);
    let printed = '';
    for await (const line of container.logs(AbortSignal.timeout(20_000))) printed += line.message;
    const found: unknown = JSON.parse(printed);
    if (!isFound(found)) throw new Error(`the probe printed ${printed}`);
    return [...judge(found), disk(deps.volumes)];
  } catch (error) {
    return [
      {
        name: 'container engine',
        on: false,
        detail: error instanceof Error ? error.message : String(error),
        required: true,
      },
      disk(deps.volumes),
    ];
  } finally {
    await deps.remove(spec.name).catch(() => undefined);
  }
};
