import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureSystemUser } from '../system-user.ts';
import { startNodeProcess } from './node-process.ts';
import { createRotatingLog } from './rotating-log.ts';
import { createSupervisor } from './supervisor.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atelier-supervisor-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const sources = new URL('../', import.meta.url).pathname;

/** A process that says who it runs as and then does what its body says. */
async function program(name: string, body: string): Promise<string> {
  const file = join(folder, `${name}.ts`);
  await writeFile(
    file,
    `import { runProcess } from '${sources}processes/run-process.ts';
import { dropPrivileges } from '${sources}processes/drop-privileges.ts';
import { ensureSystemUser } from '${sources}system-user.ts';
await runProcess(async () => {
  const timer = setInterval(() => {}, 1000);
  ${body}
  return { async stop() { console.log('in good order'); clearInterval(timer); } };
});
`,
  );
  return file;
}

async function supervise(name: string, body: string) {
  const entry = await program(name, body);
  const logFile = join(folder, `${name}.log`);
  const log = createRotatingLog(logFile);
  const supervisor = createSupervisor({
    processes: [
      {
        name,
        after: [],
        start: () => startNodeProcess({ entry, env: { PATH: process.env.PATH ?? '' }, log }),
      },
    ],
    log: () => {},
    backoff: { firstMs: 50, longestMs: 100, forgetAfterMs: 10_000, firstTries: 2 },
  });
  return { supervisor, output: () => readFile(logFile, 'utf8') };
}

const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a killed process is started again, and a stop ends it in good order', async () => {
  const { supervisor, output } = await supervise('steady', '');
  await supervisor.start();
  const first = supervisor.statuses()[0]?.pid ?? 0;
  process.kill(first, 'SIGKILL');
  await expect
    .poll(() => supervisor.statuses()[0], { timeout: 10_000 })
    .toMatchObject({ state: 'ready', pid: expect.not.toSatisfy((pid) => pid === first) });
  const second = supervisor.statuses()[0]?.pid ?? 0;
  await supervisor.stop();
  expect(alive(second)).toBe(false);
  expect(await output()).toContain('in good order');
});

test('a process that dies before it is ready fails the start with the end of its own output', async () => {
  const { supervisor } = await supervise('broken', "throw new Error('no such database');");
  await expect(supervisor.start()).rejects.toThrow(/no such database/);
});

test('a process that has given root up cannot take it back', async () => {
  const user = await ensureSystemUser('atelier');
  const { supervisor, output } = await supervise(
    'humble',
    `dropPrivileges(await ensureSystemUser('atelier'));
  console.log('user', process.getuid(), 'groups', process.getgroups().join());
  try { process.setuid(0); console.log('root again:', process.getuid() === 0); } catch { console.log('root refused'); }`,
  );
  await supervisor.start();
  await supervisor.stop();
  const text = await output();
  expect(text).toContain(`user ${user?.uid ?? process.getuid?.()} groups`);
  if (user) expect(text).toContain(`groups ${user.gid}\n`);
  expect(text).toContain('root refused');
});

test('a process whose supervisor was killed ends by itself', async () => {
  const entry = await program('orphan', '');
  const parent = join(folder, 'parent.ts');
  await writeFile(
    parent,
    `import { startNodeProcess } from '${sources}supervisor/node-process.ts';
import { PassThrough } from 'node:stream';
const child = await startNodeProcess({ entry: '${entry}', env: {}, log: new PassThrough().resume() });
console.log(child.pid);
process.kill(process.pid, 'SIGKILL');
`,
  );
  const pid = Number(spawnSync(process.execPath, [parent]).stdout.toString());
  expect(pid).toBeGreaterThan(1);
  for (let tries = 0; alive(pid) && tries < 50; tries += 1) await delay(100);
  expect(alive(pid)).toBe(false);
});
