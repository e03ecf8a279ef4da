import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { policy } from '@atelier/account-baseline';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type StorageIdentity,
  type StorageStudio,
  startStorageStudio,
} from '../testing/storage-studio.ts';
import { allowAll } from '../testing/test-studio.ts';

/** May read below `shared/` of one bucket, and list it there. */
const readShared = policy(
  {
    Effect: 'Allow',
    Action: ['s3:GetObject'],
    Resource: ['arn:aws:s3:::foo-rights/shared/*'],
  },
  {
    Effect: 'Allow',
    Action: ['s3:ListBucket'],
    Resource: ['arn:aws:s3:::foo-rights'],
    Condition: { StringLike: { 's3:prefix': 'shared/*' } },
  },
);

let storage: StorageStudio;
let now = new Date();
let fooAccount: string;
let barAccount: string;
let foo: StorageIdentity;
let fooReader: StorageIdentity;
let bar: StorageIdentity;
let s3: S3Client;
let foreign: S3Client;
let reader: S3Client;

const clientFor = ({ keys }: StorageIdentity): S3Client =>
  new S3Client({
    endpoint: storage.studio.url,
    region: 'us-east-1',
    credentials: keys,
    maxAttempts: 1,
  });

beforeAll(async () => {
  storage = await startStorageStudio(() => now);
  fooAccount = await storage.studio.createAccount();
  barAccount = await storage.studio.createAccount();
  foo = await storage.identity(fooAccount, allowAll);
  fooReader = await storage.identity(fooAccount, readShared);
  bar = await storage.identity(barAccount, allowAll);
  s3 = clientFor(foo);
  foreign = clientFor(bar);
  reader = clientFor(fooReader);
  await s3.send(new CreateBucketCommand({ Bucket: 'foo-data' }));
});

afterAll(async () => {
  for (const client of [s3, foreign, reader]) client.destroy();
  await storage.stop();
});

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

const put = (Key: string, Body: string | Uint8Array = 'content', Bucket = 'foo-data') =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body }));

async function read(Key: string, Bucket = 'foo-data'): Promise<Buffer> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  if (!Body) throw new Error('no body');
  return Buffer.from(await Body.transformToByteArray());
}

/** What a refusal looks like to the SDK. */
async function refusal(request: Promise<unknown>): Promise<{ name: string; status: number }> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof Error && '$metadata' in error)) throw error;
    const metadata = error.$metadata as { httpStatusCode: number };
    return { name: error.name, status: metadata.httpStatusCode };
  }
  throw new Error('the request was not refused');
}

async function filesOnDisk(): Promise<number> {
  await storage.s3.collectGarbage();
  const names = await readdir(storage.folder, { recursive: true, withFileTypes: true });
  return names.filter((entry) => entry.isFile()).length;
}

async function bucketFor(name: string): Promise<string> {
  await s3.send(new CreateBucketCommand({ Bucket: name }));
  return name;
}

describe('buckets', () => {
  test('belong to the account that made them', async () => {
    await bucketFor('foo-mine');
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toContain('foo-mine');
    expect((await foreign.send(new ListBucketsCommand({}))).Buckets ?? []).toEqual([]);
    expect(await refusal(foreign.send(new CreateBucketCommand({ Bucket: 'foo-mine' })))).toEqual({
      name: 'BucketAlreadyExists',
      status: 409,
    });
    expect(
      await refusal(
        s3.send(new HeadBucketCommand({ Bucket: 'foo-mine', ExpectedBucketOwner: barAccount })),
      ),
    ).toMatchObject({ status: 403 });
    const { LocationConstraint } = await s3.send(
      new GetBucketLocationCommand({ Bucket: 'foo-mine' }),
    );
    expect(LocationConstraint).toBeUndefined();
  });

  test('go only when they are empty', async () => {
    await bucketFor('foo-short-lived');
    await put('a', 'x', 'foo-short-lived');
    const remove = () => s3.send(new DeleteBucketCommand({ Bucket: 'foo-short-lived' }));
    expect(await refusal(remove())).toEqual({ name: 'BucketNotEmpty', status: 409 });
    await s3.send(new DeleteObjectCommand({ Bucket: 'foo-short-lived', Key: 'a' }));
    await remove();
    expect(await refusal(put('a', 'x', 'foo-short-lived'))).toEqual({
      name: 'NoSuchBucket',
      status: 404,
    });
  });

  test.each(['ab', 'Upper', 'a..b', '10.0.0.1', 'x'.repeat(64), 'under_score'])(
    'cannot be named %s',
    async (Bucket) => {
      expect(await refusal(s3.send(new CreateBucketCommand({ Bucket })))).toEqual({
        name: 'InvalidBucketName',
        status: 400,
      });
    },
  );
});

