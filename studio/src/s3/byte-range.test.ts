import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRange } from './byte-range.ts';

test('a range that is answered lies within the object and begins where it was asked to', () => {
  fc.assert(
    fc.property(fc.nat(50), fc.nat(60), fc.nat(60), (bytes, first, length) => {
      const header = `bytes=${first}-${first + length}`;
      if (first >= bytes) {
        expect(() => parseRange(header, bytes)).toThrow('not satisfiable');
      } else {
        const last = Math.min(first + length, bytes - 1);
        expect(parseRange(header, bytes)).toEqual({ first, last });
      }
    }),
  );
});

test.each([
  [undefined, 10, null],
  ['bytes=-', 10, null],
  ['bytes=a-b', 10, null],
  ['bytes=0-0,2-3', 10, null],
  ['bytes=5-2', 10, null],
  ['bytes=-20', 10, { first: 0, last: 9 }],
  ['bytes=9-', 10, { first: 9, last: 9 }],
] as const)('%s of %d bytes', (header, bytes, range) => {
  expect(parseRange(header, bytes)).toEqual(range);
});

test.each(['bytes=-0', 'bytes=0-', 'bytes=-5'])('%s of nothing is not satisfiable', (header) => {
  expect(() => parseRange(header, 0)).toThrow('not satisfiable');
});
