import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { policy } from '@atelier/account-baseline';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { presignRaw, type RawRequest, sendRaw, signRaw } from '../testing/raw-request.ts';
import {
  allowAll,
  startTestStudio,
  type TestKeys,
  type TestStudio,
} from '../testing/test-studio.ts';
import { AwsError } from './errors.ts';
import { operation, type RestService, type RpcService } from './operation.ts';

/** What reached the services: proof that a refusal came before them. */
const reached: string[] = [];

/** Answers with how many bytes it read and which checksums held. */
const echo: RestService = {
  name: 's3',
  matches: () => true,
  async handle(request, response) {
    await request.context.authorize({
      action: 's3:PutObject',
      resource: `arn:aws:s3:::echo${request.path}`,
    });
    let bytes = 0;
    for await (const chunk of request.body) bytes += chunk.length;
    reached.push(request.path);
    response.writeHead(200, {
      'x-bytes': bytes,
      'x-checksums': JSON.stringify(request.checksums()),
    });
    response.end();
  },
  renderError(error, _requestId, response) {
    const known =
      error instanceof AwsError ? error : new AwsError('InternalError', '', { status: 500 });
    const code = known.code === 'AccessDeniedException' ? 'AccessDenied' : known.code;
    response.writeHead(known.status, { 'content-type': 'application/xml' });
    response.end(`<Error><Code>${code}</Code><Message>${known.message}</Message></Error>`);
  },
};

const tester: RpcService = {
  protocol: 'json',
  name: 'tester',
  target: 'Tester',
  operations: [
    operation<{ Say: string }, object>({
      name: 'DescribeEcho',
      access: (input) => [
        { action: 'tester:DescribeEcho', resource: `arn:aws:tester:::${input.Say}` },
      ],
      handle: async (input) => {
        reached.push(input.Say);
        return { Said: input.Say, At: new Date(1_500) };
      },
    }),
    operation<object, object>({
      name: 'CreateTrouble',
      access: () => [{ action: 'tester:CreateTrouble', resource: '*' }],
      handle: async () => {
        throw new Error('a secret of the inside');
      },
    }),
  ],
};

let studio: TestStudio;
let keys: TestKeys;
let host: string;
beforeAll(async () => {
  studio = await startTestStudio({ compose: async () => [{ rpc: [tester], rest: [echo] }] });
  keys = await studio.createKeys({
    accountId: await studio.createAccount(),
    permissions: allowAll,
  });
  host = `127.0.0.1:${studio.port}`;
});
afterAll(() => studio.stop());
beforeEach(() => {
  reached.length = 0;
});

const say = (text: string): RawRequest => ({
  method: 'POST',
  path: '/',
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Tester.DescribeEcho' },
  body: JSON.stringify({ Say: text }),
});
const put = (path: string, body: string): RawRequest => ({
  method: 'PUT',
  path,
  headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
  body,
});
const asTester = () => ({ keys, host, service: 'tester' });
const asS3 = () => ({ keys, host, service: 's3' });

const codeOf = (body: string): string | undefined =>
  /<Code>(\w+)<\/Code>/.exec(body)?.[1] ?? (JSON.parse(body) as { __type?: string }).__type;

/** Sends a request that was changed after signing and expects it refused before any service saw it. */
async function refused(request: RawRequest): Promise<string | undefined> {
  const answer = await sendRaw(studio, request);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(reached).toEqual([]);
  return codeOf(answer.body);
}

