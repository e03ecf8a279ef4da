import { fork } from 'node:child_process';
import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { exitOf, runningChild } from '../child.ts';
import type { Running } from '../running.ts';

export interface NodeProcessOptions {
  /** The Node to run; our own when not given. */
  readonly execPath?: string;
  /** The file that Node runs; it calls `runProcess`. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  readonly log: Writable;
  readonly readyWithinMs?: number;
}

const STOP_GRACE_MS = 15_000;

/** What a child says to its supervisor. */
export type ChildMessage = { readonly kind: 'ready' };

/** Runs a Node process and returns once it says that it is ready. */
export async function startNodeProcess(options: NodeProcessOptions): Promise<Running> {
  const { execPath = process.execPath, entry, env, log, readyWithinMs = 120_000 } = options;
  const child = fork(entry, [], {
    execPath,
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A session of its own: Ctrl-C in the terminal reaches the supervisor alone, which ends the others in order.
    detached: true,
  });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  let lastLines = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    lastLines = (lastLines + chunk.toString()).slice(-4_000);
  });

  const exited = exitOf(child);
  const running = runningChild(child, exited, { signal: 'SIGTERM', graceMs: STOP_GRACE_MS });
  const ready = new Promise<'ready'>((resolve) => {
    child.on('message', (message: ChildMessage) => {
      if (message.kind === 'ready') resolve('ready');
    });
  });
  const abort = new AbortController();
  const late = delay(readyWithinMs, 'late' as const, { signal: abort.signal }).catch(() => 'ready');
  const outcome = await Promise.race([ready, exited, late]);
  abort.abort();
  if (outcome === 'ready') return running;
  if (outcome !== 'late') throw new Error(`it ended with ${outcome}: ${lastLines.trim()}`);
  await running.stop();
  throw new Error(`it was not ready within ${readyWithinMs / 1000} s: ${lastLines.trim()}`);
}
