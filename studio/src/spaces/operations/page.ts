import { validationError } from '../../wire/errors.ts';

export interface PageInput {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

const MAX_RESULTS = 100;

/** One page of a list; the token is the number of items that came before, opaque to callers. */
export const pageOf = <Item>(
  items: readonly Item[],
  { MaxResults, NextToken }: PageInput,
): { readonly items: readonly Item[]; readonly NextToken?: string } => {
  const start = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, 'base64url'));
  if (!Number.isSafeInteger(start) || start < 0) throw validationError('Invalid NextToken.');
  const size = MaxResults ?? MAX_RESULTS;
  if (size < 1 || size > MAX_RESULTS) {
    throw validationError(`MaxResults lies between 1 and ${MAX_RESULTS}.`);
  }
  const end = start + size;
  return {
    items: items.slice(start, end),
    ...(end < items.length ? { NextToken: Buffer.from(String(end)).toString('base64url') } : {}),
  };
};
