import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMailApp } from './app.ts';
import { createMailStore } from './mail-store.ts';
import { startSmtpCatcher } from './smtp-catcher.ts';

let folder: string;
let catcher: Awaited<ReturnType<typeof startSmtpCatcher>>;
let app: ReturnType<typeof createMailApp>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atelier-mail-'));
  const store = createMailStore({ folder, keep: 3 });
  catcher = await startSmtpCatcher({ store, port: 0 });
  app = createMailApp({ store });
});
afterAll(async () => {
  await catcher.stop();
  await app.close();
  await rm(folder, { recursive: true });
});

async function send(to: string, subject: string, text: string): Promise<void> {
  const transport = nodemailer.createTransport({ host: '127.0.0.1', port: catcher.port });
  await transport.sendMail({ from: 'Atelier <no-reply@atelier.localhost>', to, subject, text });
  transport.close();
}

const json = async (url: string) => (await app.inject(url)).json();

test('a mail that was sent is found by its receiver, with its links', async () => {
  await send(
    'Tess@foo.example',
    'Vérifiez ✓',
    'Open http://atelier.localhost:8080/verify#t=abc.\n',
  );
  const { items } = await json('/messages.json?to=tess@foo.example');
  expect(items).toHaveLength(1);
  expect(items[0]).toMatchObject({ subject: 'Vérifiez ✓', to: ['tess@foo.example'] });
  expect(await json(`/messages/${items[0].id}.json`)).toMatchObject({
    links: ['http://atelier.localhost:8080/verify#t=abc'],
  });
  const page = await app.inject(`/messages/${items[0].id}`);
  expect(page.body).toContain('<a href="http://atelier.localhost:8080/verify#t=abc">');
  expect(page.headers['content-security-policy']).toContain("default-src 'none'");
  expect((await app.inject('/')).body).toContain('Vérifiez ✓');
});

test("one receiver's mail is not another's", async () => {
  expect(await json('/messages.json?to=mara@foo.example')).toEqual({ items: [] });
});

test('an absent mail is 404, and no path leads out of the folder', async () => {
  expect((await app.inject('/messages/0abcdefgh-00000000')).statusCode).toBe(404);
  expect((await app.inject('/messages/..%2f..%2fetc%2fpasswd')).statusCode).toBe(404);
});

test('only the newest are kept, newest first, also by one who opens the folder later', async () => {
  for (const subject of ['1', '2', '3', '4']) await send('dev@foo.example', subject, 'x');
  const { items } = await json('/messages.json');
  expect(items.map((item: { subject: string }) => item.subject)).toEqual(['4', '3', '2']);
  expect(await createMailStore({ folder }).list()).toEqual(items);
});