describe('objects', () => {
  test('come back with content, metadata and headers as they were put', async () => {
    await s3.send(
      new PutObjectCommand({
        Bucket: 'foo-data',
        Key: 'described',
        Body: 'hello',
        ContentType: 'text/csv',
        ContentEncoding: 'gzip',
        CacheControl: 'no-store',
        Metadata: { origin: 'crm', 'with-dash': 'a, b' },
        ServerSideEncryption: 'aws:kms',
      }),
    );
    const answer = await s3.send(new GetObjectCommand({ Bucket: 'foo-data', Key: 'described' }));
    expect(await answer.Body?.transformToString()).toBe('hello');
    expect(answer).toMatchObject({
      ContentType: 'text/csv',
      ContentEncoding: 'gzip',
      CacheControl: 'no-store',
      ContentLength: 5,
      ETag: `"${md5(Buffer.from('hello'))}"`,
      Metadata: { origin: 'crm', 'with-dash': 'a, b' },
    });
    const overridden = await s3.send(
      new GetObjectCommand({
        Bucket: 'foo-data',
        Key: 'described',
        ResponseContentType: 'application/x-other',
        ResponseContentDisposition: 'attachment; filename="a.csv"',
      }),
    );
    expect(overridden.ContentType).toBe('application/x-other');
    expect(overridden.ContentDisposition).toBe('attachment; filename="a.csv"');
  });

  test('of any size come back whole', async () => {
    for (const bytes of [0, 1, 65_535, 1 << 20, (3 << 20) + 7]) {
      const body = randomBytes(bytes);
      const { ETag } = await put('sized', body);
      expect(ETag).toBe(`"${md5(body)}"`);
      expect((await read('sized')).equals(body)).toBe(true);
    }
  });

  test.each([
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-4', 206, '6789', 'bytes 6-9/10'],
    ['bytes=5-100', 206, '56789', 'bytes 5-9/10'],
    ['bytes=4-2', 200, '0123456789', undefined],
    ['bytes=0-1,3-4', 200, '0123456789', undefined],
    ['lines=1-2', 200, '0123456789', undefined],
  ])('range %s answers %d', async (Range, status, text, contentRange) => {
    await put('ranged', '0123456789');
    const answer = await s3.send(
      new GetObjectCommand({ Bucket: 'foo-data', Key: 'ranged', Range }),
    );
    expect(answer.$metadata.httpStatusCode).toBe(status);
    expect(answer.ContentRange).toBe(contentRange);
    expect(await answer.Body?.transformToString()).toBe(text);
  });

  test('a range behind the end is refused', async () => {
    await put('ranged', '0123456789');
    for (const Range of ['bytes=10-', 'bytes=-0']) {
      expect(
        await refusal(s3.send(new GetObjectCommand({ Bucket: 'foo-data', Key: 'ranged', Range }))),
      ).toEqual({ name: 'InvalidRange', status: 416 });
    }
  });

  test('conditions of reads follow HTTP', async () => {
    const { ETag = '' } = await put('conditional', 'x');
    const get = (input: object) =>
      s3.send(new GetObjectCommand({ Bucket: 'foo-data', Key: 'conditional', ...input }));
    const before = new Date(Date.now() - 3_600_000);
    const after = new Date(Date.now() + 3_600_000);
    await get({ IfMatch: ETag });
    await get({ IfNoneMatch: '"other"' });
    await get({ IfModifiedSince: before });
    await get({ IfUnmodifiedSince: after });
    expect(await refusal(get({ IfMatch: '"other"' }))).toMatchObject({ status: 412 });
    expect(await refusal(get({ IfUnmodifiedSince: before }))).toMatchObject({ status: 412 });
    expect(await refusal(get({ IfNoneMatch: ETag }))).toMatchObject({ status: 304 });
    expect(await refusal(get({ IfModifiedSince: after }))).toMatchObject({ status: 304 });
  });

  test('If-None-Match: * lets exactly one of many writers make a key', async () => {
    const write = (Body: string) =>
      s3.send(new PutObjectCommand({ Bucket: 'foo-data', Key: 'once', Body, IfNoneMatch: '*' }));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, n) => write(`writer ${n}`)),
    );
    const winners = outcomes.flatMap((outcome, n) => (outcome.status === 'fulfilled' ? [n] : []));
    expect(winners).toHaveLength(1);
    expect((await read('once')).toString()).toBe(`writer ${winners[0]}`);
    expect(await refusal(write('late'))).toEqual({ name: 'PreconditionFailed', status: 412 });
  });

  test('If-Match replaces only what the writer saw', async () => {
    const { ETag } = await put('versioned', 'one');
    const replace = (IfMatch: string | undefined, Key = 'versioned') =>
      s3.send(new PutObjectCommand({ Bucket: 'foo-data', Key, Body: 'two', IfMatch }));
    await replace(ETag);
    expect(await refusal(replace(ETag))).toEqual({ name: 'PreconditionFailed', status: 412 });
    expect(await refusal(replace(ETag, 'never-there'))).toEqual({ name: 'NoSuchKey', status: 404 });
  });

  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'a %s checksum is verified, kept and told',
    async (ChecksumAlgorithm) => {
      const Body = randomBytes(100_000);
      const stored = await s3.send(
        new PutObjectCommand({ Bucket: 'foo-data', Key: 'checked', Body, ChecksumAlgorithm }),
      );
      const member = `Checksum${ChecksumAlgorithm}` as const;
      expect(stored[member]).toMatch(/=$/);
      const head = await s3.send(
        new HeadObjectCommand({ Bucket: 'foo-data', Key: 'checked', ChecksumMode: 'ENABLED' }),
      );
      expect(head[member]).toBe(stored[member]);
      expect(head.ChecksumType).toBe('FULL_OBJECT');
    },
  );

  test('a wrong checksum or MD5 leaves the old object', async () => {
    await put('guarded', 'good');
    const files = await filesOnDisk();
    const wrong = [
      { ChecksumCRC32: 'AAAAAA==' },
      { ChecksumSHA256: Buffer.alloc(32).toString('base64') },
      { ContentMD5: Buffer.alloc(16).toString('base64') },
    ];
    for (const input of wrong) {
      expect(
        await refusal(
          s3.send(
            new PutObjectCommand({ Bucket: 'foo-data', Key: 'guarded', Body: 'bad', ...input }),
          ),
        ),
      ).toEqual({ name: 'BadDigest', status: 400 });
    }
    expect((await read('guarded')).toString()).toBe('good');
    expect(await filesOnDisk()).toBe(files);
  });

  test('copies keep or replace metadata, and know conditions', async () => {
    await s3.send(
      new PutObjectCommand({
        Bucket: 'foo-data',
        Key: 'a source/ü+%',
        Body: 'copied',
        Metadata: { a: '1' },
        ContentType: 'text/plain',
      }),
    );
    const source = `foo-data/${encodeURIComponent('a source/ü+%')}`;
    const copy = (input: object) =>
      s3.send(
        new CopyObjectCommand({ Bucket: 'foo-data', Key: 'copy', CopySource: source, ...input }),
      );
    const head = async () => s3.send(new HeadObjectCommand({ Bucket: 'foo-data', Key: 'copy' }));
    const { CopyObjectResult } = await copy({});
    expect(CopyObjectResult?.ETag).toBe(`"${md5(Buffer.from('copied'))}"`);
    expect(await head()).toMatchObject({ Metadata: { a: '1' }, ContentType: 'text/plain' });
    await copy({ MetadataDirective: 'REPLACE', Metadata: { b: '2' }, ContentType: 'text/csv' });
    expect(await head()).toMatchObject({ Metadata: { b: '2' }, ContentType: 'text/csv' });
    expect(await refusal(copy({ CopySourceIfMatch: '"other"' }))).toMatchObject({ status: 412 });
    expect(await refusal(copy({ CopySource: 'foo-data/copy' }))).toEqual({
      name: 'InvalidRequest',
      status: 400,
    });
    await put('a source/ü+%', 'changed');
    expect((await read('copy')).toString()).toBe('copied');
  });

  test('deleting gives the disk back', async () => {
    const before = await filesOnDisk();
    for (let n = 0; n < 5; n += 1) await put(`temporary/${n}`, randomBytes(1000));
    await put('temporary/0', 'again');
    expect(await filesOnDisk()).toBe(before + 5);
    const { Deleted } = await s3.send(
      new DeleteObjectsCommand({
        Bucket: 'foo-data',
        Delete: {
          Objects: ['0', '1', '2', '3', 'never'].map((n) => ({ Key: `temporary/${n}` })),
        },
      }),
    );
    expect(Deleted).toHaveLength(5);
    await s3.send(new DeleteObjectCommand({ Bucket: 'foo-data', Key: 'temporary/4' }));
    await s3.send(new DeleteObjectCommand({ Bucket: 'foo-data', Key: 'temporary/4' }));
    expect(await filesOnDisk()).toBe(before);
  });

  test('a read that runs sees the object it began with, though it is deleted', async () => {
    const body = randomBytes(24 << 20);
    await put('slowly-read', body);
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: 'foo-data', Key: 'slowly-read' }),
    );
    await s3.send(new DeleteObjectCommand({ Bucket: 'foo-data', Key: 'slowly-read' }));
    await storage.s3.collectGarbage();
    const whole = Buffer.from((await Body?.transformToByteArray()) ?? []);
    expect(whole.equals(body)).toBe(true);
  });
});

