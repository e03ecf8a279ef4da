import { spawn } from 'node:child_process';
import { chown, mkdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { exitOf, runningChild } from '../child.ts';
import type { Running } from '../running.ts';
import type { SystemUser } from '../system-user.ts';
import { type Settings, settingArguments } from './settings.ts';

export interface ServerDeps {
  /** Folder of `bin/postgres`. */
  readonly binaries: string;
  /** Whom the server runs as; null: as we are. */
  readonly user: SystemUser | null;
  readonly log: Writable;
}

const POLL_MS = 20;
const READY_WITHIN_MS = 60_000;
const STOP_GRACE_MS = 20_000;

/** Makes a folder that belongs to PostgreSQL's user. */
export async function makeServerFolder(folder: string, user: SystemUser | null): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (user) await chown(folder, user.uid, user.gid);
}

async function writeServerFile(file: string, text: string, user: SystemUser | null): Promise<void> {
  await writeFile(file, text, { mode: 0o600 });
  if (user) await chown(file, user.uid, user.gid);
}

/** Makes an empty database cluster whose superuser is `postgres`. */
export async function initialiseCluster(
  { binaries, user, log }: ServerDeps,
  { dataDirectory, password }: { readonly dataDirectory: string; readonly password: string },
): Promise<void> {
  await makeServerFolder(dataDirectory, user);
  const passwordFile = `${dataDirectory}.password`;
  await writeServerFile(passwordFile, password, user);
  try {
    const child = spawn(
      join(binaries, 'bin', 'initdb'),
      [
        `--pgdata=${dataDirectory}`,
        `--pwfile=${passwordFile}`,
        '--username=postgres',
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // The bundled ICU is out of support; the built-in provider needs no library at all.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        cwd: '/',
        ...(user && { uid: user.uid, gid: user.gid }),
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        log.write(chunk);
      });
    }
    const exit = await exitOf(child);
    if (exit !== 'exit code 0') throw new Error(`initdb ended with ${exit}: ${output.trim()}`);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** First line (process id) and eighth (state) of the file by which a server tells how it is. */
async function readServerState(
  dataDirectory: string,
): Promise<{ pid: number; state: string } | null> {
  const text = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => null);
  if (text === null) return null;
  const lines = text.split('\n');
  return { pid: Number(lines[0]), state: lines[7]?.trim() ?? '' };
}

/** Ends a server on this folder that outlived whoever started it. */
async function stopLeftover(dataDirectory: string, binaries: string): Promise<void> {
  const left = await readServerState(dataDirectory);
  if (!left) return;
  const program = () => readlink(`/proc/${left.pid}/exe`).catch(() => '');
  if (!(await program()).startsWith(join(binaries, 'bin', 'postgres'))) return;
  process.kill(left.pid, 'SIGINT');
  for (let waitedMs = 0; (await program()) !== ''; waitedMs += POLL_MS) {
    if (waitedMs > STOP_GRACE_MS) throw new Error(`process ${left.pid} holds ${dataDirectory}`);
    await delay(POLL_MS);
  }
}

/** Starts a server and returns once it accepts connections (a standby: reads). */
export async function startServer(
  { binaries, user, log }: ServerDeps,
  { dataDirectory, settings }: { readonly dataDirectory: string; readonly settings: Settings },
): Promise<Running> {
  await stopLeftover(dataDirectory, binaries);
  const child = spawn(
    'setpriv',
    // Should whoever started the server be killed, the server ends as well, in good order.
    [
      '--pdeathsig',
      'INT',
      join(binaries, 'bin', 'postgres'),
      '-D',
      dataDirectory,
      ...settingArguments(settings),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/', ...(user && { uid: user.uid, gid: user.gid }) },
  );
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  let lastLines = '';
  child.stderr.on('data', (chunk: Buffer) => {
    lastLines = (lastLines + chunk.toString()).slice(-2_000);
  });

  let ended: string | null = null;
  const exited = exitOf(child).then((exit) => {
    ended = exit;
    return exit;
  });
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    if (ended !== null) throw new Error(`PostgreSQL ended with ${ended}: ${lastLines.trim()}`);
    const server = await readServerState(dataDirectory);
    if (server && server.pid === child.pid && server.state === 'ready') break;
    if (waitedMs > READY_WITHIN_MS) {
      child.kill('SIGQUIT');
      throw new Error(
        `PostgreSQL was not ready within ${READY_WITHIN_MS / 1000} s: ${lastLines.trim()}`,
      );
    }
    await delay(POLL_MS);
  }
  // SIGINT is PostgreSQL's fast shutdown: it disconnects clients instead of waiting for them.
  return runningChild(child, exited, { signal: 'SIGINT', graceMs: STOP_GRACE_MS });
}

/** Writes the file that says who may connect from where. */
export async function writeAccessFile(
  file: string,
  rules: string,
  user: SystemUser | null,
): Promise<void> {
  await writeServerFile(file, rules, user);
}