describe('a signed request', () => {
  test('reaches its operation', async () => {
    const answer = await sendRaw(studio, await signRaw(say('hello'), asTester()));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toEqual({ Said: 'hello', At: 1.5 });
    expect(answer.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    [
      'another body',
      async () => ({ ...(await signRaw(say('a'), asTester())), body: '{"Say":"b"}' }),
    ],
    [
      'a longer body',
      async () => {
        const signed = await signRaw(say('a'), asTester());
        return { ...signed, body: `${signed.body} ` };
      },
    ],
    [
      'another secret',
      async () =>
        signRaw(say('a'), { ...asTester(), keys: { ...keys, secretAccessKey: 'x'.repeat(40) } }),
    ],
    [
      'another target',
      async () => {
        const signed = await signRaw(say('a'), asTester());
        return {
          ...signed,
          headers: { ...signed.headers, 'x-amz-target': 'Tester.CreateTrouble' },
        };
      },
    ],
    [
      'another host',
      async () => {
        const signed = await signRaw(say('a'), asTester());
        return { ...signed, headers: { ...signed.headers, host: 'atelier.example' } };
      },
    ],
    ['another path', async () => ({ ...(await signRaw(say('a'), asTester())), path: '/x' })],
    ['another query', async () => ({ ...(await signRaw(say('a'), asTester())), path: '/?x=1' })],
    [
      'the scope of another service',
      async () => signRaw(say('a'), { ...asTester(), service: 's3' }),
    ],
    [
      'the scope of another region',
      async () => signRaw(say('a'), { ...asTester(), region: 'eu-west-1' }),
    ],
    [
      'a date 16 minutes old',
      async () => signRaw(say('a'), { ...asTester(), at: new Date(Date.now() - 16 * 60_000) }),
    ],
    [
      'a date 16 minutes ahead',
      async () => signRaw(say('a'), { ...asTester(), at: new Date(Date.now() + 16 * 60_000) }),
    ],
  ])('with %s is refused as a bad signature', async (_what, make) => {
    expect(await refused(await make())).toBe('InvalidSignatureException');
  });

  test('without its session token is refused', async () => {
    const { sessionToken: _dropped, ...bare } = keys;
    expect(await refused(await signRaw(say('a'), { ...asTester(), keys: bare }))).toBe(
      'UnrecognizedClientException',
    );
  });

  test('with a header that was added after signing is refused', async () => {
    const signed = await signRaw(put('/b/k', 'x'), asS3());
    const headers = { ...signed.headers, 'x-amz-copy-source': '/other/key' };
    expect(await refused({ ...signed, headers })).toBe('AccessDenied');
  });

  test('without signature is refused', async () => {
    expect(await refused(say('a'))).toBe('MissingAuthenticationTokenException');
    expect(await refused(put('/b/k', 'x'))).toBe('AccessDenied');
  });

  test.each([
    'AWS4-HMAC-SHA256 Credential=x',
    'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request,SignedHeaders=x,Signature=y',
    'Basic abc',
    'AWS4-HMAC-SHA256',
    '',
  ])('with the authorization "%s" is refused', async (authorization) => {
    const request = say('a');
    expect(await refused({ ...request, headers: { ...request.headers, authorization } })).toMatch(
      /IncompleteSignatureException|MissingAuthenticationTokenException/,
    );
  });

  test('of an unknown operation says so, signed or not', async () => {
    const unknown = {
      ...say('a'),
      headers: { ...say('a').headers, 'x-amz-target': 'Tester.Nothing' },
    };
    expect(await refused(await signRaw(unknown, asTester()))).toBe('UnknownOperationException');
    expect(await refused(unknown)).toBe('MissingAuthenticationTokenException');
  });

  test('that is no JSON is refused', async () => {
    for (const body of ['{', '[]', 'null', '"x"']) {
      expect(await refused(await signRaw({ ...say('a'), body }, asTester()))).toBe(
        'SerializationException',
      );
    }
  });

  test('without permission is refused, naming who, what and why', async () => {
    const reader = await studio.createKeys({
      accountId: keys.accountId,
      permissions: policy({
        Effect: 'Allow',
        Action: ['tester:Describe*'],
        Resource: ['arn:aws:tester:::allowed'],
      }),
    });
    const signed = (text: string) => signRaw(say(text), { ...asTester(), keys: reader });
    expect((await sendRaw(studio, await signed('allowed'))).status).toBe(200);
    reached.length = 0;
    const answer = await sendRaw(studio, await signed('forbidden'));
    expect(answer.status).toBe(403);
    expect(answer.headers['x-amzn-errortype']).toBe('AccessDeniedException');
    expect(JSON.parse(answer.body)).toMatchObject({
      __type: 'AccessDeniedException',
      message: expect.stringMatching(
        /^User: arn:aws:sts::\d{12}:assumed-role\/.+ is not authorized to perform: tester:DescribeEcho on resource: arn:aws:tester:::forbidden because no identity-based policy allows/,
      ),
    });
    expect(reached).toEqual([]);
  });

  test('that fails inside tells nothing of the inside', async () => {
    const request = {
      ...say('a'),
      headers: { ...say('a').headers, 'x-amz-target': 'Tester.CreateTrouble' },
    };
    const answer = await sendRaw(studio, await signRaw(request, asTester()));
    expect(answer.status).toBe(500);
    expect(answer.body).not.toContain('secret');
  });
});

describe('a presigned URL', () => {
  const presigned = (path: string, options: { seconds?: number; at?: Date } = {}) =>
    presignRaw(
      { method: 'GET', path, headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }, body: '' },
      { ...asS3(), seconds: 60, ...options },
    );

  test('works until it expires', async () => {
    expect((await sendRaw(studio, await presigned('/b/key%20with%2Bsigns'))).status).toBe(200);
    expect(reached).toEqual(['/b/key with+signs']);
  });

  test('is refused past its life', async () => {
    const at = new Date(Date.now() - 61_000);
    expect(await refused(await presigned('/b/k', { at }))).toBe('AccessDenied');
  });

  test.each([
    [
      'a longer life',
      (r: RawRequest) => ({ ...r, path: r.path.replace('Expires=60', 'Expires=600') }),
    ],
    ['another key', (r: RawRequest) => ({ ...r, path: r.path.replace('/b/k', '/b/l') })],
    ['another parameter', (r: RawRequest) => ({ ...r, path: `${r.path}&versionId=1` })],
    ['another method', (r: RawRequest) => ({ ...r, method: 'DELETE' })],
    ['another host', (r: RawRequest) => ({ ...r, headers: { host: 'other' } })],
  ])('with %s is refused', async (_what, change) => {
    expect(await refused(change(await presigned('/b/k')))).toBe('SignatureDoesNotMatch');
  });

  test('of a key that cannot be one is refused', async () => {
    const made = await presigned('/b/k');
    const path = made.path.replace(/Credential=\w+/, 'Credential=A%00');
    expect(await refused({ ...made, path })).toBe('InvalidAccessKeyId');
  });

  test('with an unsigned header is refused', async () => {
    const made = await presigned('/b/k');
    expect(
      await refused({ ...made, headers: { ...made.headers, 'x-amz-acl': 'public-read' } }),
    ).toBe('AccessDenied');
  });
});

