import { chown, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testImage } from '../testing/test-image.ts';
import type { Container, ContainerSpec } from './engine.ts';
import { createPodmanEngine, type PodmanEngine } from './podman-engine.ts';

const MIB = 1024 * 1024;
const account = '111122223333';
const other = '444455556666';
let home: string;
let engine: PodmanEngine;

const makeEngine = async (): Promise<PodmanEngine> => {
  const image = testImage();
  return createPodmanEngine({
    home,
    runDirectory: join(home, 'run'),
    uidClaimsDirectory: join(home, 'claims'),
    ...image,
    async serveSocket(socket, accountId, path) {
      const server = createServer((_request, response) =>
        response.end(`${socket} for ${accountId}`),
      );
      await new Promise<void>((resolve) => server.listen(path, resolve));
      return {
        close: () =>
          new Promise((resolve) => {
            server.closeAllConnections();
            server.close(() => resolve());
          }),
      };
    },
  });
};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'atelier-engine-'));
  engine = await makeEngine();
});

afterAll(async () => {
  for (const container of await engine.find({ suite: 'engine' }))
    await engine.remove(container.name);
  await engine.close();
  await rm(home, { recursive: true, force: true });
});

let made = 0;
const python = (script: string, change: Partial<ContainerSpec> = {}): ContainerSpec => {
  made += 1;
  return {
    name: `engine-test-${made}`,
    accountId: account,
    labels: { suite: 'engine' },
    command: ['/usr/bin/python3', '-c', script],
    environment: {},
    mounts: [],
    limits: { memoryBytes: 128 * MIB, cpus: 1, pids: 64, diskBytes: 64 * MIB },
    sockets: [],
    listens: false,
    ...change,
  };
};

const printed = async (container: Container): Promise<string[]> => {
  const lines: string[] = [];
  for await (const { message } of container.logs()) lines.push(message);
  return lines;
};

const get = (socketPath: string): Promise<string> =>
  new Promise((resolve, reject) => {
    request({ socketPath, path: '/' }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    })
      .on('error', reject)
      .end();
  });

test('every required protection is found on by trying', async () => {
  const protections = await engine.probe();
  expect(protections.filter(({ required, on }) => required && !on)).toEqual([]);
  expect(protections.map(({ name }) => name)).toContain('system call filter');
});

test('a container prints, ends with its code and leaves nothing after removal', async () => {
  const container = await engine.run(
    python('import os, sys; print("hello", os.environ["GREETED"]); sys.exit(3)', {
      environment: { GREETED: 'two\nlines' },
    }),
  );
  expect(await container.exited).toEqual({ code: 3, outOfMemory: false, outOfDisk: false });
  expect(await printed(container)).toEqual(['hello two', 'lines']);
  await engine.remove(container.name);
  expect(await engine.find({ suite: 'engine' })).toEqual([]);
  expect(await readdir(join(home, 'state'))).toEqual([]);
});

test('a long line and a line without an end arrive whole', async () => {
  const container = await engine.run(
    python('import sys; print("x" * 100000); sys.stdout.write("end")'),
  );
  const lines = await printed(container);
  expect(lines.map(({ length }) => length)).toEqual([100_000, 3]);
  await engine.remove(container.name);
});

test('a listener passed in is reached through a host path only', async () => {
  const script = `
import socket
server = socket.socket(fileno=3)
server.setblocking(True)
while True:
    connection, _ = server.accept()
    connection.recv(4096)
    connection.sendall(b'HTTP/1.1 200 OK\\r\\ncontent-length: 4\\r\\nconnection: close\\r\\n\\r\\npong')
    connection.close()
`;
  const container = await engine.run(python(script, { listens: true }));
  expect(await get(container.listener ?? '')).toBe('pong');
  await container.stop(0);
  await engine.remove(container.name);
  await expect(stat(container.listener ?? '')).rejects.toThrow(/ENOENT/u);
});

test('a container reaches the host sockets given to it, as its own account, and no other', async () => {
  const script = `
import urllib.request, urllib.error
for port in (4566, 4567):
    try:
        print(urllib.request.urlopen(f'http://127.0.0.1:{port}/').read().decode())
    except urllib.error.URLError as error:
        print(type(error.reason).__name__)
`;
  const job = await engine.run(python(script, { sockets: ['studio'] }));
  expect(await printed(job)).toEqual([`studio for ${account}`, 'ConnectionRefusedError']);
  const space = await engine.run(
    python(script, { sockets: ['studio', 'front-door'], accountId: other }),
  );
  expect(await printed(space)).toEqual([`studio for ${other}`, `front-door for ${other}`]);
  await engine.remove(job.name);
  await engine.remove(space.name);
});

test('a second run of the same name finds the first', async () => {
  const spec = python('import time; time.sleep(60)');
  const first = await engine.run(spec);
  expect(await engine.run(spec)).toBe(first);
  await first.kill();
  expect((await first.exited).code).toBe(137);
  await engine.remove(first.name);
});

