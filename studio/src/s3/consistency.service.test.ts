import { createHash, randomBytes, randomInt } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StorageStudio, startStorageStudio } from '../testing/storage-studio.ts';
import { allowAll } from '../testing/test-studio.ts';

const Bucket = 'crowded';
const keys = ['a', 'b', 'c'];
const partBytes = 5 << 20;

let storage: StorageStudio;
let s3: S3Client;

beforeAll(async () => {
  storage = await startStorageStudio(() => new Date());
  const accountId = await storage.studio.createAccount();
  const { keys: credentials } = await storage.identity(accountId, allowAll);
  s3 = new S3Client({ endpoint: storage.studio.url, region: 'us-east-1', credentials });
  await s3.send(new CreateBucketCommand({ Bucket }));
});

afterAll(async () => {
  s3.destroy();
  await storage.stop();
});

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
const anyKey = (): string => keys[randomInt(keys.length)] ?? 'a';

async function uploadInParts(Key: string): Promise<void> {
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const upload = { Bucket, Key, UploadId };
  const Parts = [];
  for (const [index, bytes] of [partBytes, randomInt(1_000)].entries()) {
    const PartNumber = index + 1;
    const Body = randomBytes(bytes);
    const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
    Parts.push({ PartNumber, ETag });
  }
  const end =
    randomInt(3) === 0
      ? s3.send(new AbortMultipartUploadCommand(upload))
      : s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
  await end;
}

/** Whole and as its ETag says, whatever is written meanwhile; null when it is not there. */
async function readWhole(Key: string): Promise<void> {
  const answer = await s3.send(new GetObjectCommand({ Bucket, Key })).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'NoSuchKey') return null;
    throw error;
  });
  if (!answer) return;
  const body = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
  const [digest, parts] = (answer.ETag ?? '').replaceAll('"', '').split('-');
  if (parts === undefined) {
    expect(md5(body)).toBe(digest);
  } else {
    const sums = [body.subarray(0, partBytes), body.subarray(partBytes)].map((part) =>
      Buffer.from(md5(part), 'hex'),
    );
    expect(md5(Buffer.concat(sums))).toBe(digest);
  }
}

const actions: (() => Promise<unknown>)[] = [
  () =>
    s3.send(new PutObjectCommand({ Bucket, Key: anyKey(), Body: randomBytes(randomInt(200_000)) })),
  () => s3.send(new DeleteObjectCommand({ Bucket, Key: anyKey() })),
  () =>
    s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }),
    ),
  () =>
    s3
      .send(
        new CopyObjectCommand({
          Bucket,
          Key: anyKey(),
          CopySource: `${Bucket}/${anyKey()}`,
          MetadataDirective: 'REPLACE',
        }),
      )
      .catch((error: unknown) => {
        if (!(error instanceof Error && error.name === 'NoSuchKey')) throw error;
      }),
  () => uploadInParts(anyKey()),
  () => readWhole(anyKey()),
  () => readWhole(anyKey()),
  () => storage.s3.collectGarbage(),
];

test('many clients on few keys never see a mixture, and leave exactly the files that are named', async () => {
  const act = async (): Promise<void> => {
    for (let n = 0; n < 40; n += 1) await actions[randomInt(actions.length)]?.();
  };
  await Promise.all(Array.from({ length: 6 }, act));
  for (const key of keys) await readWhole(key);

  await storage.s3.collectGarbage();
  const { rows } = await storage.studio.database.query<{ id: string }>(
    `select b.id from s3.blob b join s3.object o on o.content_id = b.content_id`,
  );
  const { rowCount } = await storage.studio.database.query('select 1 from s3.blob');
  expect(rowCount).toBe(rows.length);
  const entries = await readdir(storage.folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  expect(files.sort()).toEqual(rows.map(({ id }) => id).sort());
  const { KeyCount } = await s3.send(new ListObjectsV2Command({ Bucket }));
  expect(KeyCount).toBeLessThanOrEqual(keys.length);
});
