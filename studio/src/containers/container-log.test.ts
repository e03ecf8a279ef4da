import { expect, test } from 'vitest';
import { createLineJoiner } from './container-log.ts';

const at = '2026-01-02T03:04:05.678901234+00:00';

test('pieces of a line and lines cut between reads are joined', () => {
  const joiner = createLineJoiner();
  expect(joiner.push(`${at} stdout P one \n${at} std`)).toEqual([]);
  expect(joiner.push(`out F two\n${at} stderr F \n`)).toEqual([
    { at: new Date('2026-01-02T03:04:05.678Z'), message: 'one two' },
    { at: new Date('2026-01-02T03:04:05.678Z'), message: '' },
  ]);
});

test('what has no line end comes at the end', () => {
  const joiner = createLineJoiner();
  joiner.push(`${at} stdout P half\n`);
  expect(joiner.rest().map(({ message }) => message)).toEqual(['half']);
});

test('a line without end is given in pieces', () => {
  const joiner = createLineJoiner();
  const piece = `${at} stdout P ${'x'.repeat(8192)}\n`;
  const lines = Array.from({ length: 64 }, () => joiner.push(piece)).flat();
  expect(lines).toHaveLength(2);
});
