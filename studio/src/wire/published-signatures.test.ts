import { describe, expect, test } from 'vitest';
import type { Caller } from '../iam/access.ts';
import { createAuthenticate, type SignedRequest } from './authenticate.ts';
import { decodeChunked } from './chunked.ts';
import { emptySha256, signingKey } from './sigv4.ts';

/** Requests, keys and signatures printed in Amazon S3's API reference. */
const accessKeyId = 'AKIAIOSFODNN7EXAMPLE';
const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const timestamp = '20130524T000000Z';
const scope = '20130524/us-east-1/s3/aws4_request';
const host = 'examplebucket.s3.amazonaws.com';

const caller = { accountId: '111111111111' } as Caller;
const authenticateAt = (now: string) =>
  createAuthenticate({
    keys: { lookup: async () => ({ found: true, secret, caller }) },
    region: 'us-east-1',
    now: () => new Date(now),
  });

function request(url: string, headers: Record<string, string>): SignedRequest {
  const { pathname, searchParams } = new URL(`http://${host}${url}`);
  return {
    method: 'GET',
    rawPath: pathname,
    query: searchParams,
    headers: new Map(Object.entries({ host, ...headers })),
    service: 's3',
    readBody: async () => new Uint8Array(),
  };
}

const authorization = (signedHeaders: string, signature: string): string =>
  `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope},SignedHeaders=${signedHeaders},Signature=${signature}`;
const common = { 'x-amz-content-sha256': emptySha256, 'x-amz-date': timestamp };

describe('published requests verify', () => {
  test.each([
    [
      'GET object with a range',
      request('/test.txt', {
        ...common,
        range: 'bytes=0-9',
        authorization: authorization(
          'host;range;x-amz-content-sha256;x-amz-date',
          'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
        ),
      }),
    ],
    [
      'GET bucket lifecycle',
      request('/?lifecycle', {
        ...common,
        authorization: authorization(
          'host;x-amz-content-sha256;x-amz-date',
          'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
        ),
      }),
    ],
    [
      'GET bucket with parameters',
      request('/?max-keys=2&prefix=J', {
        ...common,
        authorization: authorization(
          'host;x-amz-content-sha256;x-amz-date',
          '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
        ),
      }),
    ],
    [
      'a presigned URL',
      request(
        `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(`${accessKeyId}/${scope}`)}&X-Amz-Date=${timestamp}&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404`,
        {},
      ),
    ],
  ])('%s', async (_what, signed) => {
    const authenticate = authenticateAt('2013-05-24T00:05:00Z');
    await expect(authenticate(signed)).resolves.toMatchObject({ caller });
    const tampered = { ...signed, rawPath: `${signed.rawPath}x` };
    await expect(authenticate(tampered)).rejects.toMatchObject({ fault: 'signature' });
  });
});

describe('published chunks verify', () => {
  const a = (length: number): string => 'a'.repeat(length);
  const read = async (text: string, seedSignature: string, trailerSigned: boolean) => {
    const trailers: Record<string, string> = {};
    const [date = '', region = '', service = ''] = scope.split('/');
    const source = async function* () {
      // Cut where no line ends.
      for (let at = 0; at < text.length; at += 1_000) {
        yield Buffer.from(text.slice(at, at + 1_000));
      }
    };
    let bytes = 0;
    const body = decodeChunked({
      source: source(),
      signing: {
        key: signingKey(secret, { date, region, service }),
        timestamp,
        scope,
        seedSignature,
      },
      trailerSigned,
      onTrailer: (name, value) => {
        trailers[name] = value;
      },
    });
    for await (const chunk of body) bytes += chunk.length;
    return { bytes, trailers };
  };

  const signed = [
    `10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n${a(65_536)}\r\n`,
    `400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n${a(1_024)}\r\n`,
    '0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n',
  ];
  const seed = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9';

  test('signed chunks', async () => {
    expect(await read(signed.join(''), seed, false)).toEqual({ bytes: 66_560, trailers: {} });
  });

  test.each([
    ['a changed byte', signed.join('').replace(/a\r\n400/, 'b\r\n400'), 'SignatureDoesNotMatch'],
    [
      'chunks in another order',
      [signed[1], signed[0], signed[2]].join(''),
      'SignatureDoesNotMatch',
    ],
    ['a missing chunk', [signed[0], signed[2]].join(''), 'SignatureDoesNotMatch'],
    ['a missing end', signed.slice(0, 2).join(''), 'IncompleteBody'],
    ['a cut chunk', signed.join('').slice(0, 5_000), 'IncompleteBody'],
    [
      'an unsigned chunk',
      signed.join('').replace(/;chunk-signature=ad80[0-9a-f]+/, ''),
      'SignatureDoesNotMatch',
    ],
    ['no framing', 'hello', 'IncompleteBody'],
    ['rubbish', 'hello\r\nworld\r\n', 'InvalidRequest'],
  ])('%s does not', async (_what, text, code) => {
    await expect(read(text, seed, false)).rejects.toMatchObject({ code });
  });

  const withTrailer = [
    `10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n${a(65_536)}\r\n`,
    `400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n${a(1_024)}\r\n`,
    '0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n',
    'x-amz-checksum-crc32c:sOO8/Q==\r\n',
    'x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n',
  ];
  const trailerSeed = '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e';

  test('signed chunks with a signed trailer', async () => {
    expect(await read(withTrailer.join(''), trailerSeed, true)).toEqual({
      bytes: 66_560,
      trailers: { 'x-amz-checksum-crc32c': 'sOO8/Q==' },
    });
  });

  test.each([
    ['a changed trailer', withTrailer.join('').replace('sOO8', 'sOO9')],
    ['a trailer without signature', withTrailer.slice(0, 4).join('')],
  ])('%s does not', async (_what, text) => {
    await expect(read(text, trailerSeed, true)).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
  });
});

describe('time', () => {
  const presigned = request(
    `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(`${accessKeyId}/${scope}`)}&X-Amz-Date=${timestamp}&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404`,
    {},
  );
  const signed = request('/?lifecycle', {
    ...common,
    authorization: authorization(
      'host;x-amz-content-sha256;x-amz-date',
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ),
  });
  test.each([
    ['a request 15 minutes old', signed, '2013-05-24T00:15:00Z', null],
    ['a request older than that', signed, '2013-05-24T00:15:01Z', 'skew'],
    ['a request from 15 minutes ahead', signed, '2013-05-23T23:45:00Z', null],
    ['a request from further ahead', signed, '2013-05-23T23:44:59Z', 'skew'],
    ['a URL within its life', presigned, '2013-05-25T00:00:00Z', null],
    ['a URL past its life', presigned, '2013-05-25T00:00:01Z', 'expired-url'],
    ['a URL from the future', presigned, '2013-05-23T23:00:00Z', 'skew'],
  ])('%s', async (_what, made, now, fault) => {
    const outcome = authenticateAt(now)(made);
    if (fault) await expect(outcome).rejects.toMatchObject({ fault });
    else await expect(outcome).resolves.toBeDefined();
  });
});
