import { describe, expect, it } from 'vitest';
import { guessColumns, guessDateFormat, guessHeader } from './guess-mapping.ts';
import { splitSample } from './split-sample.ts';

const shop = [
  ['customer', 'date', 'quantity', 'value'],
  ['C-1', '2026-01-03', '2', '29.33'],
  ['C-2', '2026-01-04', '1', '9.99'],
];
/** As in CDNOW: id in the full data, customer id, date, number of CDs, dollars. */
const headerless = [
  ['00001', '0001', '19970101', '1', '11.77'],
  ['00002', '0002', '19970112', '1', '12.00'],
];
const people = [
  ['id', 'full name', 'e-mail', 'country'],
  ['C-1', 'Lena Brandt', 'lena@example.com', 'DE'],
];

describe('header', () => {
  it('is seen where words stand over values', () => {
    expect(guessHeader(shop)).toBe(true);
    expect(guessHeader(people)).toBe(true);
  });

  it('is not seen where values begin at once', () => {
    expect(guessHeader(headerless)).toBe(false);
    expect(guessHeader([])).toBe(false);
  });
});

describe('columns', () => {
  it('are found by their names', () => {
    expect(guessColumns('purchases', shop, true)).toEqual({
      customerId: 1,
      purchasedOn: 2,
      quantity: 3,
      value: 4,
    });
    expect(guessColumns('customers', people, true)).toEqual({
      customerId: 1,
      name: 2,
      email: 3,
      country: 4,
    });
  });

  it('are found by what they hold where there are no names', () => {
    expect(guessColumns('purchases', headerless, false)).toEqual({
      customerId: 2,
      purchasedOn: 3,
      quantity: 4,
      value: 5,
    });
    expect(guessColumns('customers', people.slice(1), false)).toMatchObject({ name: 2, email: 3 });
  });

  it('may name customers by more than digits', () => {
    const rows = [
      ['1', 'C-1', '19970101', '1', '11.77'],
      ['2', 'C-2', '19970112', '5', '12.00'],
    ];
    expect(guessColumns('purchases', rows, false)).toMatchObject({ customerId: 2, quantity: 4 });
  });

  it('are left open where nothing fits', () => {
    expect(
      guessColumns(
        'purchases',
        [
          ['a', 'b'],
          ['x y', 'z z'],
        ],
        true,
      ),
    ).toEqual({});
  });
});

it('dates tell how they are written', () => {
  expect(guessDateFormat(shop)).toBe('yyyy-mm-dd');
  expect(guessDateFormat(headerless)).toBe('yyyymmdd');
  expect(guessDateFormat([['03.01.2026']])).toBe('dd.mm.yyyy');
  expect(guessDateFormat([['01/03/2026']])).toBe('mm/dd/yyyy');
  expect(guessDateFormat([['tomorrow']])).toBeUndefined();
});

it('a sample can be looked at through another separator', () => {
  const sample = { separator: 'comma', rows: [['a;b', 'c;d']] } as const;
  expect(splitSample(sample, 'semicolon')).toEqual([['a', 'b,c', 'd']]);
  expect(splitSample(sample, 'comma')).toBe(sample.rows);
  expect(splitSample({ separator: 'tab', rows: [['a', 'b']] }, 'blanks')).toEqual([['a', 'b']]);
});
