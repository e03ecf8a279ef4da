import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type ChecksumHeader, createChecksum } from './checksums.ts';

const digestOf = (header: ChecksumHeader, chunks: readonly Uint8Array[]): string => {
  const checksum = createChecksum(header);
  for (const chunk of chunks) checksum.update(chunk);
  return Buffer.from(checksum.digest(), 'base64').toString('hex');
};

/** The catalogue of parametrised CRC algorithms gives each one's value for this text. */
const checkText = Buffer.from('123456789');

describe('checksums', () => {
  test.each([
    ['x-amz-checksum-crc32', 'cbf43926'],
    ['x-amz-checksum-crc32c', 'e3069283'],
    ['x-amz-checksum-crc64nvme', 'ae8b14860a799888'],
    ['x-amz-checksum-sha1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['content-md5', '25f9e794323b453885f5181f1b624d0b'],
  ] as const)('%s has its published check value', (header, expected) => {
    expect(digestOf(header, [checkText])).toBe(expected);
  });

  test('how a payload is cut into chunks does not change any checksum', () => {
    const payload = randomBytes(10_007);
    const cut = [
      payload.subarray(0, 3),
      payload.subarray(3, 3),
      payload.subarray(3, 4096),
      payload.subarray(4096),
    ];
    for (const header of [
      'x-amz-checksum-crc32',
      'x-amz-checksum-crc32c',
      'x-amz-checksum-crc64nvme',
    ] as const) {
      expect(digestOf(header, cut)).toBe(digestOf(header, [payload]));
    }
    expect(digestOf('x-amz-checksum-crc32', cut)).toBe(
      crc32(payload).toString(16).padStart(8, '0'),
    );
  });
});
