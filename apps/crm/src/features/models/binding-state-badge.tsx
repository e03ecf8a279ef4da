import type { BindingState } from '@atelier/contracts';
import { useText } from '@atelier/web-kit';
import { Badge } from '@mantine/core';

const COLORS = {
  registered: 'gray',
  checking: 'ink',
  checked: 'ink',
  rejected: 'red',
  active: 'green',
  retired: 'gray',
} as const satisfies Record<BindingState, string>;

export const BindingStateBadge = ({ state }: { readonly state: BindingState }) => {
  const t = useText('crm');
  return <Badge color={COLORS[state]}>{t(`models.states.${state}`)}</Badge>;
};

/** The contract check has yet to say something. */
export const isBeingChecked = ({ state }: { readonly state: BindingState }): boolean =>
  state === 'registered' || state === 'checking';
