import {
  AnchorLink,
  ButtonLink,
  CursorPaging,
  DataTable,
  EmptyState,
  type ListSearch,
  Page,
  useAnswer,
  useFormats,
  useListAddress,
  useNow,
  usePollMs,
  useText,
} from '@atelier/web-kit';
import { Stack, Text } from '@mantine/core';
import { IconDatabaseExport } from '@tabler/icons-react';
import { useSearch } from '@tanstack/react-router';
import { DataTabs } from './data-tabs.tsx';
import { ExtractStateBadge, isUnderWay } from './extract-state-badge.tsx';

export const ExtractsPage = () => {
  const t = useText('crm');
  const formats = useFormats();
  const now = useNow(false);
  const search = useSearch({ strict: false }) as ListSearch;
  const address = useListAddress(search);
  const pollMs = usePollMs();
  const extracts = useAnswer(
    'data-management',
    'listExtracts',
    { query: { limit: 20, ...(search.cursor === undefined ? {} : { cursor: search.cursor }) } },
    { keep: true, pollMs: (data) => (data?.items.some(isUnderWay) === true ? pollMs : false) },
  );
  return (
    <Page
      title={t('data.extractsTitle')}
      application={t('name')}
      actions={<ButtonLink to="/data/request">{t('data.request')}</ButtonLink>}
    >
      <DataTabs current="extracts" />
      <div className="atelier-surface">
        <DataTable
          caption={t('data.extractsTitle')}
          rows={extracts.data?.items}
          rowKey={({ id }) => id}
          error={extracts.error}
          onRetry={() => void extracts.refetch()}
          stale={extracts.isPlaceholderData}
          columns={[
            {
              id: 'datasets',
              header: t('data.datasets'),
              rowHeader: true,
              render: (extract) => (
                <Stack gap={0}>
                  <AnchorLink
                    to="/data/extracts/$extractId"
                    params={{ extractId: extract.id }}
                    fw={600}
                  >
                    {extract.datasets.join(', ')}
                  </AnchorLink>
                  <Text size="xs" c="dimmed">
                    {extract.purpose}
                  </Text>
                </Stack>
              ),
            },
            {
              id: 'state',
              header: t('data.state'),
              render: (extract) => <ExtractStateBadge state={extract.state} />,
            },
            {
              id: 'size',
              header: t('data.size'),
              visibleFrom: 'sm',
              render: (extract) =>
                t('data.progressText', {
                  rows: formats.number(extract.rows),
                  bytes: formats.bytes(extract.bytes),
                }),
            },
            {
              id: 'created',
              header: t('data.created'),
              visibleFrom: 'sm',
              render: (extract) => formats.ago(extract.createdAt, now),
            },
          ]}
          empty={
            <EmptyState
              icon={IconDatabaseExport}
              title={t('data.extractsEmptyTitle')}
              action={<ButtonLink to="/data/request">{t('data.request')}</ButtonLink>}
            >
              {t('data.extractsEmpty')}
            </EmptyState>
          }
          paging={
            <CursorPaging
              nextCursor={extracts.data?.nextCursor ?? null}
              hasPrevious={address.hasPrevious}
              onNext={address.next}
              onPrevious={address.previous}
            />
          }
        />
      </div>
    </Page>
  );
};
