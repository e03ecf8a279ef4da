import { expect, it } from 'vitest';
import { parseTenantSearch } from './tenant-search.ts';

it('takes a search and a state that exists', () => {
  expect(parseTenantSearch({ search: 'foo', state: 'suspended' })).toEqual({
    search: 'foo',
    state: 'suspended',
  });
});

it('leaves out a state that does not', () => {
  expect(parseTenantSearch({ state: 'gone', sort: 'name' })).toEqual({});
});
