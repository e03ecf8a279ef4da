import type { Database } from '../../database.ts';
import type { BlobStore } from './blob-store.ts';

const BATCH = 1_000;
/** Deletions come in bursts; one round takes them all. */
const SETTLE_MS = 200;
/** Files that a slow reader held are tried again. */
const RETRY_MS = 5_000;

export interface GarbageCollector {
  /** Something was replaced or deleted. */
  wake(): void;
  /** One round over everything that is garbage now. */
  collect(): Promise<void>;
  /** Removes files that no row names: a crash came between the rename and the row. */
  removeOrphans(): Promise<number>;
  close(): Promise<void>;
}

/** Removes the files of replaced and deleted objects, never one that somebody reads or is about to read. */
export function createGarbageCollector(deps: {
  database: Database;
  blobs: BlobStore;
  onError: (error: unknown) => void;
}): GarbageCollector {
  const { database, blobs } = deps;
  let timer: NodeJS.Timeout | null = null;
  let round: Promise<void> = Promise.resolve();
  let closed = false;

  async function collectBatches(): Promise<void> {
    let after = '00000000-0000-0000-0000-000000000000';
    let skipped = false;
    while (!closed) {
      const { rows } = await database.query<{ id: string }>(
        'select id from s3.blob where content_id is null and id > $1 order by id limit $2',
        [after, BATCH],
      );
      const last = rows.at(-1);
      if (!last) break;
      after = last.id;
      // Who looks up an object after this point no longer sees these blobs; who did before is waited for.
      await blobs.lookupsDone();
      const free = rows.map(({ id }) => id).filter((id) => !blobs.isHeld(id));
      skipped ||= free.length < rows.length;
      for (const id of free) await blobs.remove(id);
      await database.query('delete from s3.blob where id = any($1::uuid[])', [free]);
    }
    if (skipped) wakeIn(RETRY_MS);
  }

  function collect(): Promise<void> {
    round = round.then(collectBatches, collectBatches);
    return round;
  }

  function wakeIn(ms: number): void {
    if (timer || closed) return;
    timer = setTimeout(() => {
      timer = null;
      collect().catch(deps.onError);
    }, ms);
    timer.unref();
  }

  return {
    wake: () => wakeIn(SETTLE_MS),
    collect,
    async removeOrphans() {
      let removed = 0;
      for await (const ids of blobs.unrecordedCandidates()) {
        if (closed) break;
        const { rows } = await database.query<{ id: string }>(
          'select id from s3.blob where id = any($1::uuid[])',
          [ids],
        );
        const known = new Set(rows.map(({ id }) => id));
        for (const id of ids) {
          if (known.has(id)) continue;
          await blobs.remove(id);
          removed += 1;
        }
      }
      return removed;
    },
    async close() {
      closed = true;
      if (timer) clearTimeout(timer);
      await round.catch(() => {});
    },
  };
}
