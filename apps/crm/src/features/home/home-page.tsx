import {
  ButtonLink,
  EmptyState,
  Page,
  ProblemAlert,
  Section,
  useAnswer,
  useText,
} from '@atelier/web-kit';
import { Skeleton, Stack } from '@mantine/core';
import { IconUsersPlus } from '@tabler/icons-react';
import { AtRiskTable } from './at-risk-table.tsx';
import { JobsPanel } from './jobs-panel.tsx';
import { StatusTiles } from './status-tiles.tsx';

export const HomePage = () => {
  const t = useText('crm');
  const customers = useAnswer('customer-management', 'listCustomers', { query: { limit: 1 } });
  const none = customers.data?.total === 0;
  return (
    <Page title={t('home.title')} application={t('name')}>
      {customers.isError ? (
        <ProblemAlert error={customers.error} onRetry={() => void customers.refetch()} />
      ) : (
        <StatusTiles customers={customers.data?.total} />
      )}
      {none ? (
        <div className="atelier-surface">
          <EmptyState
            icon={IconUsersPlus}
            title={t('home.emptyTitle')}
            action={<ButtonLink to="/imports/new">{t('home.import')}</ButtonLink>}
          >
            {t('home.empty')}
          </EmptyState>
        </div>
      ) : null}
      {customers.isPending ? (
        <Stack>
          <Skeleton height={240} />
        </Stack>
      ) : null}
      {customers.data !== undefined && !none ? <AtRiskTable /> : null}
      <Section title={t('home.jobs')}>
        <JobsPanel />
      </Section>
    </Page>
  );
};
