import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';

/**
 * A log file that is put aside as `<file>.1` … `<file>.<keep>` when it is full. Its writes are synchronous: a line of
 * a process that is about to die is on disk before anything else happens.
 */
export function createRotatingLog(
  file: string,
  { maxBytes = 10 * 1024 * 1024, keep = 4 }: { maxBytes?: number; keep?: number } = {},
): Writable {
  mkdirSync(dirname(file), { recursive: true, mode: 0o711 });
  let descriptor = openSync(file, 'a', 0o600);
  let bytes = fstatSync(descriptor).size;

  function rotate(): void {
    closeSync(descriptor);
    for (let age = keep; age > 0; age -= 1) {
      const younger = age === 1 ? file : `${file}.${age - 1}`;
      try {
        renameSync(younger, `${file}.${age}`);
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
      }
    }
    descriptor = openSync(file, 'a', 0o600);
    bytes = 0;
  }

  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      try {
        if (bytes > 0 && bytes + chunk.length > maxBytes) rotate();
        writeSync(descriptor, chunk);
        bytes += chunk.length;
        done();
      } catch (cause) {
        done(cause as Error);
      }
    },
    final(done) {
      closeSync(descriptor);
      done();
    },
  });
}
