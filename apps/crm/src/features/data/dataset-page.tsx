import type { Dataset } from '@atelier/contracts';
import {
  ButtonLink,
  type Column,
  DataTable,
  EmptyState,
  Page,
  ProblemAlert,
  Section,
  useAnswer,
  useText,
} from '@atelier/web-kit';
import { Skeleton, Text } from '@mantine/core';
import { IconDatabaseOff } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import { DatasetPreview } from './dataset-preview.tsx';
import { VerdictBadge } from './verdict-badge.tsx';

const useColumns = (): readonly Column<Dataset['columns'][number]>[] => {
  const t = useText('crm');
  return [
    {
      id: 'name',
      header: t('data.column'),
      rowHeader: true,
      render: ({ name, description }) => (
        <>
          <Text size="sm" ff="monospace">
            {name}
          </Text>
          <Text size="xs" c="dimmed">
            {description}
          </Text>
        </>
      ),
    },
    { id: 'type', header: t('data.type'), visibleFrom: 'sm', render: ({ type }) => type },
    {
      id: 'classification',
      header: t('data.classification'),
      visibleFrom: 'sm',
      render: ({ classification }) => classification ?? '–',
    },
    {
      id: 'verdict',
      header: t('data.get'),
      render: ({ verdict }) => <VerdictBadge verdict={verdict} />,
    },
    {
      id: 'reason',
      header: t('data.reason'),
      visibleFrom: 'md',
      render: ({ reason }) => reason ?? '–',
    },
  ];
};

export const DatasetPage = () => {
  const t = useText('crm');
  const { dataset: name = '' } = useParams({ strict: false });
  const datasets = useAnswer('data-management', 'listDatasets', {});
  const dataset = datasets.data?.items.find((one) => one.name === name);
  const columns = useColumns();
  return (
    <Page
      title={dataset?.title ?? name}
      application={t('name')}
      description={dataset?.description}
      back={{ to: '/data', label: t('data.back') }}
      actions={
        dataset === undefined ? undefined : (
          <ButtonLink to="/data/request" search={{ dataset: name }}>
            {t('data.request')}
          </ButtonLink>
        )
      }
    >
      {datasets.isError ? (
        <ProblemAlert error={datasets.error} onRetry={() => void datasets.refetch()} />
      ) : null}
      {datasets.isPending ? <Skeleton height={300} /> : null}
      {datasets.data !== undefined && dataset === undefined ? (
        <EmptyState
          icon={IconDatabaseOff}
          title={t('data.emptyTitle')}
          action={<ButtonLink to="/data">{t('data.catalogue')}</ButtonLink>}
        >
          {t('data.empty')}
        </EmptyState>
      ) : null}
      {dataset === undefined ? null : (
        <>
          <Section title={t('data.columnsTitle')}>
            <DataTable
              caption={t('data.columnsTitle')}
              columns={columns}
              rows={dataset.columns}
              rowKey={(column) => column.name}
              empty={null}
            />
          </Section>
          <DatasetPreview dataset={name} />
        </>
      )}
    </Page>
  );
};
