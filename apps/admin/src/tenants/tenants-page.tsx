import type { TenantRecord } from '@atelier/contracts';
import {
  AnchorLink,
  type Column,
  CursorPaging,
  DataTable,
  EmptyState,
  Page,
  SearchField,
  useAddresses,
  useAnswer,
  useFormats,
  useListAddress,
  useText,
} from '@atelier/web-kit';
import { Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { IconBuildings, IconSearchOff } from '@tabler/icons-react';
import { useSearch } from '@tanstack/react-router';
import { TENANT_STATES, type TenantSearch } from './tenant-search.ts';
import { TenantStateBadge } from './tenant-state-badge.tsx';

const useColumns = (): readonly Column<TenantRecord>[] => {
  const t = useText('admin');
  const formats = useFormats();
  return [
    {
      id: 'name',
      header: t('tenants.name'),
      rowHeader: true,
      render: (tenant) => (
        <Stack gap={0}>
          <AnchorLink to="/tenants/$tenantId" params={{ tenantId: tenant.id }} fw={600}>
            {tenant.name}
          </AnchorLink>
          <Text size="xs" c="dimmed">
            {tenant.slug}
          </Text>
        </Stack>
      ),
    },
    {
      id: 'state',
      header: t('tenants.state'),
      render: ({ state }) => <TenantStateBadge state={state} />,
    },
    {
      id: 'plan',
      header: t('tenants.plan'),
      visibleFrom: 'md',
      render: ({ plan }) => plan,
    },
    {
      id: 'account',
      header: t('tenants.account'),
      visibleFrom: 'sm',
      render: ({ accountId }) => accountId ?? '–',
    },
    {
      id: 'workbench',
      header: t('tenants.workbench'),
      visibleFrom: 'md',
      render: ({ workbenchVariant }) => workbenchVariant ?? '–',
    },
    {
      id: 'created',
      header: t('tenants.created'),
      visibleFrom: 'md',
      render: ({ createdAt }) => formats.time(createdAt),
    },
  ];
};

const Nobody = ({
  filtered,
  onClear,
}: {
  readonly filtered: boolean;
  readonly onClear: () => void;
}) => {
  const t = useText('admin');
  const addresses = useAddresses();
  return filtered ? (
    <EmptyState
      icon={IconSearchOff}
      title={t('tenants.nothingTitle')}
      action={
        <Button variant="default" onClick={onClear}>
          {t('tenants.clear')}
        </Button>
      }
    >
      {t('tenants.nothing')}
    </EmptyState>
  ) : (
    <EmptyState
      icon={IconBuildings}
      title={t('tenants.emptyTitle')}
      action={
        addresses === undefined ? undefined : (
          <Button component="a" href={addresses.landing}>
            {t('tenants.toLanding')}
          </Button>
        )
      }
    >
      {t('tenants.empty')}
    </EmptyState>
  );
};

export const TenantsPage = () => {
  const t = useText('admin');
  const search = useSearch({ strict: false }) as TenantSearch;
  const address = useListAddress(search);
  const columns = useColumns();
  const tenants = useAnswer(
    'tenant-management',
    'listTenants',
    { query: { limit: 25, ...search } },
    { keep: true },
  );
  return (
    <Page title={t('tenants.title')} application={t('name')} description={t('tenants.lead')}>
      <div className="atelier-surface">
        <Group mb="md" align="flex-end">
          <SearchField
            value={search.search}
            label={t('tenants.search')}
            onSearch={(text) => address.change({ search: text })}
          />
          <NativeSelect
            aria-label={t('tenants.stateFilter')}
            value={search.state ?? ''}
            data={[
              { value: '', label: t('tenants.anyState') },
              ...TENANT_STATES.map((value) => ({ value, label: t(`state.${value}`) })),
            ]}
            onChange={(event) =>
              address.change({
                state: TENANT_STATES.find((one) => one === event.currentTarget.value),
              })
            }
          />
        </Group>
        <DataTable
          caption={t('tenants.title')}
          columns={columns}
          rows={tenants.data?.items}
          rowKey={({ id }) => id}
          error={tenants.error}
          onRetry={() => void tenants.refetch()}
          stale={tenants.isPlaceholderData}
          empty={
            <Nobody
              filtered={search.search !== undefined || search.state !== undefined}
              onClear={() => address.change({ search: undefined, state: undefined })}
            />
          }
          paging={
            <CursorPaging
              nextCursor={tenants.data?.nextCursor ?? null}
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
