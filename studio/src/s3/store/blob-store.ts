import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  copyFile,
  type FileHandle,
  link,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  statfs,
} from 'node:fs/promises';
import { join } from 'node:path';
import { diskFull } from '../s3-errors.ts';

/** Written in batches of this size, one in flight while the next one fills: the memory of one write. */
const BATCH_BYTES = 1 << 20;
const READ_BYTES = 512 << 10;
/** Between two looks at how full the disk is. */
const ROOM_CHECK_BYTES = 64 << 20;
const BLOB_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A file whose content never changes. */
export interface Blob {
  readonly id: string;
  readonly bytes: number;
}

/** On disk for good, but named by no row yet: an orphan unless `recorded` is called after the row is committed. */
export interface UnrecordedBlob extends Blob {
  recorded(): void;
  discard(): Promise<void>;
}

export interface Held<T> {
  readonly found: T;
  /** Allows the files to be removed; they stay until then, whatever happens to their object. */
  release(): void;
}

export interface BlobStore {
  /** Streams `body` into a new file; resolves when a power loss can no longer take it away. */
  write(
    body: AsyncIterable<Uint8Array>,
    observe: (chunk: Uint8Array) => void,
  ): Promise<UnrecordedBlob>;
  /** The same content under a new id, without copying it where the file system can. */
  duplicate(id: string): Promise<UnrecordedBlob>;
  /** Runs a lookup of blobs and keeps what it finds on disk until it is released. */
  hold<T>(lookup: () => Promise<{ found: T; blobIds: readonly string[] }>): Promise<Held<T>>;
  /** Bytes `first` to `last`, both included, of the blobs laid end to end. */
  read(blobs: readonly Blob[], first: number, last: number): AsyncIterable<Uint8Array>;
  /** Waits for the lookups that run now; what they find is held from then on. */
  lookupsDone(): Promise<void>;
  isHeld(id: string): boolean;
  remove(id: string): Promise<void>;
  /** Ids of files that some earlier run left, folder by folder; those being recorded now are left out. */
  unrecordedCandidates(): AsyncIterable<readonly string[]>;
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, batch: readonly Uint8Array[]): Promise<void> {
  const bytes = batch.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  const { bytesWritten } = await handle.writev(batch);
  if (bytesWritten === bytes) return;
  const rest = Buffer.concat(batch).subarray(bytesWritten);
  for (let offset = 0; offset < rest.length; ) {
    offset += (await handle.write(rest, offset)).bytesWritten;
  }
}

/** Copies a stream into an open file; hashing by `observe` and writing go on at the same time. */
async function drain(
  body: AsyncIterable<Uint8Array>,
  handle: FileHandle,
  observe: (chunk: Uint8Array) => void,
  checkRoom: () => Promise<void>,
): Promise<number> {
  let bytes = 0;
  let batch: Uint8Array[] = [];
  let batched = 0;
  let unchecked = 0;
  let writing: Promise<void> = Promise.resolve();
  await checkRoom();
  try {
    for await (const chunk of body) {
      observe(chunk);
      bytes += chunk.byteLength;
      batch.push(chunk);
      batched += chunk.byteLength;
      if (batched < BATCH_BYTES) continue;
      await writing;
      unchecked += batched;
      if (unchecked >= ROOM_CHECK_BYTES) {
        await checkRoom();
        unchecked = 0;
      }
      writing = writeAll(handle, batch);
      // A failed write is reported by the next await; until then it must not count as unhandled.
      writing.catch(() => {});
      batch = [];
      batched = 0;
    }
  } finally {
    await writing;
  }
  if (batched > 0) await writeAll(handle, batch);
  return bytes;
}

/**
 * Files with opaque ids in 256 folders under `folder`/blobs. A new one is written under `folder`/incoming, synced,
 * renamed and its folder synced. What a crash left in `incoming` is removed here, at start.
 */