describe('a body', () => {
  const s3 = (options: object = {}) =>
    new S3Client({
      endpoint: studio.url,
      region: 'us-east-1',
      credentials: keys,
      forcePathStyle: true,
      maxAttempts: 1,
      ...options,
    });

  async function headersOf(
    client: S3Client,
    input: Partial<ConstructorParameters<typeof PutObjectCommand>[0]>,
  ): Promise<Record<string, string>> {
    let headers: Record<string, string> = {};
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        headers = (result.response as { headers: Record<string, string> }).headers;
        return result;
      },
      { step: 'deserialize', priority: 'low' },
    );
    await client.send(new PutObjectCommand({ Bucket: 'b', Key: 'k', ...input }));
    return headers;
  }

  test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'streamed with a %s trailer arrives whole, its checksum verified',
    async (ChecksumAlgorithm) => {
      const body = Buffer.alloc(300_000, 'abc');
      const headers = await headersOf(s3(), {
        Body: Readable.from([body.subarray(0, 100_000), body.subarray(100_000)]),
        ContentLength: body.length,
        ChecksumAlgorithm,
      });
      expect(headers['x-bytes']).toBe(String(body.length));
      expect(headers['x-checksums']).toContain(`x-amz-checksum-${ChecksumAlgorithm.toLowerCase()}`);
    },
  );

  test('at hand arrives whole, its hash verified', async () => {
    const headers = await headersOf(s3(), { Body: 'x'.repeat(100_000) });
    expect(headers['x-bytes']).toBe('100000');
  });

  test.each([
    ['another hash', { 'x-amz-content-sha256': 'a'.repeat(64) }, 'XAmzContentSHA256Mismatch'],
    ['another MD5', { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }, 'BadDigest'],
    ['another CRC32', { 'x-amz-checksum-crc32': 'AAAAAA==' }, 'BadDigest'],
  ])('with %s than was signed is refused', async (_what, headers, code) => {
    const request = put('/b/k', 'hello');
    const signed = await signRaw(
      { ...request, headers: { ...request.headers, ...headers } },
      asS3(),
    );
    expect(await refused(signed)).toBe(code);
  });

  test.each([
    [
      'a checksum that does not hold',
      '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n',
      'BadDigest',
    ],
    ['a trailer that is missing', '5\r\nhello\r\n0\r\n\r\n', 'InvalidRequest'],
    ['fewer bytes than announced', '4\r\nhell\r\n0\r\n\r\n', 'IncompleteBody'],
    ['more bytes than announced', '6\r\nhello!\r\n0\r\n\r\n', 'IncompleteBody'],
    ['a broken frame', 'zz\r\nhello', 'InvalidRequest'],
    ['no end', '5\r\nhello\r\n', 'IncompleteBody'],
  ])('in chunks with %s is refused', async (_what, body, code) => {
    const signed = await signRaw(
      {
        method: 'PUT',
        path: '/b/k',
        headers: {
          'content-encoding': 'aws-chunked',
          'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
          'x-amz-decoded-content-length': '5',
          'x-amz-trailer': 'x-amz-checksum-crc32',
        },
        body,
      },
      asS3(),
    );
    expect(await refused(signed)).toBe(code);
  });

  test('is not asked for when the request is refused', async () => {
    const expecting = (headers: Record<string, string>) =>
      new Promise<{ status: number; continued: boolean }>((resolve, reject) => {
        let continued = false;
        const sent = httpRequest(
          {
            host: '127.0.0.1',
            port: studio.port,
            method: 'PUT',
            path: '/b/k',
            agent: false,
            headers: { ...headers, 'content-length': '5', expect: '100-continue' },
          },
          (answer) => {
            answer.resume();
            answer.on('end', () => resolve({ status: answer.statusCode ?? 0, continued }));
          },
        );
        sent.on('continue', () => {
          continued = true;
          sent.end('hello');
        });
        sent.on('error', reject);
        sent.flushHeaders();
      });
    const signed = await signRaw(put('/b/k', 'hello'), asS3());
    expect(await expecting({ ...signed.headers })).toEqual({ status: 200, continued: true });
    const forged = await signRaw(put('/b/k', 'hello'), {
      ...asS3(),
      keys: { ...keys, secretAccessKey: 'x'.repeat(40) },
    });
    expect(await expecting({ ...forged.headers })).toEqual({ status: 403, continued: false });
  });
});

