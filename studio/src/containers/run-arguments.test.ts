import { expect, test } from 'vitest';
import type { ContainerSpec } from './engine.ts';
import { type RunPlace, runArguments, startDocument } from './run-arguments.ts';

const place: RunPlace = {
  image: 'atelier/workbench',
  uidBase: 1_000_065_536,
  seccompProfile: '/home/seccomp.json',
  logFile: '/home/log',
  cgroupParent: '/atelier-x',
  startDirectory: '/home/start',
  runnersDirectory: '/home/runners',
  socketsDirectory: '/run/sockets',
};
const spec: ContainerSpec = {
  name: 'job',
  accountId: '111122223333',
  labels: { kind: 'training' },
  command: ['python3', 'secret-program.py'],
  environment: { TOKEN: 'secret-value', CONTAINERS_CONF: '/tmp/evil' },
  mounts: [{ hostPath: '/home/volume', containerPath: '/opt/ml', readOnly: false }],
  limits: { memoryBytes: 2 ** 31, cpus: 2, pids: 512, diskBytes: 2 ** 30 },
  sockets: ['studio'],
  listens: true,
};

test.each([
  '--network=none',
  '--read-only',
  '--cap-drop=all',
  'no-new-privileges',
  'seccomp=/home/seccomp.json',
  '0:1000065536:65536',
  '1000:1000',
  '--pull=never',
  '--http-proxy=false',
  '--ipc=none',
  'core=0:0',
])('every container is started with %s', (argument) => {
  expect(runArguments(spec, place)).toContain(argument);
});

test('memory cannot be extended by swap', () => {
  const args = runArguments(spec, place);
  expect(args[args.indexOf('--memory') + 1]).toBe(args[args.indexOf('--memory-swap') + 1]);
});

test('a tenant’s command and environment never reach podman', () => {
  const line = runArguments(spec, place).join(' ');
  expect(line).not.toContain('secret');
  expect(line).not.toContain('CONTAINERS_CONF');
  expect(JSON.parse(startDocument(spec))).toEqual({
    command: spec.command,
    environment: spec.environment,
    relays: [[4566, '/run/atelier/studio.sock']],
    listens: true,
  });
});

test('a listening socket is passed only when asked for', () => {
  expect(runArguments(spec, place)).toContain('--preserve-fds=1');
  expect(runArguments({ ...spec, listens: false }, place)).not.toContain('--preserve-fds=1');
});

test('mounts carry no devices and no set-uid programs, and no path can add an option', () => {
  expect(runArguments(spec, place)).toContain('/home/volume:/opt/ml:rw,nosuid,nodev');
  const mounts = [{ hostPath: '/home/a:/etc', containerPath: '/opt/ml', readOnly: false }];
  expect(() => runArguments({ ...spec, mounts }, place)).toThrow(/separator/u);
});
