import type { Dataset } from '@atelier/contracts';
import {
  AnchorLink,
  ButtonLink,
  Columns,
  EmptyState,
  Page,
  ProblemAlert,
  useAnswer,
  useFormats,
  useText,
} from '@atelier/web-kit';
import { Group, Skeleton, Stack, Text, Title, VisuallyHidden } from '@mantine/core';
import { IconDatabaseOff } from '@tabler/icons-react';
import { DataTabs } from './data-tabs.tsx';
import { VERDICTS, VerdictBadge } from './verdict-badge.tsx';

const DatasetCard = ({ dataset }: { readonly dataset: Dataset }) => {
  const t = useText('crm');
  const { number } = useFormats();
  return (
    <Stack className="atelier-surface" gap="sm">
      <Title order={2} size="h3">
        {dataset.title}
      </Title>
      <Text c="dimmed" size="sm">
        {dataset.description}
      </Text>
      <Text size="sm">
        {[
          t('data.columns', { count: dataset.columns.length }),
          t('data.rows', { rows: number(dataset.estimatedRows) }),
        ].join(' · ')}
      </Text>
      <Group gap="xs">
        {VERDICTS.map((verdict) => {
          const count = dataset.columns.filter((column) => column.verdict === verdict).length;
          return count === 0 ? null : (
            <VerdictBadge key={verdict} verdict={verdict} count={count} />
          );
        })}
      </Group>
      <AnchorLink to="/data/datasets/$dataset" params={{ dataset: dataset.name }} mt="auto">
        {t('data.open')}
        <VisuallyHidden>{`: ${dataset.title}`}</VisuallyHidden>
      </AnchorLink>
    </Stack>
  );
};

export const CataloguePage = () => {
  const t = useText('crm');
  const datasets = useAnswer('data-management', 'listDatasets', {});
  return (
    <Page
      title={t('data.title')}
      application={t('name')}
      description={t('data.lead')}
      actions={<ButtonLink to="/data/request">{t('data.request')}</ButtonLink>}
    >
      <DataTabs current="catalogue" />
      {datasets.isError ? (
        <ProblemAlert error={datasets.error} onRetry={() => void datasets.refetch()} />
      ) : null}
      {datasets.data?.items.length === 0 ? (
        <div className="atelier-surface">
          <EmptyState icon={IconDatabaseOff} title={t('data.emptyTitle')}>
            {t('data.empty')}
          </EmptyState>
        </div>
      ) : (
        <Columns min={280}>
          {datasets.isPending ? (
            <>
              <Skeleton height={180} />
              <Skeleton height={180} />
            </>
          ) : null}
          {datasets.data?.items.map((dataset) => (
            <DatasetCard key={dataset.name} dataset={dataset} />
          ))}
        </Columns>
      )}
    </Page>
  );
};
