import type { ImportMapping } from '@atelier/contracts';
import { describe, expect, it } from 'vitest';
import { type ImportLine, readImport, sampleFile, UnreadableFile } from './import-reader.ts';

async function* bytesOf(text: string): AsyncIterable<Uint8Array> {
  // In odd pieces, so that lines are cut anywhere.
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

const read = async (
  kind: 'customers' | 'purchases',
  mapping: Partial<ImportMapping>,
  text: string,
): Promise<ImportLine[]> => {
  const full: ImportMapping = {
    separator: 'comma',
    header: true,
    columns: {},
    dateFormat: 'yyyy-mm-dd',
    currency: 'USD',
    ...mapping,
  };
  const lines: ImportLine[] = [];
  for await (const line of readImport(kind, full, bytesOf(text))) lines.push(line);
  return lines;
};

const PURCHASES = { customerId: 'c', purchasedOn: 'd', quantity: 'q', value: 'v' };

describe('reads', () => {
  it('columns by name, in any order and case, and through quotes', async () => {
    const lines = await read(
      'purchases',
      { columns: PURCHASES },
      'V,Q,D,C\n29.33,2,1997-01-18,"4,5"\n',
    );
    expect(lines).toEqual([
      {
        line: 2,
        row: { customerId: '4,5', purchasedOn: '1997-01-18', quantity: '2', value: '29.33' },
      },
    ]);
  });

  it('runs of blanks without header, by number', async () => {
    const lines = await read(
      'purchases',
      {
        separator: 'blanks',
        header: false,
        dateFormat: 'yyyymmdd',
        columns: { customerId: 1, purchasedOn: 3, quantity: 4, value: 5 },
      },
      ' 00004 0001 19970101  2   29.33\n 00004 0001 19970118  2   29.73\n',
    );
    expect(lines.map((line) => 'row' in line && line.row)).toEqual([
      { customerId: '00004', purchasedOn: '1997-01-01', quantity: '2', value: '29.33' },
      { customerId: '00004', purchasedOn: '1997-01-18', quantity: '2', value: '29.73' },
    ]);
  });

  it('customers with what is optional left out', async () => {
    const columns = { customerId: 'id', name: 'name', email: 'mail' };
    const lines = await read(
      'customers',
      { columns },
      'id,name,mail\n1,Ann,\n2,Bob,bob@x.example\n',
    );
    expect(lines).toMatchObject([
      { row: { name: 'Ann', email: null, country: null } },
      { row: { name: 'Bob', email: 'bob@x.example' } },
    ]);
  });
});

describe('names line and column of', () => {
  it.each([
    ['a date that is not in the calendar', '4,1997-02-30,2,1', 'purchasedOn'],
    ['a broken date', '4,18 Jan 1997,2,1', 'purchasedOn'],
    ['a negative amount', '4,1997-01-18,2,-1.00', 'value'],
    ['an amount with signs of thousands', '4,1997-01-18,2,"1,234.00"', 'value'],
    ['no quantity', '4,1997-01-18,0,1', 'quantity'],
    ['an empty customer', ' ,1997-01-18,2,1', 'customerId'],
    ['a control character', 'a\u0000b,1997-01-18,2,1', 'customerId'],
    ['a line that is too short', '4,1997-01-18', 'quantity'],
  ])('%s', async (_, line, column) => {
    const lines = await read(
      'purchases',
      { columns: PURCHASES },
      `c,d,q,v\n4,1997-01-18,2,1\n${line}\n`,
    );
    expect(lines[0]).toHaveProperty('row');
    expect(lines[1]).toMatchObject({ line: 3, column });
  });

  it('a purchase after the as-of date', async () => {
    const lines = await read(
      'purchases',
      { columns: PURCHASES, asOf: '1997-01-31' },
      'c,d,q,v\n4,1997-02-01,2,1\n',
    );
    expect(lines[0]).toMatchObject({ column: 'purchasedOn' });
  });
});

it('refuses a mapping whose columns the file has not', async () => {
  await expect(
    read('purchases', { columns: { ...PURCHASES, value: 'dollars' } }, 'c,d,q,v\n'),
  ).rejects.toThrow(UnreadableFile);
});

it.each([
  ['comma', 'a,b,c\n1,2,3\n'],
  ['tab', 'a\tb\tc\n1\t2\t3\n'],
  ['semicolon', 'a;b;c\n1;2;3,5\n'],
  ['blanks', ' 00004 0001 19970101  2   29.33\n 00004 0001 19970118  2   29.73\n'],
])('finds the separator %s by itself', async (separator, text) => {
  expect((await sampleFile(new TextEncoder().encode(text))).separator).toBe(separator);
});
