import {
  AnchorLink,
  type Answer,
  ButtonLink,
  type Column,
  CursorPaging,
  DataTable,
  EmptyState,
  type ListSearch,
  Page,
  SearchField,
  useAnswer,
  useFormats,
  useListAddress,
  useText,
} from '@atelier/web-kit';
import { Button, Group, Stack, Text } from '@mantine/core';
import { IconSearchOff, IconUsersPlus } from '@tabler/icons-react';
import { useSearch } from '@tanstack/react-router';
import { ChurnProbability, Provenance } from './churn-score.tsx';
import type { CustomerSort } from './customer-sorts.ts';

type Customer = Answer<'customer-management', 'listCustomers'>['items'][number];

const useColumns = (): readonly Column<Customer, CustomerSort>[] => {
  const t = useText('crm');
  const formats = useFormats();
  return [
    {
      id: 'name',
      header: t('customers.name'),
      rowHeader: true,
      sorts: ['name', '-name'],
      render: (customer) => (
        <Stack gap={0}>
          <AnchorLink to="/customers/$customerId" params={{ customerId: customer.id }} fw={600}>
            {customer.name}
          </AnchorLink>
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {customer.email ?? customer.externalId}
          </Text>
        </Stack>
      ),
    },
    {
      id: 'churn',
      header: t('churn.column'),
      sorts: ['-churn', 'churn'],
      render: (customer) => <ChurnProbability score={customer.churn} />,
    },
    {
      id: 'model',
      header: t('customers.model'),
      visibleFrom: 'md',
      render: (customer) => <Provenance score={customer.churn} />,
    },
    {
      id: 'value',
      header: t('customers.value'),
      align: 'right',
      visibleFrom: 'sm',
      sorts: ['-value', 'value'],
      render: (customer) => formats.money(customer.value),
    },
    {
      id: 'purchases',
      header: t('customers.purchases'),
      align: 'right',
      visibleFrom: 'lg',
      render: (customer) => formats.number(customer.purchases),
    },
    {
      id: 'last',
      header: t('customers.last'),
      visibleFrom: 'md',
      sorts: ['-lastPurchaseOn', 'lastPurchaseOn'],
      render: (customer) =>
        customer.lastPurchaseOn === null
          ? t('customers.never')
          : formats.day(customer.lastPurchaseOn),
    },
  ];
};

const Nobody = ({
  search,
  onClear,
}: {
  readonly search: string | undefined;
  readonly onClear: () => void;
}) => {
  const t = useText('crm');
  return search === undefined ? (
    <EmptyState
      icon={IconUsersPlus}
      title={t('home.emptyTitle')}
      action={<ButtonLink to="/imports/new">{t('home.import')}</ButtonLink>}
    >
      {t('home.empty')}
    </EmptyState>
  ) : (
    <EmptyState
      icon={IconSearchOff}
      title={t('customers.emptySearchTitle')}
      action={
        <Button variant="default" onClick={onClear}>
          {t('customers.clear')}
        </Button>
      }
    >
      {t('customers.emptySearch', { search })}
    </EmptyState>
  );
};

export const CustomersPage = () => {
  const t = useText('crm');
  const search = useSearch({ strict: false }) as ListSearch<CustomerSort>;
  const address = useListAddress(search);
  const columns = useColumns();
  const customers = useAnswer(
    'customer-management',
    'listCustomers',
    { query: { limit: 25, ...search } },
    { keep: true },
  );
  return (
    <Page
      title={t('customers.title')}
      application={t('name')}
      description={
        customers.data === undefined
          ? undefined
          : t('customers.count', { count: customers.data.total })
      }
      actions={
        <ButtonLink to="/imports/new" variant="default">
          {t('home.import')}
        </ButtonLink>
      }
    >
      <div className="atelier-surface">
        <Group mb="md">
          <SearchField
            value={search.search}
            label={t('customers.search')}
            onSearch={(text) => address.change({ search: text })}
          />
        </Group>
        <DataTable
          caption={t('customers.title')}
          columns={columns}
          rows={customers.data?.items}
          rowKey={({ id }) => id}
          error={customers.error}
          onRetry={() => void customers.refetch()}
          stale={customers.isPlaceholderData}
          sort={search.sort ?? 'name'}
          onSort={(sort) => address.change({ sort })}
          empty={
            <Nobody search={search.search} onClear={() => address.change({ search: undefined })} />
          }
          paging={
            <CursorPaging
              nextCursor={customers.data?.nextCursor ?? null}
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
