import { createChecksum, type Checksum as RunningChecksum } from '../wire/checksums.ts';

export const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** Over all bytes, or over the parts' own checksums with `-<parts>` behind. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumType;
  /** Base64, as in Amazon's headers. */
  readonly value: string;
}

const headers = {
  CRC32: 'x-amz-checksum-crc32',
  CRC32C: 'x-amz-checksum-crc32c',
  CRC64NVME: 'x-amz-checksum-crc64nvme',
  SHA1: 'x-amz-checksum-sha1',
  SHA256: 'x-amz-checksum-sha256',
} as const;

export const checksumHeader = (algorithm: ChecksumAlgorithm) => headers[algorithm];

export const isChecksumAlgorithm = (name: string): name is ChecksumAlgorithm =>
  (checksumAlgorithms as readonly string[]).includes(name);

export const startChecksum = (algorithm: ChecksumAlgorithm): RunningChecksum =>
  createChecksum(headers[algorithm]);

/** The checksum of the parts' checksums, `<base64>-<parts>`. */
export function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly string[]): string {
  const running = startChecksum(algorithm);
  for (const part of parts) running.update(Buffer.from(part, 'base64'));
  return `${running.digest()}-${parts.length}`;
}

const reflectedPolynomials: Partial<Record<ChecksumAlgorithm, { bits: number; value: bigint }>> = {
  CRC32: { bits: 32, value: 0xedb88320n },
  CRC32C: { bits: 32, value: 0x82f63b78n },
  CRC64NVME: { bits: 64, value: 0x9a6c9329ac4bc9b5n },
};

/** Whether the checksum of a whole can be computed from those of its parts. */
export const isCombinable = (algorithm: ChecksumAlgorithm): boolean =>
  algorithm in reflectedPolynomials;

/** A matrix over GF(2), one integer per column, applied to a register. */
function times(matrix: readonly bigint[], vector: bigint): bigint {
  let sum = 0n;
  for (let bit = 0; vector !== 0n; bit += 1, vector >>= 1n) {
    if (vector & 1n) sum ^= matrix[bit] ?? 0n;
  }
  return sum;
}

/**
 * CRC of parts laid end to end, from the CRC and length of each: appending n zero bytes to a register is a linear map,
 * whose power is found by squaring (the method of zlib's `crc32_combine`).
 */
export function combineChecksums(
  algorithm: ChecksumAlgorithm,
  parts: readonly { value: string; bytes: number }[],
): string {
  const polynomial = reflectedPolynomials[algorithm];
  if (!polynomial) throw new Error(`${algorithm} cannot be combined`);
  const { bits, value } = polynomial;
  const square = (matrix: readonly bigint[]) => matrix.map((column) => times(matrix, column));
  const oneBit = Array.from({ length: bits }, (_, n) => (n === 0 ? value : 1n << BigInt(n - 1)));
  const oneByte = square(square(square(oneBit)));
  const powers: (readonly bigint[])[] = [oneByte];

  let total = 0n;
  for (const part of parts) {
    let length = BigInt(part.bytes);
    for (let power = 0; length !== 0n; power += 1, length >>= 1n) {
      const matrix = powers[power] ?? square(powers[power - 1] ?? oneByte);
      powers[power] = matrix;
      if (length & 1n) total = times(matrix, total);
    }
    total ^= BigInt(`0x${Buffer.from(part.value, 'base64').toString('hex')}`);
  }
  return Buffer.from(total.toString(16).padStart(bits / 4, '0'), 'hex').toString('base64');
}
