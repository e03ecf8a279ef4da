import { execFile } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testImage } from '../testing/test-image.ts';
import { command } from './command.ts';
import type { Container, ContainerSpec } from './engine.ts';
import { createPodmanEngine, type PodmanEngine } from './podman-engine.ts';

const run = promisify(execFile);
const MIB = 1024 * 1024;
const account = '111122223333';
const other = '444455556666';
let home: string;
let engine: PodmanEngine;
let script: string;
let targets: string;
const servers: Server[] = [];

const serve = async (
  address: { path: string } | { host: string; port: number },
): Promise<Server> => {
  const server = createServer((connection) => connection.end());
  await new Promise<void>((resolve) => server.listen(address, resolve));
  servers.push(server);
  return server;
};

let made = 0;
const python = (program: string, change: Partial<ContainerSpec> = {}): ContainerSpec => {
  made += 1;
  return {
    name: `sandbox-test-${made}`,
    accountId: account,
    labels: { suite: 'sandbox' },
    command: ['/usr/bin/python3', '-c', program],
    environment: {},
    mounts: [],
    limits: { memoryBytes: 256 * MIB, cpus: 1, pids: 64, diskBytes: 64 * MIB },
    sockets: [],
    listens: false,
    ...change,
  };
};
const printed = async (container: Container): Promise<string> => {
  let text = '';
  for await (const { message } of container.logs()) text += `${message}\n`;
  return text;
};

const hostMounts = (): string => readlinkSync('/proc/self/ns/mnt');

/**
 * The control: the same attempts as root without a sandbox. What succeeds there is real, so it runs in mount and IPC
 * namespaces that end with it and never share a mount with the host's.
 */
const runOutside = async (): Promise<string> => {
  const before = await readFile('/proc/self/mountinfo', 'utf8');
  const { stdout } = await run(
    '/usr/bin/unshare',
    [
      '--mount',
      '--ipc',
      '--propagation',
      'private',
      '/usr/bin/python3',
      '-c',
      script,
      targets,
      hostMounts(),
    ],
    { timeout: 30_000, killSignal: 'SIGKILL' },
  );
  const after = await readFile('/proc/self/mountinfo', 'utf8');
  const tops = (text: string): string[] =>
    text.split('\n').filter((line) => / \/(?:mnt|tmp) /u.test(line));
  expect(tops(after)).toEqual(tops(before));
  return stdout;
};

const outcomes = (text: string): Record<string, string> =>
  JSON.parse(/^OUTCOMES (.*)$/mu.exec(text)?.[1] ?? '{}');

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'atelier-sandbox-'));
  engine = await createPodmanEngine({
    home,
    runDirectory: join(home, 'run'),
    uidClaimsDirectory: join(home, 'claims'),
    ...testImage(),
    serveSocket: async (_socket, _accountId, path) => {
      const server = await serve({ path });
      return { close: async () => void server.close() };
    },
  });
  script = await readFile(new URL('../testing/attacks.py', import.meta.url), 'utf8');
  const tcp = await serve({ host: '127.0.0.1', port: 0 });
  await serve({ path: `\0atelier-${process.pid}` });
  const neighbour = await engine.run(
    python('import time; time.sleep(600)', { accountId: other, sockets: ['studio'] }),
  );
  expect(neighbour.name).toBe('sandbox-test-1');
  const otherVolume = await engine.volumes.create({
    name: 'neighbour',
    uid: await engine.uidOf(other),
    bytes: 16 * MIB,
  });
  const hostFile = join(home, 'host-file');
  await writeFile(hostFile, 'of the host', { mode: 0o644 });
  const address = tcp.address();
  targets = JSON.stringify({
    tcpPort: typeof address === 'object' ? address?.port : null,
    abstractSocket: `atelier-${process.pid}`,
    otherSocket: join(home, 'run/sockets', other, 'studio/studio.sock'),
    otherVolume,
    hostFile,
    hostPid: process.pid,
  });
}, 60_000);

afterAll(async () => {
  for (const container of await engine.find({ suite: 'sandbox' }))
    await engine.remove(container.name);
  await engine.volumes.remove('neighbour');
  await engine.close();
  for (const server of servers) server.close();
  await rm(home, { recursive: true, force: true });
}, 60_000);

test('every attack that works on the host fails inside a container', async () => {
  const outside = outcomes(await runOutside());
  const attack = ['/usr/bin/python3', '-c', script, targets, hostMounts()];
  const container = await engine.run(python('', { command: attack, sockets: ['studio'] }));
  const inside = outcomes(await printed(container));
  expect(Object.keys(inside)).toEqual(Object.keys(outside));
  const live = Object.entries(outside).filter(([, outcome]) => outcome === 'done');
  // A target that does not live on this host proves nothing; only what this kernel lacks may be among them.
  const dead = Object.entries(outside).filter(([, outcome]) => outcome !== 'done');
  expect(dead.map(([name]) => name)).toEqual([]);
  expect(live.length).toBeGreaterThan(20);
  expect(Object.entries(inside).filter(([, outcome]) => outcome === 'done')).toEqual([]);
});

