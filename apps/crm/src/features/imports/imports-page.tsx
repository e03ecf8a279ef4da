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
import { IconFileImport } from '@tabler/icons-react';
import { useSearch } from '@tanstack/react-router';
import { ImportStateBadge } from './import-state-badge.tsx';

export const ImportsPage = () => {
  const t = useText('crm');
  const formats = useFormats();
  const now = useNow(false);
  const search = useSearch({ strict: false }) as ListSearch;
  const address = useListAddress(search);
  const pollMs = usePollMs();
  const imports = useAnswer(
    'customer-management',
    'listImports',
    { query: { limit: 20, ...(search.cursor === undefined ? {} : { cursor: search.cursor }) } },
    { keep: true, pollMs: () => pollMs },
  );
  return (
    <Page
      title={t('imports.title')}
      application={t('name')}
      description={t('imports.lead')}
      actions={<ButtonLink to="/imports/new">{t('imports.new')}</ButtonLink>}
    >
      <div className="atelier-surface">
        <DataTable
          caption={t('imports.title')}
          rows={imports.data?.items}
          rowKey={({ id }) => id}
          error={imports.error}
          onRetry={() => void imports.refetch()}
          stale={imports.isPlaceholderData}
          columns={[
            {
              id: 'file',
              header: t('imports.file'),
              rowHeader: true,
              render: (view) => (
                <AnchorLink to="/imports/$importId" params={{ importId: view.id }} fw={600}>
                  {view.fileName}
                </AnchorLink>
              ),
            },
            {
              id: 'kind',
              header: t('imports.kind'),
              visibleFrom: 'sm',
              render: (view) => t(`imports.kinds.${view.kind}`),
            },
            {
              id: 'state',
              header: t('imports.state'),
              render: (view) => <ImportStateBadge state={view.state} />,
            },
            {
              id: 'rows',
              header: t('imports.rows'),
              align: 'right',
              visibleFrom: 'sm',
              render: (view) => formats.number(view.rows.accepted),
            },
            {
              id: 'created',
              header: t('imports.created'),
              visibleFrom: 'md',
              render: (view) => formats.ago(view.createdAt, now),
            },
          ]}
          empty={
            <EmptyState
              icon={IconFileImport}
              title={t('imports.emptyTitle')}
              action={<ButtonLink to="/imports/new">{t('imports.new')}</ButtonLink>}
            >
              {t('imports.empty')}
            </EmptyState>
          }
          paging={
            <CursorPaging
              nextCursor={imports.data?.nextCursor ?? null}
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
