import type { Score } from '@atelier/contracts';
import {
  type Answer,
  DataTable,
  Notice,
  ProblemAlert,
  Section,
  useAnswer,
  useFormats,
  useText,
} from '@atelier/web-kit';
import { List, Skeleton, Stack, Text } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { ChurnProbability, ModelBadge } from './churn-score.tsx';
import classes from './live-churn.module.css';

type LiveScore = Answer<'customer-management', 'getChurnScore'>;

const Fallback = ({ score }: { readonly score: Score }) => {
  const t = useText('crm');
  if (score.fallback === null) return null;
  return (
    <Notice color="amber" icon={IconPlugConnectedX} title={t('churn.fallbackTitle')}>
      {[
        t(`churn.fallback.${score.fallback.cause}`),
        score.fallback.detail,
        t(score.source === 'stored' ? 'churn.fallbackNow_stored' : 'churn.fallbackNow_built'),
      ]
        .filter((part) => part !== '')
        .join(' ')}
    </Notice>
  );
};

const Features = ({ score }: { readonly score: LiveScore }) => {
  const t = useText('crm');
  const { number } = useFormats();
  const slots = useAnswer('customer-management', 'listSlots', {}, { staleMs: 300_000 });
  const features = slots.data?.items.find(({ slot }) =>
    slot.startsWith('customer-churn/'),
  )?.features;
  return (
    <details className={classes.details}>
      <summary>{t('churn.features')}</summary>
      <DataTable
        caption={t('churn.features')}
        rows={Object.entries(score.features)}
        rowKey={([name]) => name}
        columns={[
          {
            id: 'name',
            header: t('churn.feature'),
            rowHeader: true,
            render: ([name]) => (
              <>
                <Text size="sm" ff="monospace">
                  {name}
                </Text>
                <Text size="xs" c="dimmed">
                  {features?.find((feature) => feature.name === name)?.meaning}
                </Text>
              </>
            ),
          },
          {
            id: 'value',
            header: t('churn.featureValue'),
            align: 'right',
            render: ([, value]) =>
              value === null ? (
                <Text span size="sm" c="dimmed">
                  {t('churn.undefinedValue')}
                </Text>
              ) : (
                number(value)
              ),
          },
        ]}
        empty={null}
      />
    </details>
  );
};

/** The answer of this moment, with whose it is, and why it is not the model's when it is not. */
export const LiveChurn = ({ customerId }: { readonly customerId: string }) => {
  const t = useText('crm');
  const formats = useFormats();
  const answer = useAnswer('customer-management', 'getChurnScore', { params: { customerId } });
  const score = answer.data;
  return (
    <Section title={t('churn.column')}>
      {answer.isPending ? <Skeleton height={120} /> : null}
      {answer.isError ? (
        <ProblemAlert error={answer.error} onRetry={() => void answer.refetch()} />
      ) : null}
      {score === undefined ? null : (
        <Stack gap="md">
          <ChurnProbability score={score} large />
          {score.probability === null ? <Text size="sm">{t('churn.noneText')}</Text> : null}
          <Stack gap={4} align="flex-start">
            <ModelBadge score={score} />
            <Text size="sm" c="dimmed">
              {[
                t(`churn.source.${score.source === 'built-in' ? 'builtIn' : score.source}`),
                t('churn.computed', { time: formats.time(score.computedAt) }),
                t('churn.asOf', { date: formats.day(score.asOf) }),
              ].join(' · ')}
            </Text>
          </Stack>
          <Fallback score={score} />
          <div>
            <Text fw={600} size="sm">
              {t('churn.reasons')}
            </Text>
            {score.reasons.length === 0 ? (
              <Text size="sm" c="dimmed">
                {t('churn.noReasons')}
              </Text>
            ) : (
              <List size="sm">
                {score.reasons.map((reason) => (
                  <List.Item key={reason}>{reason}</List.Item>
                ))}
              </List>
            )}
          </div>
          <Features score={score} />
        </Stack>
      )}
    </Section>
  );
};