describe('what one container uses up, others still have', () => {
  test('a fork bomb ends at the limit of processes', async () => {
    const container = await engine.run(
      python(`
import os, time
made = 0
try:
    while made < 5000:
        if os.fork() == 0:
            time.sleep(30)
            os._exit(0)
        made += 1
except OSError as error:
    print(error.strerror, made, flush=True)
os._exit(0)
`),
    );
    const [, count] =
      /Resource temporarily unavailable (\d+)/u.exec(await printed(container)) ?? [];
    expect(Number(count)).toBeGreaterThan(10);
    expect(Number(count)).toBeLessThan(64);
    const after = await engine.run(python('print("well")'));
    expect(await printed(after)).toBe('well\n');
  });

  test('a memory bomb of many processes ends within its own limit', async () => {
    const before = await freeBytes();
    const container = await engine.run(
      python(`
import os, time
for _ in range(8):
    if os.fork() == 0:
        data = bytearray(128 * 1024 * 1024)
        time.sleep(20)
data = bytearray(512 * 1024 * 1024)
`),
    );
    const exit = await container.exited;
    expect(exit.code).not.toBe(0);
    expect(exit.outOfMemory).toBe(true);
    expect(before - (await freeBytes())).toBeLessThan(1024 * MIB);
  });

  test('temporary memory files count as memory', async () => {
    const container = await engine.run(
      python(`
for name in ('/tmp/big', '/dev/shm/big'):
    try:
        with open(name, 'wb') as file:
            for _ in range(512):
                file.write(bytes(1024 * 1024))
        print('written')
    except OSError as error:
        print(error.strerror)
`),
    );
    expect(await printed(container)).toBe('No space left on device\n'.repeat(2));
  });

  test('a processor hog gets its share only', async () => {
    const container = await engine.run(
      python(
        `
import os, time
for _ in range(3):
    if os.fork() == 0:
        while True:
            pass
start = time.monotonic()
time.sleep(3)
used = sum(float(open(f'/proc/{pid}/schedstat').read().split()[0]) for pid in os.listdir('/proc') if pid.isdigit()) / 1e9
print(used / (time.monotonic() - start))
os._exit(0)
`,
        { limits: { memoryBytes: 256 * MIB, cpus: 0.5, pids: 64, diskBytes: MIB } },
      ),
    );
    expect(availableParallelism()).toBeGreaterThan(0);
    expect(Number(await printed(container))).toBeLessThan(0.65);
  });

  test('a flood of lines does not fill the host’s disk', async () => {
    const container = await engine.run(
      python(`
import sys
line = 'x' * 1023 + '\\n'
for _ in range(300 * 1024):
    sys.stdout.write(line)
`),
    );
    const sizes: number[] = [];
    const timer = setInterval(() => {
      void command('du', ['-s', '--block-size=1', join(home, 'state')])
        .then((text) => sizes.push(Number.parseInt(text, 10)))
        .catch(() => undefined);
    }, 200);
    await container.exited;
    clearInterval(timer);
    expect(sizes.length).toBeGreaterThan(0);
    expect(Math.max(...sizes)).toBeLessThan(160 * MIB);
    await engine.remove(container.name);
  });
});

test('what Studio mounts is not the tenant’s to change', async () => {
  const container = await engine.run(
    python(
      `
import os
for path in ('/opt/atelier/runners/enter.py', '/opt/atelier/start/start.json', '/run/atelier/studio.sock'):
    for attempt in (lambda: open(path, 'a').close(), lambda: os.unlink(path), lambda: os.rename(path, path + '.x')):
        try:
            attempt()
            print('changed', path)
        except OSError as error:
            print('refused')
`,
      { sockets: ['studio'] },
    ),
  );
  expect(await printed(container)).toBe('refused\n'.repeat(9));
});

test('a symlink or pipe put where the host looks is not followed', async () => {
  const { openTenantFile } = await import('../sagemaker/tenant-file.ts');
  const hostPath = await engine.volumes.create({
    name: 'links',
    uid: await engine.uidOf(account),
    bytes: 16 * MIB,
  });
  const container = await engine.run(
    python(
      `
import os
os.symlink('${join(home, 'host-file')}', '/data/link')
os.mkfifo('/data/pipe')
open('/data/plain', 'w').write('mine')
os.link('/data/plain', '/data/second')
os.mkdir('/data/directory')
`,
      { mounts: [{ hostPath, containerPath: '/data', readOnly: false }] },
    ),
  );
  expect((await container.exited).code).toBe(0);
  expect((await stat(join(hostPath, 'link'))).size).toBe('of the host'.length);
  for (const name of ['link', 'pipe', 'second', 'directory']) {
    await expect(openTenantFile(hostPath, name)).rejects.toThrow(/not a plain file/u);
  }
  await engine.remove(container.name);
  await engine.volumes.remove('links');
});

const freeBytes = async (): Promise<number> => {
  const text = await readFile('/proc/meminfo', 'utf8');
  return Number(/^MemAvailable:\s+(\d+)/mu.exec(text)?.[1]) * 1024;
};