export async function createBlobStore(deps: {
  readonly folder: string;
  readonly reserveBytes: number;
}): Promise<BlobStore> {
  const { folder } = deps;
  const incoming = join(folder, 'incoming');
  const root = join(folder, 'blobs');
  const shards = Array.from({ length: 256 }, (_, n) => n.toString(16).padStart(2, '0'));
  const shardOf = (id: string) => join(root, id.slice(0, 2));
  const pathOf = (id: string) => join(shardOf(id), id);

  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  for (const shard of shards) await mkdir(join(root, shard), { recursive: true, mode: 0o700 });
  await syncFolder(root);
  await syncFolder(folder);

  const unrecorded = new Set<string>();
  const held = new Map<string, number>();
  const lookups = new Set<Promise<unknown>>();

  const remove = (id: string) => rm(pathOf(id), { force: true });

  /** Only one of many callers that wait for the same folder needs to sync it, if it starts after all of them. */
  const waiting = new Map<string, Promise<void>>();
  const running = new Map<string, Promise<void>>();
  function syncShared(path: string): Promise<void> {
    const next = waiting.get(path);
    if (next) return next;
    const start = (running.get(path) ?? Promise.resolve())
      .catch(() => {})
      .then(() => {
        waiting.delete(path);
        const sync = syncFolder(path);
        running.set(path, sync);
        return sync;
      });
    waiting.set(path, start);
    return start;
  }

  /** One tenant's objects must not take the room that everybody's rows need. */
  async function checkRoom(): Promise<void> {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < deps.reserveBytes) throw diskFull();
  }

  async function publish(id: string, bytes: number, place: () => Promise<void>) {
    unrecorded.add(id);
    try {
      await place();
      await syncShared(shardOf(id));
    } catch (error) {
      await remove(id).catch(() => {});
      unrecorded.delete(id);
      throw error;
    }
    return {
      id,
      bytes,
      recorded: () => void unrecorded.delete(id),
      async discard() {
        await remove(id);
        unrecorded.delete(id);
      },
    };
  }

  return {
    async write(body, observe) {
      const id = randomUUID();
      const temporary = join(incoming, id);
      try {
        const handle = await open(temporary, 'wx', 0o600);
        let bytes: number;
        try {
          bytes = await drain(body, handle, observe, checkRoom);
          await handle.datasync();
        } finally {
          await handle.close();
        }
        return await publish(id, bytes, () => rename(temporary, pathOf(id)));
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },

    async duplicate(source) {
      const id = randomUUID();
      const handle = await open(pathOf(source), 'r');
      const { size } = await handle.stat().finally(() => handle.close());
      return publish(id, size, async () => {
        try {
          await link(pathOf(source), pathOf(id));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EMLINK') throw error;
          const temporary = join(incoming, id);
          await copyFile(pathOf(source), temporary);
          const copy = await open(temporary, 'r');
          await copy.datasync().finally(() => copy.close());
          await rename(temporary, pathOf(id));
        }
      });
    },

    async hold(lookup) {
      const running = lookup().then((result) => {
        for (const id of result.blobIds) held.set(id, (held.get(id) ?? 0) + 1);
        return result;
      });
      lookups.add(running);
      const { found, blobIds } = await running.finally(() => lookups.delete(running));
      let released = false;
      return {
        found,
        release() {
          if (released) return;
          released = true;
          for (const id of blobIds) {
            const count = (held.get(id) ?? 1) - 1;
            if (count > 0) held.set(id, count);
            else held.delete(id);
          }
        },
      };
    },

    async *read(blobs, first, last) {
      let offset = 0;
      for (const blob of blobs) {
        const start = Math.max(first - offset, 0);
        const end = Math.min(last - offset, blob.bytes - 1);
        offset += blob.bytes;
        if (start > end) continue;
        yield* createReadStream(pathOf(blob.id), { start, end, highWaterMark: READ_BYTES });
      }
    },

    async lookupsDone() {
      await Promise.allSettled(lookups);
    },

    isHeld: (id) => held.has(id),
    remove,

    async *unrecordedCandidates() {
      for (const shard of shards) {
        const ids = await readdir(join(root, shard));
        yield ids.filter((id) => BLOB_ID.test(id) && !unrecorded.has(id));
      }
    },
  };
}
