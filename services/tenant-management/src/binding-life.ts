import type { BindingState } from '@atelier/contracts';

/** A retired version may come back: that is the one-step rollback. */
const NEXT: Readonly<Record<BindingState, readonly BindingState[]>> = {
  registered: ['checking', 'retired'],
  checking: ['checked', 'rejected', 'retired'],
  checked: ['checking', 'active', 'retired'],
  rejected: ['checking', 'retired'],
  active: ['retired'],
  retired: ['checking', 'active'],
};

export const mayBecome = (from: BindingState, to: BindingState): boolean =>
  from === to || NEXT[from].includes(to);
