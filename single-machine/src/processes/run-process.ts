import type { ChildMessage } from '../supervisor/node-process.ts';

/** What a process offers once it is ready. */
export interface Composed {
  stop(): Promise<void>;
}

/**
 * The life of a supervised process: compose, say that it is ready, and end in good order when asked to or when the
 * supervisor is gone. An exception that nobody caught ends it, and the supervisor starts it again.
 */
export async function runProcess(compose: () => Promise<Composed>): Promise<void> {
  // The terminal's Ctrl-C is for the supervisor.
  process.on('SIGINT', () => {});
  const composed = await compose();
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    composed.stop().then(
      () => process.exit(0),
      (cause: unknown) => {
        process.stderr.write(`${(cause as Error).stack}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('disconnect', stop);
  const ready: ChildMessage = { kind: 'ready' };
  process.send?.(ready);
}
