import type { ImportView } from '@atelier/contracts';
import { useText } from '@atelier/web-kit';
import { Badge } from '@mantine/core';

const COLORS = {
  awaiting_file: 'amber',
  awaiting_mapping: 'amber',
  queued: 'gray',
  running: 'ink',
  succeeded: 'green',
  failed: 'red',
  cancelled: 'gray',
} as const satisfies Record<ImportView['state'], string>;

export const ImportStateBadge = ({ state }: { readonly state: ImportView['state'] }) => {
  const t = useText('crm');
  return <Badge color={COLORS[state]}>{t(`imports.states.${state}`)}</Badge>;
};
