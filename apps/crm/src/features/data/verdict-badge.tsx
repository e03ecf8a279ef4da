import type { ColumnVerdict } from '@atelier/contracts';
import { useText } from '@atelier/web-kit';
import { Badge } from '@mantine/core';

type Verdict = ColumnVerdict['verdict'];

export const VERDICTS: readonly Verdict[] = ['as is', 'masked', 'withheld'];
const LOOKS = {
  'as is': { color: 'green', text: 'asIs' },
  masked: { color: 'amber', text: 'masked' },
  withheld: { color: 'red', text: 'withheld' },
} as const satisfies Record<Verdict, { color: string; text: string }>;

/** What one gets of a column; with `count`, of how many columns. */
export const VerdictBadge = ({
  verdict,
  count,
}: {
  readonly verdict: Verdict;
  readonly count?: number;
}) => {
  const t = useText('crm');
  const { color, text } = LOOKS[verdict];
  const name = t(`data.verdict.${text}`);
  return (
    <Badge color={color}>
      {count === undefined ? name : t('data.verdictCount', { verdict: name, count })}
    </Badge>
  );
};
