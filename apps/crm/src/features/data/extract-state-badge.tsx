import type { Extract } from '@atelier/contracts';
import { useText } from '@atelier/web-kit';
import { Badge } from '@mantine/core';

const COLORS = {
  queued: 'gray',
  running: 'ink',
  paused: 'amber',
  succeeded: 'green',
  failed: 'red',
  cancelled: 'gray',
} as const satisfies Record<Extract['state'], string>;

export const ExtractStateBadge = ({ state }: { readonly state: Extract['state'] }) => {
  const t = useText('crm');
  return <Badge color={COLORS[state]}>{t(`data.states.${state}`)}</Badge>;
};

/** Something may still change by itself. */
export const isUnderWay = ({ state }: Extract): boolean =>
  state === 'queued' || state === 'running' || state === 'paused';
