import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

const PART_BYTES = 8 * 1024 * 1024;

/** Uploads a file in parts, at most two of them in memory; tells its size and SHA-256. */
export async function uploadFile(
  s3: S3Client,
  { path, bucket, key, signal }: { path: string; bucket: string; key: string; signal: AbortSignal },
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  async function* hashed(): AsyncGenerator<Buffer> {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const upload = new Upload({
    client: s3,
    params: { Bucket: bucket, Key: key, Body: Readable.from(hashed(), { objectMode: false }) },
    partSize: PART_BYTES,
    queueSize: 2,
  });
  const abort = (): void => void upload.abort();
  signal.addEventListener('abort', abort);
  try {
    signal.throwIfAborted();
    await upload.done();
  } finally {
    signal.removeEventListener('abort', abort);
  }
  return { bytes: (await stat(path)).size, sha256: hash.digest('hex') };
}