describe("an account's socket", () => {
  test("takes its account's keys and refuses another's", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'studio-socket-'));
    const socketPath = join(folder, 'studio.sock');
    const listening = await studio.studio.listenForAccount(keys.accountId, socketPath);
    const stranger = await studio.createKeys({
      accountId: await studio.createAccount(),
      permissions: allowAll,
    });
    const own = await sendRaw({ socketPath }, await signRaw(say('own'), asTester()));
    expect(own.status).toBe(200);
    reached.length = 0;
    const foreign = await signRaw(say('foreign'), { ...asTester(), keys: stranger });
    expect((await sendRaw({ socketPath }, foreign)).status).toBe(403);
    expect(reached).toEqual([]);
    expect((await sendRaw(studio, foreign)).status).toBe(200);
    await listening.close();
    await rm(folder, { recursive: true });
  });
});

describe('the audit', () => {
  const eventsOf = async (accountId: string) => {
    const { rows } = await studio.database.query<{ event: Record<string, unknown> }>(
      'select event from audit_events where recipient_account_id = $1 order by id',
      [accountId],
    );
    return rows.map((row) => row.event);
  };

  test('holds what was done and what was refused, in the account of who did it', async () => {
    const accountId = await studio.createAccount();
    const own = await studio.createKeys({
      accountId,
      permissions: policy({
        Effect: 'Allow',
        Action: ['tester:*'],
        Resource: ['arn:aws:tester:::yes'],
      }),
    });
    for (const text of ['yes', 'no']) {
      await sendRaw(studio, await signRaw(say(text), { ...asTester(), keys: own }));
    }
    const events = await eventsOf(accountId);
    expect(events).toMatchObject([
      {
        eventSource: 'tester.amazonaws.com',
        eventName: 'DescribeEcho',
        readOnly: true,
        sourceIPAddress: '127.0.0.1',
        recipientAccountId: accountId,
        requestParameters: { Say: 'yes' },
        resources: [{ ARN: 'arn:aws:tester:::yes', accountId }],
        userIdentity: { type: 'AssumedRole', accountId, accessKeyId: own.accessKeyId },
      },
      {
        eventName: 'DescribeEcho',
        errorCode: 'AccessDeniedException',
        requestParameters: { Say: 'no' },
      },
    ]);
    expect(events[0]).not.toHaveProperty('errorCode');
    expect(JSON.stringify(events)).not.toContain(own.sessionToken);
  });

  test('shows who has no account to the provider', async () => {
    const { providerAccountId } = studio.studio.platform;
    const accessKeyId = 'ASIAAAAAAAAAAAAAAAAA';
    await sendRaw(
      studio,
      await signRaw(say('x'), { ...asTester(), keys: { ...keys, accessKeyId } }),
    );
    await sendRaw(studio, say('y'));
    const events = (await eventsOf(providerAccountId)).slice(-2);
    expect(events).toMatchObject([
      { errorCode: 'UnrecognizedClientException', userIdentity: { accessKeyId } },
      { errorCode: 'MissingAuthenticationTokenException', userIdentity: { type: 'Unknown' } },
    ]);
  });

  test('cannot be changed', async () => {
    await sendRaw(studio, say('x'));
    await expect(studio.database.query('delete from audit_events')).rejects.toThrow(/append-only/);
    await expect(studio.database.query(`update audit_events set event_name = 'x'`)).rejects.toThrow(
      /append-only/,
    );
  });

  test('keeps what no database text may hold', async () => {
    const answer = await sendRaw(studio, await signRaw(say('nul \u0000 and \ud800'), asTester()));
    expect(answer.status).toBe(200);
    // The name of the operation is taken before anybody is believed.
    const form = await fetch(studio.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Version=2011-06-15&Action=Get%00%ED%A0%80',
    });
    expect(form.status).toBe(403);
    expect((await sendRaw(studio, await signRaw(say('after'), asTester()))).status).toBe(200);
    const events = await eventsOf(studio.studio.platform.providerAccountId);
    expect(events.at(-1)).toMatchObject({ eventName: expect.stringMatching(/^Get/) });
  });
});

