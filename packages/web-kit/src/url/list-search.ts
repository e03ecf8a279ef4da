/** What a list shows, as it stands in the address: a link to it shows the same. */
export interface ListSearch<Sort extends string = string> {
  readonly search?: string | undefined;
  readonly sort?: Sort | undefined;
  readonly cursor?: string | undefined;
}

const text = (value: unknown, max: number): string | undefined => {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const trimmed = String(value).trim().slice(0, max);
  return trimmed === '' ? undefined : trimmed;
};

export const oneOf = <Value extends string>(
  value: unknown,
  allowed: readonly Value[],
): Value | undefined => allowed.find((candidate) => candidate === value);

/** Reads an address that anybody may have typed: what is not understood is left out. */
export const parseListSearch = <Sort extends string>(
  given: Readonly<Record<string, unknown>>,
  sorts: readonly Sort[],
): ListSearch<Sort> => {
  const search = text(given.search, 100);
  const sort = oneOf(given.sort, sorts);
  const cursor = text(given.cursor, 2000);
  return {
    ...(search === undefined ? {} : { search }),
    ...(sort === undefined ? {} : { sort }),
    ...(cursor === undefined ? {} : { cursor }),
  };
};

/** A change of search or sort starts at the first page; a cursor belongs to the list it came from. */
export const changeListSearch = <Search extends ListSearch>(
  current: Search,
  change: Partial<Search>,
): Search => {
  const { cursor: _, ...kept } = { ...current };
  const merged = { ...kept, ...change } as Search;
  return Object.fromEntries(
    Object.entries(merged).filter(([, value]) => value !== undefined && value !== ''),
  ) as unknown as Search;
};

/** The next order when a column's head is pressed: its first order, then its second, then back. */
export const nextSort = <Sort extends string>(
  orders: readonly [Sort, Sort],
  current: Sort | undefined,
): Sort => (current === orders[0] ? orders[1] : orders[0]);
