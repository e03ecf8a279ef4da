import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc32c, Crc64Nvme } from '@aws-sdk/checksums/crc';

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

export interface RunningChecksum {
  update(chunk: Uint8Array): void;
  /** Base64. */
  digest(): Promise<string>;
}

export const checksumHeader = (algorithm: ChecksumAlgorithm): string =>
  `x-amz-checksum-${algorithm.toLowerCase()}`;

export const isChecksumAlgorithm = (name: string): name is ChecksumAlgorithm =>
  (checksumAlgorithms as readonly string[]).includes(name);

function runningCrc32(): RunningChecksum {
  let value = 0;
  return {
    update(chunk) {
      value = crc32(chunk, value);
    },
    async digest() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes.toString('base64');
    },
  };
}

export function startChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  switch (algorithm) {
    case 'CRC32':
      return runningCrc32();
    case 'CRC32C':
    case 'CRC64NVME': {
      const crc = algorithm === 'CRC32C' ? new Crc32c() : new Crc64Nvme();
      return {
        update: (chunk) => crc.update(chunk),
        digest: async () => Buffer.from(await crc.digest()).toString('base64'),
      };
    }
    case 'SHA1':
    case 'SHA256': {
      const hash = createHash(algorithm);
      return { update: (chunk) => hash.update(chunk), digest: async () => hash.digest('base64') };
    }
  }
}

/** The checksum of the parts' checksums, `<base64>-<parts>`. */
export async function compositeChecksum(
  algorithm: ChecksumAlgorithm,
  parts: readonly string[],
): Promise<string> {
  const running = startChecksum(algorithm);
  for (const part of parts) running.update(Buffer.from(part, 'base64'));
  return `${await running.digest()}-${parts.length}`;
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
