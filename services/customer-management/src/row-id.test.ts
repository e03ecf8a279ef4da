import { v7 as uuidv7, version } from 'uuid';
import { expect, it } from 'vitest';
import { rowId } from './row-id.ts';

it('is a UUIDv7 of its import and line, and of nothing else', () => {
  const importId = uuidv7();
  const ids = Array.from({ length: 10_000 }, (_, line) => rowId(importId, line));
  expect(new Set(ids).size).toBe(ids.length);
  expect(rowId(importId, 7)).toBe(ids[7]);
  expect(rowId(uuidv7(), 7)).not.toBe(ids[7]);
  for (const id of ids.slice(0, 100)) {
    expect(version(id)).toBe(7);
    expect(id.slice(0, 13)).toBe(importId.slice(0, 13));
  }
});
