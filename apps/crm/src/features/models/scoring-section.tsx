import type { BindingView } from '@atelier/contracts';
import {
  Notice,
  ProblemAlert,
  Section,
  useAnswer,
  useFormats,
  usePollMs,
  useText,
  useUser,
  WorkBadge,
} from '@atelier/web-kit';
import { Group, Progress, Text } from '@mantine/core';
import { useKeptScoringRun } from '../../jobs/kept-scoring-run.ts';

/** How far the scoring is that activating this model set going. */
export const ScoringSection = ({ binding }: { readonly binding: BindingView }) => {
  const t = useText('crm');
  const { number } = useFormats();
  const user = useUser();
  const pollMs = usePollMs();
  const kept = useKeptScoringRun(user.tenantId);
  const mine = kept !== null && kept.bindingId === binding.id;
  const run = useAnswer(
    'customer-management',
    'getScoringRun',
    { params: { scoringRunId: kept?.scoringRunId ?? '' } },
    {
      enabled: mine,
      pollMs: (data) => (data?.state === 'queued' || data?.state === 'running' ? pollMs : false),
    },
  );
  if (!mine) return null;
  return (
    <Section title={t('models.scoring')}>
      {run.isError ? <ProblemAlert error={run.error} onRetry={() => void run.refetch()} /> : null}
      {run.data === undefined ? null : (
        <>
          <Group justify="space-between" role="status">
            <Text size="sm">
              {run.data.state === 'succeeded'
                ? t('models.scoringDone')
                : t('models.scoringProgress', {
                    scored: number(run.data.scored),
                    total: number(run.data.total),
                  })}
            </Text>
            <WorkBadge state={run.data.state} />
          </Group>
          <Progress
            value={run.data.total === 0 ? 0 : (run.data.scored / run.data.total) * 100}
            color={run.data.state === 'failed' ? 'red' : 'ink'}
            aria-label={t('models.scoring')}
          />
          {run.data.cause === null ? null : <Notice color="red">{run.data.cause}</Notice>}
        </>
      )}
    </Section>
  );
};
