import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type BlobStore, createBlobStore } from './blob-store.ts';

let folder: string;
let blobs: BlobStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'studio-blobs-'));
  blobs = await createBlobStore({ folder, reserveBytes: 0 });
});

afterEach(() => rm(folder, { recursive: true }));

async function* chunksOf(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function collected(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function files(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

test('any range over any blobs is the same range of their bytes end to end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 50 }), { minLength: 1, maxLength: 5 }),
      fc.nat(),
      fc.nat(),
      async (contents, a, b) => {
        const whole = Buffer.concat(contents);
        const stored = [];
        for (const content of contents) stored.push(await blobs.write(chunksOf(content), () => {}));
        const [first, last] = [a % (whole.length + 1), b % (whole.length + 1)];
        const bytes = await collected(blobs.read(stored, first, last));
        expect(bytes.equals(whole.subarray(first, last + 1))).toBe(true);
      },
    ),
    { numRuns: 50 },
  );
});

test('large bodies are written whole, and every byte is observed once', async () => {
  const pieces = Array.from({ length: 70 }, () => randomBytes(50_001));
  const seen = createHash('sha256');
  const blob = await blobs.write(chunksOf(...pieces), (chunk) => seen.update(chunk));
  const whole = Buffer.concat(pieces);
  expect(blob.bytes).toBe(whole.length);
  expect(seen.digest('hex')).toBe(createHash('sha256').update(whole).digest('hex'));
  expect((await collected(blobs.read([blob], 0, whole.length))).equals(whole)).toBe(true);
});

test('a body that breaks off leaves nothing', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield randomBytes(3 << 20);
    throw new Error('the client went away');
  }
  await expect(blobs.write(broken(), () => {})).rejects.toThrow('the client went away');
  expect(await files()).toEqual([]);
});

test('what a crash left half written is removed at start, what was published stays', async () => {
  const blob = await blobs.write(chunksOf(Buffer.from('kept')), () => {});
  await mkdir(join(folder, 'incoming'), { recursive: true });
  await writeFile(join(folder, 'incoming', 'half'), 'hal');
  await createBlobStore({ folder, reserveBytes: 0 });
  expect(await files()).toEqual([blob.id]);
});

test('nothing is written once the disk is down to its reserve', async () => {
  const full = await createBlobStore({ folder, reserveBytes: Number.MAX_SAFE_INTEGER });
  await expect(full.write(chunksOf(Buffer.from('x')), () => {})).rejects.toMatchObject({
    code: 'ServiceUnavailable',
    status: 503,
  });
  expect(await files()).toEqual([]);
});

test('a duplicate outlives its original', async () => {
  const original = await blobs.write(chunksOf(Buffer.from('content')), () => {});
  const copy = await blobs.duplicate(original.id);
  expect(copy.id).not.toBe(original.id);
  expect(copy.bytes).toBe(7);
  await blobs.remove(original.id);
  expect((await collected(blobs.read([copy], 0, 6))).toString()).toBe('content');
});

test('blobs that are being recorded are no candidates for removal; others are', async () => {
  const recording = await blobs.write(chunksOf(Buffer.from('a')), () => {});
  const recorded = await blobs.write(chunksOf(Buffer.from('b')), () => {});
  recorded.recorded();
  await writeFile(join(folder, 'blobs', 'ab', 'not-a-blob'), '');
  const candidates: string[] = [];
  for await (const ids of blobs.unrecordedCandidates()) candidates.push(...ids);
  expect(candidates).toEqual([recorded.id]);
  await recording.discard();
  expect(await files()).not.toContain(recording.id);
});

test('a lookup that runs is waited for, and what it finds is held until released', async () => {
  let answer: (ids: string[]) => void = () => {};
  const lookup = new Promise<string[]>((resolve) => {
    answer = resolve;
  });
  const holding = blobs.hold(async () => ({ found: true, blobIds: await lookup }));
  let waited = false;
  const done = blobs.lookupsDone().then(() => {
    waited = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(waited).toBe(false);
  answer(['blob']);
  const first = await holding;
  await done;
  const second = await blobs.hold(async () => ({ found: true, blobIds: ['blob'] }));
  first.release();
  first.release();
  expect(blobs.isHeld('blob')).toBe(true);
  second.release();
  expect(blobs.isHeld('blob')).toBe(false);
});
