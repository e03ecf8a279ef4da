import type { Container } from '../containers/engine.ts';
import type { Database } from '../database.ts';
import type { LogStreamName, LogWriter } from '../logs/log-writer.ts';

interface Position {
  readonly at: number;
  /** Lines passed on that carry exactly this time. */
  readonly lines: number;
}

const BATCH_LINES = 500;
const BATCH_MS = 250;
/** Enough for a traceback. */
const TAIL_LINES = 60;

/** Passes a container's lines on to a log stream, from where an earlier Studio had come. */
export interface LogPump {
  /** Resolves with the last lines when the container has ended and all is kept, or when the signal says so. */
  pump(
    container: Container,
    stream: LogStreamName,
    signal: AbortSignal,
  ): Promise<readonly string[]>;
  forget(containerName: string): Promise<void>;
}

export const createLogPump = (deps: {
  readonly database: Database;
  readonly logs: LogWriter;
}): LogPump => {
  const positionOf = async (container: string): Promise<Position> => {
    const { rows } = await deps.database.query<{ at: Date; lines: number }>(
      'select at, lines from sagemaker.log_position where container = $1',
      [container],
    );
    return rows[0] === undefined
      ? { at: 0, lines: 0 }
      : { at: rows[0].at.getTime(), lines: rows[0].lines };
  };
  const keep = (container: string, { at, lines }: Position): Promise<unknown> =>
    deps.database.query(
      `insert into sagemaker.log_position (container, at, lines) values ($1, $2, $3)
       on conflict (container) do update set at = excluded.at, lines = excluded.lines`,
      [container, new Date(at), lines],
    );

  return {
    async pump(container, stream, signal) {
      const start = await positionOf(container.name);
      let position = start;
      let skipped = 0;
      const tail: string[] = [];
      let batch: { at: Date; message: string }[] = [];
      let writing: Promise<void> = Promise.resolve();
      let failed: unknown = null;
      const flush = (): void => {
        if (batch.length === 0) return;
        const lines = batch;
        const reached = position;
        batch = [];
        writing = writing
          .then(() => deps.logs.append(stream, lines))
          .then(() => keep(container.name, reached))
          .then(() => undefined)
          .catch((error: unknown) => {
            failed ??= error;
          });
      };
      const timer = setInterval(flush, BATCH_MS);
      try {
        for await (const line of container.logs(signal)) {
          tail.push(line.message);
          if (tail.length > TAIL_LINES) tail.shift();
          const at = line.at.getTime();
          if (at < start.at) continue;
          if (at === start.at && skipped < start.lines) {
            skipped += 1;
            continue;
          }
          position = at === position.at ? { at, lines: position.lines + 1 } : { at, lines: 1 };
          batch.push(line);
          if (batch.length < BATCH_LINES) continue;
          flush();
          // A flood waits for the store instead of filling memory.
          await writing;
        }
        flush();
        await writing;
      } finally {
        clearInterval(timer);
      }
      if (failed !== null) throw failed;
      return tail;
    },
    async forget(containerName) {
      await deps.database.query('delete from sagemaker.log_position where container = $1', [
        containerName,
      ]);
    },
  };
};
