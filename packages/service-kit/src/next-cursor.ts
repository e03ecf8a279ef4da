/** Where the next page begins: after the last row of a full page; null after a page that was not full. */
export const nextCursorOf = <Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (row: Row) => string,
): string | null => {
  const last = rows.at(-1);
  return last !== undefined && rows.length === limit ? cursorOf(last) : null;
};
