import { watch } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

export interface LogLine {
  readonly at: Date;
  readonly message: string;
}

const CHUNK_BYTES = 256 * 1024;
/** A line longer than this is given in pieces, so that one without an end cannot fill memory. */
const LINE_CHARACTERS = 256 * 1024;
const FALLBACK_MS = 1000;

/** One line of conmon's k8s-file: `<time> stdout F <text>`, `P` when the text goes on in the next. */
const linePattern = /^(\S+) (?:stdout|stderr) ([FP]) ?(.*)$/su;

/** Joins conmon's pieces to the lines the program printed. */
export const createLineJoiner = (): {
  push(text: string): LogLine[];
  rest(): LogLine[];
} => {
  let buffered = '';
  let partial: { at: Date; text: string } | null = null;
  const take = (raw: string): LogLine | null => {
    const match = linePattern.exec(raw);
    if (match === null) return null;
    const [, time = '', flag = 'F', text = ''] = match;
    const joined = { at: partial?.at ?? new Date(time), text: (partial?.text ?? '') + text };
    if (flag === 'P' && joined.text.length < LINE_CHARACTERS) {
      partial = joined;
      return null;
    }
    partial = null;
    return { at: joined.at, message: joined.text };
  };
  return {
    push(text) {
      const raws = (buffered + text).split('\n');
      buffered = raws.pop() ?? '';
      return raws.map(take).filter((line) => line !== null);
    },
    rest() {
      const lines = partial === null ? [] : [{ at: partial.at, message: partial.text }];
      partial = null;
      buffered = '';
      return lines;
    },
  };
};

const openIfThere = (path: string): Promise<FileHandle | null> =>
  open(path, 'r').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });

/** Follows the log file, across conmon's changes of it, until `ended` and all is read. */
export async function* followLog(
  path: string,
  ended: Promise<unknown>,
  signal?: AbortSignal,
): AsyncGenerator<LogLine> {
  let wake = (): void => undefined;
  let over = false;
  void ended.then(() => {
    over = true;
    wake();
  });
  signal?.addEventListener('abort', () => wake(), { once: true });
  const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
    if (name === basename(path)) wake();
  });
  watcher.on('error', () => undefined);
  const joiner = createLineJoiner();
  const decoder = new TextDecoder();
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let file: FileHandle | null = null;
  const changed = async (): Promise<boolean> => {
    if (file === null) return false;
    const now = await stat(path).catch(() => null);
    return now !== null && now.ino !== (await file.stat()).ino;
  };
  try {
    for (;;) {
      if (signal?.aborted === true) return;
      file ??= await openIfThere(path);
      // What is read after the end is known cannot grow any more.
      const last = over;
      const { bytesRead } =
        file === null ? { bytesRead: 0 } : await file.read(buffer, 0, CHUNK_BYTES);
      if (bytesRead > 0) {
        yield* joiner.push(decoder.decode(buffer.subarray(0, bytesRead), { stream: true }));
        continue;
      }
      if (file !== null && (await changed())) {
        await file.close();
        file = null;
        continue;
      }
      if (last) break;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, FALLBACK_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
        if (over !== last || signal?.aborted === true) wake();
      });
      wake = () => undefined;
    }
    yield* joiner.rest();
  } finally {
    watcher.close();
    await file?.close();
  }
}
