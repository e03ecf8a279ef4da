import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changeListSearch, nextSort, parseListSearch } from './list-search.ts';

const SORTS = ['name', '-name', '-churn'] as const;

describe('parseListSearch', () => {
  it('takes what a list understands', () => {
    expect(parseListSearch({ search: ' mara ', sort: '-churn', cursor: 'abc' }, SORTS)).toEqual({
      search: 'mara',
      sort: '-churn',
      cursor: 'abc',
    });
  });

  it('leaves out an unknown order and an empty search', () => {
    expect(parseListSearch({ search: '  ', sort: 'password' }, SORTS)).toEqual({});
  });

  it('takes a search for a number, which the address parser turns into one', () => {
    expect(parseListSearch({ search: 4711 }, SORTS)).toEqual({ search: '4711' });
  });

  it('never throws and never exceeds what the services accept', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('search', 'sort', 'cursor'), fc.anything()),
        (given) => {
          const read = parseListSearch(given, SORTS);
          expect((read.search ?? '').length).toBeLessThanOrEqual(100);
          expect((read.cursor ?? '').length).toBeLessThanOrEqual(2000);
          if (read.sort !== undefined) expect(SORTS).toContain(read.sort);
        },
      ),
    );
  });
});

describe('changeListSearch', () => {
  it('goes back to the first page when the list becomes another one', () => {
    expect(changeListSearch({ search: 'a', cursor: 'page-2' }, { search: 'b' })).toEqual({
      search: 'b',
    });
  });

  it('keeps the rest when the page changes', () => {
    expect(changeListSearch({ search: 'a', cursor: 'page-2' }, { cursor: 'page-3' })).toEqual({
      search: 'a',
      cursor: 'page-3',
    });
  });

  it('leaves nothing empty in the address', () => {
    expect(changeListSearch({ search: 'a' }, { search: '' })).toEqual({});
  });
});

it('turns an order round when its column is pressed again', () => {
  expect(nextSort(['name', '-name'], undefined)).toBe('name');
  expect(nextSort(['name', '-name'], 'name')).toBe('-name');
  expect(nextSort(['name', '-name'], '-name')).toBe('name');
});