describe('clients that misbehave', () => {
  test('leave nothing when they go away in the middle of a put', async () => {
    const before = await filesOnDisk();
    const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket: 'foo-data', Key: 'broken' }));
    const request = httpRequest(url, { method: 'PUT', headers: { 'content-length': 10 << 20 } });
    const gone = once(request, 'error');
    request.write(randomBytes(3 << 20));
    const patience = { timeout: 20_000 };
    await vi.waitFor(async () => expect(await filesOnDisk()).toBe(before + 1), patience);
    request.destroy(new Error('gone'));
    await gone;
    await vi.waitFor(async () => expect(await filesOnDisk()).toBe(before), patience);
    expect((await refusal(read('broken'))).name).toBe('NoSuchKey');
  });

  test('get the error of a body that is no XML, has a document type, or is too long', async () => {
    const bomb =
      '<!DOCTYPE d [<!ENTITY a "aaaa">]><Delete><Object><Key>&a;</Key></Object></Delete>';
    const bodies = [
      ['nonsense', 'MalformedXML'],
      ['<Delete><Object></Delete>', 'MalformedXML'],
      ['<Other/>', 'MalformedXML'],
      ['<Delete><Object><Key/></Object></Delete>', 'MalformedXML'],
      [bomb, 'MalformedXML'],
      [`<Delete>${' '.repeat(5 << 20)}</Delete>`, 'MaxMessageLengthExceeded'],
    ] as const;
    for (const [body, name] of bodies) {
      const command = new DeleteObjectsCommand({
        Bucket: 'foo-data',
        Delete: { Objects: [{ Key: 'x' }] },
      });
      command.middlewareStack.add(
        (next) => (args) => {
          Object.assign(args.request as object, { body });
          return next(args);
        },
        { step: 'build', priority: 'high' },
      );
      expect(await refusal(s3.send(command))).toEqual({ name, status: 400 });
    }
  });

  test('are told what is not done here, instead of getting something else', async () => {
    const unknown = [
      new PutBucketVersioningCommand({
        Bucket: 'foo-data',
        VersioningConfiguration: { Status: 'Enabled' },
      }),
      new GetObjectCommand({ Bucket: 'foo-data', Key: 'x', VersionId: 'v' }),
      new PutObjectCommand({
        Bucket: 'foo-data',
        Key: 'x',
        Body: 'x',
        SSECustomerAlgorithm: 'AES256',
        SSECustomerKey: Buffer.alloc(32).toString('base64'),
        SSECustomerKeyMD5: createHash('md5').update(Buffer.alloc(32)).digest('base64'),
      }),
    ];
    for (const command of unknown) {
      expect(await refusal(s3.send(command as GetObjectCommand))).toEqual({
        name: 'NotImplemented',
        status: 501,
      });
    }
  });
});

