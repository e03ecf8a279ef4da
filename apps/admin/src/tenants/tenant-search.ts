import { type TenantState, tenantState } from '@atelier/contracts';
import { type ListSearch, oneOf, parseListSearch } from '@atelier/web-kit';

export const TENANT_STATES: readonly TenantState[] = tenantState.options;

export interface TenantSearch extends ListSearch {
  readonly state?: TenantState | undefined;
}

export const parseTenantSearch = (given: Readonly<Record<string, unknown>>): TenantSearch => {
  const state = oneOf(given.state, TENANT_STATES);
  return { ...parseListSearch(given, []), ...(state === undefined ? {} : { state }) };
};
