import { CursorPaging } from '@atelier/web-kit';
import { useState } from 'react';

/** Pages of a list that shares its page with another one, so that its cursor does not stand in the address. */
export const usePages = () => {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1);
  return {
    query: { limit: 100, ...(cursor === undefined ? {} : { cursor }) },
    paging: (nextCursor: string | null | undefined) => (
      <CursorPaging
        nextCursor={nextCursor ?? null}
        hasPrevious={cursors.length > 0}
        onNext={(next) => setCursors([...cursors, next])}
        onPrevious={() => setCursors(cursors.slice(0, -1))}
      />
    ),
  };
};
