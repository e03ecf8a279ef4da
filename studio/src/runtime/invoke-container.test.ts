import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { invokeContainer } from './invoke-container.ts';

let directory: string;
let server: Server;
let listener: string;
let behave: (connection: Socket) => void;
const connections = new Set<Socket>();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'atelier-invoke-'));
  listener = join(directory, 'l.sock');
  server = createServer((connection) => {
    connections.add(connection);
    connection.on('error', () => undefined);
    connection.once('data', () => behave(connection));
  });
  await new Promise<void>((resolve) => server.listen(listener, resolve));
});
afterEach(async () => {
  for (const connection of connections) connection.destroy();
  server.close();
  await rm(directory, { recursive: true });
});

async function* body(bytes: number): AsyncGenerator<Uint8Array> {
  for (let left = bytes; left > 0; left -= 65_536) yield Buffer.alloc(Math.min(left, 65_536));
}

const invoke = (bytes = 10, contentLength: number | null = bytes, timeoutMs = 2000) =>
  invokeContainer({
    server: { agent: new Agent() },
    listener,
    headers: {},
    body: body(bytes),
    contentLength,
    timeoutMs,
    signal: new AbortController().signal,
  });

test('a whole answer is taken', async () => {
  behave = (connection) => connection.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
  expect(await invoke()).toMatchObject({ status: 200, body: Buffer.from('ok') });
});

test.each([
  ['silence', () => undefined],
  [
    'a drip of bytes',
    (connection: Socket) => {
      connection.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
      const timer = setInterval(() => connection.write('x'), 10);
      connection.on('close', () => clearInterval(timer));
    },
  ],
])('%s ends with the deadline', async (_what, how) => {
  behave = how;
  await expect(invoke(10, 10, 200)).rejects.toThrow(/timed out/u);
});

test('an answer without end is cut at the limit', async () => {
  behave = (connection) => {
    connection.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    const piece = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    const more = (): void => {
      while (!connection.destroyed && connection.write(piece));
    };
    connection.on('drain', more);
    more();
  };
  await expect(invoke()).rejects.toThrow(/larger than the limit/u);
});

test.each([
  ['breaks off', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf'],
  ['speaks no HTTP', 'rubbish\r\n\r\n'],
  ['says nothing', ''],
])('a container that %s gives no answer', async (_what, text) => {
  behave = (connection) => connection.end(text);
  await expect(invoke()).rejects.toMatchObject({ name: 'NoAnswer' });
});

test('a body of unknown length is refused once it is over the limit', async () => {
  behave = (connection) => connection.resume();
  await expect(invoke(7_000_000, null)).rejects.toMatchObject({ status: 413 });
});