describe('multipart uploads', () => {
  const part = 5 << 20;

  test('by lib-storage come back whole, with an ETag of parts', async () => {
    const body = randomBytes(2 * part + 1234);
    const upload = new Upload({
      client: s3,
      params: { Bucket: 'foo-data', Key: 'large', Body: body, Metadata: { kind: 'large' } },
      partSize: part,
    });
    const { ETag } = await upload.done();
    expect(ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
    expect((await read('large')).equals(body)).toBe(true);
    const second = await s3.send(
      new GetObjectCommand({ Bucket: 'foo-data', Key: 'large', PartNumber: 2 }),
    );
    expect(second).toMatchObject({ PartsCount: 3, ContentLength: part });
    const across = await s3.send(
      new GetObjectCommand({
        Bucket: 'foo-data',
        Key: 'large',
        Range: `bytes=${part - 5}-${2 * part + 4}`,
      }),
    );
    const bytes = Buffer.from((await across.Body?.transformToByteArray()) ?? []);
    expect(bytes.equals(body.subarray(part - 5, 2 * part + 5))).toBe(true);
    const { CopyObjectResult } = await s3.send(
      new CopyObjectCommand({
        Bucket: 'foo-data',
        Key: 'large-copy',
        CopySource: 'foo-data/large',
      }),
    );
    expect(CopyObjectResult?.ETag).toBe(`"${md5(body)}"`);
  });

  async function begin(Key: string, input: object = {}) {
    const { UploadId = '' } = await s3.send(
      new CreateMultipartUploadCommand({ Bucket: 'foo-data', Key, ...input }),
    );
    return { Bucket: 'foo-data', Key, UploadId };
  }

  async function send(upload: Awaited<ReturnType<typeof begin>>, PartNumber: number, Body: Buffer) {
    const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
    return { PartNumber, ETag };
  }

  test('can be looked at, redone, copied into, completed twice and aborted', async () => {
    const before = await filesOnDisk();
    const upload = await begin('assembled');
    const first = randomBytes(part);
    await send(upload, 1, randomBytes(part));
    const one = await send(upload, 1, first);
    await put('piece', '0123456789');
    const { CopyPartResult } = await s3.send(
      new UploadPartCopyCommand({
        ...upload,
        PartNumber: 7,
        CopySource: 'foo-data/piece',
        CopySourceRange: 'bytes=2-5',
      }),
    );
    const listed = await s3.send(new ListPartsCommand(upload));
    expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, part],
      [7, 4],
    ]);
    const uploads = await s3.send(new ListMultipartUploadsCommand({ Bucket: 'foo-data' }));
    expect(uploads.Uploads?.map(({ UploadId }) => UploadId)).toContain(upload.UploadId);
    const complete = () =>
      s3.send(
        new CompleteMultipartUploadCommand({
          ...upload,
          MultipartUpload: { Parts: [one, { PartNumber: 7, ETag: CopyPartResult?.ETag }] },
        }),
      );
    const { ETag } = await complete();
    expect((await complete()).ETag).toBe(ETag);
    expect((await read('assembled')).equals(Buffer.concat([first, Buffer.from('2345')]))).toBe(
      true,
    );

    const aborted = await begin('assembled');
    await send(aborted, 1, first);
    await s3.send(new AbortMultipartUploadCommand(aborted));
    expect(await refusal(s3.send(new AbortMultipartUploadCommand(aborted)))).toEqual({
      name: 'NoSuchUpload',
      status: 404,
    });
    expect(await filesOnDisk()).toBe(before + 3);
  });

  test('say what is wrong with their parts', async () => {
    const upload = await begin('faulty');
    const one = await send(upload, 1, Buffer.from('small'));
    const two = await send(upload, 2, Buffer.from('last'));
    const complete = (Parts: object[]) =>
      refusal(
        s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })),
      );
    expect((await complete([two, one])).name).toBe('InvalidPartOrder');
    expect((await complete([one, two])).name).toBe('EntityTooSmall');
    expect((await complete([{ ...one, ETag: two.ETag }])).name).toBe('InvalidPart');
    expect((await complete([one, { PartNumber: 9, ETag: one.ETag }])).name).toBe('InvalidPart');
    expect((await complete([])).name).toBe('MalformedXML');
  });

  test.each([
    ['CRC32', 'COMPOSITE'],
    ['CRC32', 'FULL_OBJECT'],
    ['CRC64NVME', 'FULL_OBJECT'],
    ['SHA256', 'COMPOSITE'],
  ] as const)('keep a %s checksum of type %s', async (ChecksumAlgorithm, ChecksumType) => {
    const upload = await begin('summed', { ChecksumAlgorithm, ChecksumType });
    const member = `Checksum${ChecksumAlgorithm}` as const;
    const bodies = [randomBytes(part), randomBytes(100)];
    const Parts = [];
    for (const [index, Body] of bodies.entries()) {
      const PartNumber = index + 1;
      const answer = await s3.send(
        new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumAlgorithm }),
      );
      Parts.push({ PartNumber, ETag: answer.ETag, [member]: answer[member] });
    }
    const done = await s3.send(
      new CompleteMultipartUploadCommand({ ...upload, ChecksumType, MultipartUpload: { Parts } }),
    );
    if (ChecksumType === 'COMPOSITE') {
      expect(done[member]).toMatch(/-2$/);
    } else {
      const whole = await s3.send(
        new PutObjectCommand({
          Bucket: 'foo-data',
          Key: 'whole',
          Body: Buffer.concat(bodies),
          ChecksumAlgorithm,
        }),
      );
      expect(done[member]).toBe(whole[member]);
    }
  });
});

