import { oneOf } from '@atelier/web-kit';

export const SHOWN = ['open', 'failed', 'all'] as const;
export type Shown = (typeof SHOWN)[number];

export const parseShown = (given: Readonly<Record<string, unknown>>): { readonly show?: Shown } => {
  const show = oneOf(given.show, SHOWN);
  return show === undefined ? {} : { show };
};

/** Whether something in this state belongs on the board that shows only some. */
export const isShown = (show: Shown, standing: 'open' | 'failed' | 'over'): boolean =>
  show === 'all' || standing === 'failed' || (show === 'open' && standing === 'open');
