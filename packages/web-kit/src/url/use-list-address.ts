import { useNavigate, useRouter, useRouterState } from '@tanstack/react-router';
import { changeListSearch, type ListSearch } from './list-search.ts';

declare module '@tanstack/history' {
  interface HistoryState {
    /** How many pages of a list were turned to get here. */
    readonly pagesTurned?: number;
  }
}

export interface ListAddress<Search extends ListSearch> {
  readonly change: (change: Partial<Search>) => void;
  readonly hasPrevious: boolean;
  readonly next: (cursor: string) => void;
  readonly previous: () => void;
}

/** Writes what a list shows into the address. A page turned is a step back in the history; a search is none. */
export const useListAddress = <Search extends ListSearch>(search: Search): ListAddress<Search> => {
  const navigate = useNavigate();
  const router = useRouter();
  const pagesTurned = useRouterState({ select: (state) => state.location.state.pagesTurned ?? 0 });
  const go = (to: Search, turned: number, replace: boolean) =>
    void navigate({
      to: '.',
      search: to,
      state: { pagesTurned: turned },
      replace,
      resetScroll: turned > 0,
    });
  return {
    change: (change) => go(changeListSearch(search, change), 0, true),
    hasPrevious: search.cursor !== undefined,
    next: (cursor) => go({ ...search, cursor }, pagesTurned + 1, false),
    previous: () => {
      if (pagesTurned > 0) router.history.back();
      else go(changeListSearch(search, {}), 0, true);
    },
  };
};