describe('another account', () => {
  const Bucket = 'foo-rights';
  const Key = 'shared/report.csv';

  beforeAll(async () => {
    await bucketFor(Bucket);
    await put(Key, 'rows', Bucket);
    await put('private/report.csv', 'rows', Bucket);
  });

  const attempts: [string, (client: S3Client) => Promise<unknown>][] = [
    ['HeadBucket', (c) => c.send(new HeadBucketCommand({ Bucket }))],
    ['GetBucketLocation', (c) => c.send(new GetBucketLocationCommand({ Bucket }))],
    ['DeleteBucket', (c) => c.send(new DeleteBucketCommand({ Bucket }))],
    ['GetBucketPolicy', (c) => c.send(new GetBucketPolicyCommand({ Bucket }))],
    ['PutBucketPolicy', (c) => c.send(new PutBucketPolicyCommand({ Bucket, Policy: '{}' }))],
    ['DeleteBucketPolicy', (c) => c.send(new DeleteBucketPolicyCommand({ Bucket }))],
    ['DeleteBucketLifecycle', (c) => c.send(new DeleteBucketLifecycleCommand({ Bucket }))],
    ['ListObjectsV2', (c) => c.send(new ListObjectsV2Command({ Bucket }))],
    ['ListObjects', (c) => c.send(new ListObjectsCommand({ Bucket }))],
    ['ListMultipartUploads', (c) => c.send(new ListMultipartUploadsCommand({ Bucket }))],
    ['GetObject', (c) => c.send(new GetObjectCommand({ Bucket, Key }))],
    ['GetObject of no key', (c) => c.send(new GetObjectCommand({ Bucket, Key: 'absent' }))],
    ['HeadObject', (c) => c.send(new HeadObjectCommand({ Bucket, Key }))],
    ['PutObject', (c) => c.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))],
    ['DeleteObject', (c) => c.send(new DeleteObjectCommand({ Bucket, Key }))],
    ['CreateMultipartUpload', (c) => c.send(new CreateMultipartUploadCommand({ Bucket, Key }))],
    [
      'UploadPart',
      (c) =>
        c.send(new UploadPartCommand({ Bucket, Key, UploadId: 'x', PartNumber: 1, Body: 'x' })),
    ],
    [
      'CompleteMultipartUpload',
      (c) =>
        c.send(
          new CompleteMultipartUploadCommand({
            Bucket,
            Key,
            UploadId: 'x',
            MultipartUpload: { Parts: [{ PartNumber: 1, ETag: 'x' }] },
          }),
        ),
    ],
    [
      'AbortMultipartUpload',
      (c) => c.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: 'x' })),
    ],
    ['ListParts', (c) => c.send(new ListPartsCommand({ Bucket, Key, UploadId: 'x' }))],
    [
      'CopyObject into it',
      (c) => c.send(new CopyObjectCommand({ Bucket, Key, CopySource: 'bar-own/anything' })),
    ],
    [
      'CopyObject out of it',
      (c) =>
        c.send(new CopyObjectCommand({ Bucket: 'bar-own', Key, CopySource: `${Bucket}/${Key}` })),
    ],
  ];

  beforeAll(async () => {
    await foreign.send(new CreateBucketCommand({ Bucket: 'bar-own' }));
    await foreign.send(new PutObjectCommand({ Bucket: 'bar-own', Key: 'anything', Body: 'x' }));
  });

  test.each(attempts)('is refused %s', async (_name, attempt) => {
    expect(await refusal(attempt(foreign))).toMatchObject({ status: 403 });
    expect((await read(Key, Bucket)).toString()).toBe('rows');
  });

  test('is told no more than Access Denied', async () => {
    const answer = foreign.send(new GetObjectCommand({ Bucket, Key }));
    await expect(answer).rejects.toMatchObject({ name: 'AccessDenied', message: 'Access Denied' });
  });

  test('learns in a batch delete, key by key, that it may not', async () => {
    const { Errors, Deleted } = await foreign.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }, { Key: 'absent' }] } }),
    );
    expect(Deleted).toBeUndefined();
    expect(Errors?.map(({ Code }) => Code)).toEqual(['AccessDenied', 'AccessDenied']);
  });

  test('may do what the bucket policy and its own both allow, until it is taken back', async () => {
    const shared = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${barAccount}:root` },
          Action: 's3:GetObject',
          Resource: `arn:aws:s3:::${Bucket}/shared/*`,
        },
      ],
    };
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(shared) }));
    const stored = await s3.send(new GetBucketPolicyCommand({ Bucket }));
    expect(JSON.parse(stored.Policy ?? '')).toEqual(shared);
    const get = (key: string) => foreign.send(new GetObjectCommand({ Bucket, Key: key }));
    expect(await (await get(Key)).Body?.transformToString()).toBe('rows');
    expect(await refusal(get('private/report.csv'))).toEqual({ name: 'AccessDenied', status: 403 });
    await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    expect(await refusal(get(Key))).toEqual({ name: 'AccessDenied', status: 403 });
    expect(await refusal(s3.send(new GetBucketPolicyCommand({ Bucket })))).toEqual({
      name: 'NoSuchBucketPolicy',
      status: 404,
    });
  });

  test('policies that cannot be meant for the bucket are refused', async () => {
    const statement = {
      Effect: 'Allow',
      Principal: '*',
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::another/*',
    };
    for (const Policy of ['no json', '[]', JSON.stringify({ Statement: [statement] })]) {
      expect(await refusal(s3.send(new PutBucketPolicyCommand({ Bucket, Policy })))).toEqual({
        name: 'MalformedPolicy',
        status: 400,
      });
    }
  });

  test('within the account a role reaches only what its policy names', async () => {
    const get = (key: string) => reader.send(new GetObjectCommand({ Bucket, Key: key }));
    expect(await (await get(Key)).Body?.transformToString()).toBe('rows');
    expect(await refusal(get('private/report.csv'))).toEqual({ name: 'AccessDenied', status: 403 });
    // Below the prefix that it may list, it may learn that a key is absent; elsewhere not.
    expect(await refusal(get('shared/absent'))).toEqual({ name: 'NoSuchKey', status: 404 });
    const list = (Prefix: string) => reader.send(new ListObjectsV2Command({ Bucket, Prefix }));
    expect((await list('shared/')).KeyCount).toBe(1);
    expect(await refusal(list(''))).toEqual({ name: 'AccessDenied', status: 403 });
    expect(await refusal(list('private/'))).toEqual({ name: 'AccessDenied', status: 403 });
  });
});

describe('hostile keys', () => {
  const keys = [
    '../../../etc/passwd',
    '..',
    '.',
    '/absolute',
    'a//b///c',
    'trailing/',
    'x'.repeat(1024),
    'ünïcödé/日本語/🙂',
    'e\u0301 is not \u00e9',
    'new\nline\r\ttab',
    'quote"\'<&>;%2F%00+ ?#',
    'nul\0inside',
    '\u202egnp.exe',
    ' ',
    '{"$ne":1}',
    "'; drop table s3.object; --",
  ];

  test.each(keys)('are only names: %j', async (Key) => {
    const before = await filesOnDisk();
    await put(Key, `content of ${Key}`);
    expect((await read(Key)).toString()).toBe(`content of ${Key}`);
    const { Contents } = await s3.send(
      new ListObjectsV2Command({ Bucket: 'foo-data', Prefix: Key, EncodingType: 'url' }),
    );
    const listed = Contents?.map((object) =>
      decodeURIComponent((object.Key ?? '').replaceAll('+', ' ')),
    );
    expect(listed).toContain(Key);
    await s3.send(new DeleteObjectCommand({ Bucket: 'foo-data', Key }));
    expect(await refusal(read(Key))).toEqual({ name: 'NoSuchKey', status: 404 });
    expect(await filesOnDisk()).toBe(before);
  });

  test('are deleted in a batch by exactly their name', async () => {
    // XML cannot carry U+0000, so no batch can name such a key.
    const deletable = keys.filter((key) => !key.includes('\0'));
    await put('neighbour');
    for (const key of deletable) await put(key);
    const { Deleted, Errors } = await s3.send(
      new DeleteObjectsCommand({
        Bucket: 'foo-data',
        Delete: { Objects: deletable.map((Key) => ({ Key })) },
      }),
    );
    expect(Errors).toBeUndefined();
    expect(Deleted?.map(({ Key }) => Key)).toEqual(deletable);
    for (const key of deletable) expect((await refusal(read(key))).name).toBe('NoSuchKey');
    await read('neighbour');
  });

  test('of more than 1,024 bytes are refused', async () => {
    expect(await refusal(put('é'.repeat(513)))).toEqual({ name: 'KeyTooLongError', status: 400 });
  });
});

describe('presigned URLs', () => {
  test('read and write without keys, and nothing else', async () => {
    const url = await getSignedUrl(
      s3,
      new PutObjectCommand({ Bucket: 'foo-data', Key: 'by url' }),
      { expiresIn: 60 },
    );
    const stored = await fetch(url, { method: 'PUT', body: 'by url' });
    expect(stored.status).toBe(200);
    const reading = await getSignedUrl(
      s3,
      new GetObjectCommand({ Bucket: 'foo-data', Key: 'by url' }),
      { expiresIn: 60 },
    );
    expect(await (await fetch(reading)).text()).toBe('by url');
    expect((await fetch(reading.replace('by%20url', 'other'))).status).toBe(403);
    expect((await fetch(reading, { method: 'DELETE' })).status).toBe(403);
    expect((await fetch(`${storage.studio.url}/foo-data/by%20url`)).status).toBe(403);
  });
});

describe('lifecycle', () => {
  const Bucket = 'foo-expiring';

  test('rules are kept, applied when their days are over, and removed', async () => {
    await bucketFor(Bucket);
    const configuration = {
      Rules: [
        {
          ID: 'old-jobs',
          Status: 'Enabled' as const,
          Filter: { Prefix: 'jobs/' },
          Expiration: { Days: 2 },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        },
        {
          ID: 'off',
          Status: 'Disabled' as const,
          Filter: { Prefix: 'kept/' },
          Expiration: { Days: 1 },
        },
      ],
    };
    await s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: configuration,
      }),
    );
    const get = () => s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect((await get()).Rules).toEqual(configuration.Rules);
    await put('jobs/1', 'x', Bucket);
    await put('kept/1', 'x', Bucket);
    await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'jobs/2' }));
    const keys = async () =>
      (await s3.send(new ListObjectsV2Command({ Bucket }))).Contents?.map(({ Key }) => Key);

    const start = now;
    try {
      expect(await storage.s3.sweepLifecycle()).toBe(0);
      now = new Date(start.getTime() + 26 * 3_600_000 * 2);
      expect(await storage.s3.sweepLifecycle()).toBeGreaterThan(0);
      now = new Date(start.getTime() + 4 * 24 * 3_600_000);
      await storage.s3.sweepLifecycle();
    } finally {
      now = start;
    }
    expect(await keys()).toEqual(['kept/1']);
    const { Uploads } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
    expect(Uploads).toBeUndefined();
    await s3.send(new DeleteBucketLifecycleCommand({ Bucket }));
    expect(await refusal(get())).toEqual({ name: 'NoSuchLifecycleConfiguration', status: 404 });
  });
});

describe('for jobs', () => {
  test('objects are reached with the rights of the role session only', async () => {
    const { objects, buckets } = storage.s3;
    await buckets.ensureBucket({
      name: 'foo-jobs',
      accountId: fooAccount,
      region: 'us-east-1',
    });
    await buckets.ensureBucket({
      name: 'foo-jobs',
      accountId: fooAccount,
      region: 'us-east-1',
    });
    await expect(
      buckets.ensureBucket({ name: 'foo-jobs', accountId: barAccount, region: 'us-east-1' }),
    ).rejects.toMatchObject({ code: 'BucketAlreadyExists' });
    async function* body() {
      yield Buffer.from('model ');
      yield Buffer.from('weights');
    }
    const stored = await objects.put(foo.caller, 'foo-jobs', 'models/m.tar.gz', body(), {
      contentType: 'application/gzip',
    });
    expect(stored).toMatchObject({ bytes: 13, etag: md5(Buffer.from('model weights')) });
    const chunks: Uint8Array[] = [];
    const { body: content } = await objects.get(foo.caller, 'foo-jobs', 'models/m.tar.gz');
    for await (const chunk of content) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('model weights');
    const listed = [];
    for await (const object of objects.list(foo.caller, 'foo-jobs', 'models/')) listed.push(object);
    expect(listed).toEqual([stored]);
    for (const caller of [bar.caller, fooReader.caller]) {
      await expect(objects.get(caller, 'foo-jobs', 'models/m.tar.gz')).rejects.toMatchObject({
        code: 'AccessDenied',
      });
      await expect(objects.put(caller, 'foo-jobs', 'x', body())).rejects.toMatchObject({
        code: 'AccessDenied',
      });
    }
    await expect(objects.get(foo.caller, 'foo-jobs', 'absent')).rejects.toMatchObject({
      code: 'NoSuchKey',
    });
    const { ETag } = await s3.send(
      new HeadObjectCommand({ Bucket: 'foo-jobs', Key: 'models/m.tar.gz' }),
    );
    expect(ETag).toBe(`"${stored.etag}"`);
    await buckets.deleteBucketWithObjects('foo-jobs');
    await buckets.deleteBucketWithObjects('foo-jobs');
    expect(await buckets.ofAccount(fooAccount)).not.toContain('foo-jobs');
  });
});