test('stop lets a program finish, then ends a deaf one', async () => {
  const polite = await engine.run(
    python(`
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print('ready', flush=True)
time.sleep(60)
`),
  );
  for await (const { message } of polite.logs()) if (message === 'ready') break;
  await polite.stop(30);
  expect((await polite.exited).code).toBe(0);
  const deaf = await engine.run(
    python(`
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('ready', flush=True)
time.sleep(60)
`),
  );
  for await (const { message } of deaf.logs()) if (message === 'ready') break;
  await deaf.stop(1);
  expect(await deaf.exited).toEqual({ code: 137, outOfMemory: false, outOfDisk: false });
  await engine.remove(polite.name);
  await engine.remove(deaf.name);
});

test('memory over the limit is told apart from a kill', async () => {
  const container = await engine.run(python('data = bytearray(600 * 1024 * 1024)'));
  expect(await container.exited).toEqual({ code: 137, outOfMemory: true, outOfDisk: false });
  await engine.remove(container.name);
});

test('a volume refuses bytes and inodes over its size', async () => {
  expect(engine.volumes.firm).toBe(true);
  const hostPath = await engine.volumes.create({
    name: 'full',
    uid: await engine.uidOf(account),
    bytes: 8 * MIB,
  });
  const script = `
import os
written = 0
try:
    with open('/data/big', 'wb') as file:
        for _ in range(128):
            file.write(bytes(1024 * 1024)); file.flush(); written += 1
except OSError as error:
    print(error.strerror)
print(written < 12)
os.unlink('/data/big')
made = 0
try:
    while made < 100000:
        open(f'/data/{made}', 'w').close(); made += 1
except OSError as error:
    print(error.strerror)
print(made < 100000)
`;
  const container = await engine.run(
    python(script, { mounts: [{ hostPath, containerPath: '/data', readOnly: false }] }),
  );
  expect(await printed(container)).toEqual([
    'Disk quota exceeded',
    'True',
    'Disk quota exceeded',
    'True',
  ]);
  await engine.remove(container.name);
  await engine.volumes.remove('full');
  expect(await engine.volumes.list()).toEqual([]);
});

test('where no quota holds, the watcher ends who writes too much', async () => {
  const hostPath = await mkdtemp(join(home, 'watched-'));
  const uid = await engine.uidOf(account);
  await chown(hostPath, uid, uid);
  const script = `
import time
with open('/data/big', 'wb') as file:
    for _ in range(128):
        file.write(bytes(1024 * 1024)); file.flush()
time.sleep(60)
`;
  const container = await engine.run(
    python(script, { mounts: [{ hostPath, containerPath: '/data', readOnly: false }] }),
  );
  expect(await container.exited).toEqual({ code: 137, outOfMemory: false, outOfDisk: true });
  await engine.remove(container.name);
});

test('the next engine of the same home finds what runs, its sockets and what ended meanwhile', async () => {
  const script = `
import socket, urllib.request
server = socket.socket(fileno=3)
server.setblocking(True)
while True:
    connection, _ = server.accept()
    connection.recv(4096)
    body = urllib.request.urlopen('http://127.0.0.1:4566/').read()
    connection.sendall(b'HTTP/1.1 200 OK\\r\\nconnection: close\\r\\n\\r\\n' + body)
    connection.close()
`;
  const lives = await engine.run(python(script, { listens: true, sockets: ['studio'] }));
  expect(await get(lives.listener ?? '')).toBe(`studio for ${account}`);
  const ends = await engine.run(python('import time, sys; time.sleep(1); sys.exit(5)'));
  await engine.close();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  engine = await makeEngine();
  const found = new Map(
    (await engine.find({ suite: 'engine' })).map((container) => [container.name, container]),
  );
  expect([...found.keys()].sort()).toEqual([lives.name, ends.name].sort());
  expect(await found.get(ends.name)?.exited).toMatchObject({ code: 5 });
  expect(await get(found.get(lives.name)?.listener ?? '')).toBe(`studio for ${account}`);
  await engine.remove(lives.name);
  await engine.remove(ends.name);
});

test('a container whose monitor was killed is ended and told', async () => {
  const container = await engine.run(python('import time; time.sleep(60)'));
  const monitors = (await readdir('/proc')).filter((pid) => /^\d+$/u.test(pid));
  for (const pid of monitors) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes('conmon') && line.includes(home) && line.includes(container.name)) {
      process.kill(Number(pid), 'SIGKILL');
    }
  }
  expect((await container.exited).code).toBe(255);
  await engine.remove(container.name);
  expect(await engine.find({ suite: 'engine' })).toEqual([]);
});

test('what is missing is said instead of running a tenant’s code', async () => {
  await mkdir(join(home, 'no-image'));
  const broken = await createPodmanEngine({
    home: join(home, 'broken'),
    runDirectory: join(home, 'broken-run'),
    uidClaimsDirectory: join(home, 'claims'),
    imageStore: join(home, 'no-image'),
    image: 'atelier/absent',
    serveSocket: () => Promise.reject(new Error('unused')),
  });
  await expect(broken.run(python('print(1)'))).rejects.toThrow(/cannot hold tenant code/u);
  await broken.close();
});
