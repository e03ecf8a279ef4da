import type { Work } from '@atelier/contracts';
import { Badge } from '@mantine/core';
import { useText } from '../messages/use-text.ts';

export type WorkBadgeState = Work['state'];

export const WORK_COLORS = {
  queued: 'gray',
  running: 'ink',
  succeeded: 'green',
  failed: 'red',
  cancelled: 'gray',
} as const satisfies Record<WorkBadgeState, string>;

/** The state of long work in one word. */
export const WorkBadge = ({ state }: { readonly state: WorkBadgeState }) => {
  const t = useText('kit');
  return (
    <Badge color={WORK_COLORS[state]} style={{ flexShrink: 0 }}>
      {t(`work.${state}`)}
    </Badge>
  );
};
