import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

/** One part is in memory at a time; S3 takes 10,000 of them, that is 156 GB. */
const PART_BYTES = 16 * 1024 * 1024;

interface Target {
  readonly bucket: string;
  readonly key: string;
  readonly signal: AbortSignal;
}

/** Uploads a file, in parts when it is large, and tells its size and SHA-256. What fails leaves no parts behind. */
export async function uploadFile(
  s3: S3Client,
  { path, ...target }: Target & { readonly path: string },
): Promise<{ bytes: number; sha256: string }> {
  target.signal.throwIfAborted();
  const hash = createHash('sha256');
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size <= PART_BYTES) await putWhole(s3, await readPart(file, hash), target);
    else await putParts(s3, file, hash, target);
    return { bytes: size, sha256: hash.digest('hex') };
  } finally {
    await file.close();
  }
}

/** The file's next bytes; empty at its end. */
async function readPart(file: FileHandle, hash: Hash): Promise<Buffer> {
  const part = Buffer.allocUnsafe(PART_BYTES);
  let filled = 0;
  while (filled < PART_BYTES) {
    const { bytesRead } = await file.read(part, filled, PART_BYTES - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  const bytes = part.subarray(0, filled);
  hash.update(bytes);
  return bytes;
}

async function putWhole(s3: S3Client, body: Buffer, { bucket, key, signal }: Target) {
  const command = new PutObjectCommand({ Bucket: bucket, Key: key, Body: body });
  await s3.send(command, { abortSignal: signal });
}

async function putParts(
  s3: S3Client,
  file: FileHandle,
  hash: Hash,
  { bucket: Bucket, key: Key, signal: abortSignal }: Target,
): Promise<void> {
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const upload = { Bucket, Key, UploadId };
  try {
    const Parts: { ETag: string | undefined; PartNumber: number }[] = [];
    for (
      let Body = await readPart(file, hash);
      Body.length > 0;
      Body = await readPart(file, hash)
    ) {
      const PartNumber = Parts.length + 1;
      const command = new UploadPartCommand({ ...upload, PartNumber, Body });
      const { ETag } = await s3.send(command, { abortSignal });
      Parts.push({ ETag, PartNumber });
    }
    const command = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } });
    await s3.send(command, { abortSignal });
  } catch (error) {
    await s3.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}