test('an unchanged request may be sent again within its time, as at AWS', async () => {
  const signed = await signRaw(say('again'), asTester());
  expect((await sendRaw(studio, signed)).status).toBe(200);
  expect((await sendRaw(studio, signed)).status).toBe(200);
});

test('secrets and tokens are not in the database', async () => {
  const { rows } = await studio.database.query<{ text: string }>(
    'select s::text as text from sts_sessions s union all select k::text from iam_service_keys k',
  );
  const all = rows.map((row) => row.text).join('\n');
  expect(all).toContain(keys.accessKeyId);
  expect(all).not.toContain(keys.secretAccessKey);
  expect(all).not.toContain(keys.sessionToken);
});

test('what is public needs no signature, and nothing else is public', async () => {
  const get = async (path: string) => (await fetch(`${studio.url}${path}`)).status;
  expect(await get('/healthz')).toBe(200);
  expect(await get('/sts/jwks')).toBe(200);
  expect(await get('/sts/anything')).toBe(403);
});

test('a client of a region that Studio does not have is told so', async () => {
  const client = new STSClient({
    endpoint: studio.url,
    region: 'eu-west-1',
    credentials: keys,
    maxAttempts: 1,
  });
  await expect(client.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
    message: expect.stringContaining("region: 'us-east-1'"),
  });
});
