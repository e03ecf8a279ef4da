import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type ChecksumAlgorithm,
  combineChecksums,
  compositeChecksum,
  startChecksum,
} from './checksums.ts';

function checksumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): string {
  const running = startChecksum(algorithm);
  running.update(bytes);
  return running.digest();
}

/** Check values that the catalogue of CRC algorithms publishes for these nine digits. */
const digits = Buffer.from('123456789');
const published: readonly [ChecksumAlgorithm, string][] = [
  ['CRC32', 'cbf43926'],
  ['CRC32C', 'e3069283'],
  ['CRC64NVME', 'ae8b14860a799888'],
  ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
];

test.each(published)('%s has its published check value', async (algorithm, hex) => {
  expect(Buffer.from(checksumOf(algorithm, digits), 'base64').toString('hex')).toBe(hex);
});

test.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)(
  '%s of parts combines to that of the whole',
  async (algorithm) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 3000 }), { minLength: 1, maxLength: 6 }),
        async (parts) => {
          const sums = await Promise.all(
            parts.map(async (part) => ({
              value: checksumOf(algorithm, part),
              bytes: part.length,
            })),
          );
          expect(combineChecksums(algorithm, sums)).toBe(
            checksumOf(algorithm, Buffer.concat(parts)),
          );
        },
      ),
      { numRuns: 40 },
    );
  },
);

test('a composite checksum covers the parts\u2019 raw checksums and counts them', async () => {
  const parts = [checksumOf('CRC32', digits), checksumOf('CRC32', Buffer.from('abc'))];
  const raw = Buffer.concat(parts.map((part) => Buffer.from(part, 'base64')));
  expect(compositeChecksum('CRC32', parts)).toBe(`${checksumOf('CRC32', raw)}-2`);
});
