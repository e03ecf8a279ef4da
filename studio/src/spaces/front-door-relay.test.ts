import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { relayToFrontDoor } from './front-door-relay.ts';

const folder = await mkdtemp(join(tmpdir(), 'atelier-relay-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

it('names the account before anything the container says, and carries both directions to their ends', async () => {
  const frontDoor = join(folder, 'front-door.sock');
  const received = Promise.withResolvers<string>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => {
      received.resolve(text);
      socket.end('answer');
    });
  });
  await new Promise<void>((resolve) => server.listen(frontDoor, resolve));
  const path = join(folder, 'account.sock');
  const relay = await relayToFrontDoor({ accountId: '111122223333', path, frontDoor });

  const client = createConnection({ path, allowHalfOpen: true });
  let answer = '';
  client.on('data', (chunk) => {
    answer += chunk;
  });
  client.end('ACCOUNT 444455556666\nGET / HTTP/1.1\r\n\r\n');
  await new Promise((resolve) => client.on('end', resolve));

  expect(await received.promise).toBe(
    'ACCOUNT 111122223333\nACCOUNT 444455556666\nGET / HTTP/1.1\r\n\r\n',
  );
  expect(answer).toBe('answer');
  await relay.close();
  server.close();
});
