import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A running digest over a payload; `digest` is base64, as checksum headers carry it. */
export interface Checksum {
  update(chunk: Uint8Array): void;
  digest(): string;
}

/** The checksum headers of S3, and how each is computed. */
export const checksumHeaders = [
  'x-amz-checksum-crc32',
  'x-amz-checksum-crc32c',
  'x-amz-checksum-crc64nvme',
  'x-amz-checksum-sha1',
  'x-amz-checksum-sha256',
  'content-md5',
] as const;

export type ChecksumHeader = (typeof checksumHeaders)[number];

export const isChecksumHeader = (name: string): name is ChecksumHeader =>
  (checksumHeaders as readonly string[]).includes(name);

export function createChecksum(header: ChecksumHeader): Checksum {
  switch (header) {
    case 'x-amz-checksum-crc32':
      return createCrc32();
    case 'x-amz-checksum-crc32c':
      return createCrc32c();
    case 'x-amz-checksum-crc64nvme':
      return createCrc64Nvme();
    case 'x-amz-checksum-sha1':
      return createHashChecksum('sha1');
    case 'x-amz-checksum-sha256':
      return createHashChecksum('sha256');
    case 'content-md5':
      return createHashChecksum('md5');
  }
}

function createHashChecksum(name: string): Checksum {
  const hash = createHash(name);
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest('base64') };
}

function createCrc32(): Checksum {
  let value = 0;
  return {
    update: (chunk) => {
      value = crc32(chunk, value);
    },
    digest: () => wordsToBase64([value]),
  };
}

/** Castagnoli's polynomial, reflected: eight tables of 256 in one array, so that eight bytes go at a step. */
const crc32cTables = (() => {
  const tables = new Uint32Array(8 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
    }
    tables[byte] = value;
  }
  for (let index = 256; index < tables.length; index += 1) {
    const previous = at(tables, index - 256);
    tables[index] = (previous >>> 8) ^ at(tables, previous & 255);
  }
  return tables;
})();

function at(table: Uint32Array, index: number): number {
  return table[index] as number;
}

function createCrc32c(): Checksum {
  const tables = crc32cTables;
  let value = 0xffffffff;
  return {
    update: (chunk) => {
      const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let offset = 0;
      for (; offset + 8 <= chunk.length; offset += 8) {
        const low = view.getUint32(offset, true) ^ value;
        const high = view.getUint32(offset + 4, true);
        value =
          at(tables, 1792 + (low & 255)) ^
          at(tables, 1536 + ((low >>> 8) & 255)) ^
          at(tables, 1280 + ((low >>> 16) & 255)) ^
          at(tables, 1024 + (low >>> 24)) ^
          at(tables, 768 + (high & 255)) ^
          at(tables, 512 + ((high >>> 8) & 255)) ^
          at(tables, 256 + ((high >>> 16) & 255)) ^
          at(tables, high >>> 24);
      }
      for (; offset < chunk.length; offset += 1) {
        value = at(tables, (value ^ view.getUint8(offset)) & 255) ^ (value >>> 8);
      }
    },
    digest: () => wordsToBase64([~value]),
  };
}

/** NVMe's 64-bit polynomial, reflected, as two 32-bit halves: BigInt would be some fifty times slower. */
const crc64Tables = (() => {
  const low = new Uint32Array(256);
  const high = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte += 1) {
    let lowValue = byte;
    let highValue = 0;
    for (let bit = 0; bit < 8; bit += 1) {
      const carry = lowValue & 1;
      lowValue = (lowValue >>> 1) | ((highValue & 1) << 31);
      highValue >>>= 1;
      if (carry) {
        lowValue ^= 0xac4bc9b5;
        highValue ^= 0x9a6c9329;
      }
    }
    low[byte] = lowValue >>> 0;
    high[byte] = highValue >>> 0;
  }
  return { low, high };
})();

function createCrc64Nvme(): Checksum {
  let low = 0xffffffff;
  let high = 0xffffffff;
  return {
    update: (chunk) => {
      for (let offset = 0; offset < chunk.length; offset += 1) {
        const index = (low ^ (chunk[offset] as number)) & 255;
        low = ((low >>> 8) | (high << 24)) ^ at(crc64Tables.low, index);
        high = (high >>> 8) ^ at(crc64Tables.high, index);
      }
    },
    digest: () => wordsToBase64([~high, ~low]),
  };
}

function wordsToBase64(words: readonly number[]): string {
  const bytes = Buffer.alloc(words.length * 4);
  words.forEach((word, index) => {
    bytes.writeUInt32BE(word >>> 0, index * 4);
  });
  return bytes.toString('base64');
}
