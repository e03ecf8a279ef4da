import type { TenantState } from '@atelier/contracts';
import { useText } from '@atelier/web-kit';
import { Badge } from '@mantine/core';

const COLORS = {
  pending: 'ink',
  active: 'green',
  suspended: 'amber',
  offboarding: 'red',
  deleted: 'gray',
} as const satisfies Record<TenantState, string>;

export const TenantStateBadge = ({ state }: { readonly state: TenantState }) => {
  const t = useText('admin');
  return <Badge color={COLORS[state]}>{t(`state.${state}`)}</Badge>;
};
