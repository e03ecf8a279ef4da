import {
  CursorPaging,
  DataTable,
  EmptyState,
  type ListSearch,
  Section,
  useAnswer,
  useFormats,
  useListAddress,
  useText,
} from '@atelier/web-kit';
import { IconShoppingCartOff } from '@tabler/icons-react';
import { useSearch } from '@tanstack/react-router';

export const PurchasesSection = ({ customerId }: { readonly customerId: string }) => {
  const t = useText('crm');
  const formats = useFormats();
  const search = useSearch({ strict: false }) as ListSearch;
  const address = useListAddress(search);
  const purchases = useAnswer(
    'customer-management',
    'listPurchases',
    {
      params: { customerId },
      query: { limit: 20, ...(search.cursor === undefined ? {} : { cursor: search.cursor }) },
    },
    { keep: true },
  );
  return (
    <Section title={t('customers.purchasesTitle')}>
      <DataTable
        caption={t('customers.purchasesTitle')}
        rows={purchases.data?.items}
        rowKey={({ id }) => id}
        error={purchases.error}
        onRetry={() => void purchases.refetch()}
        stale={purchases.isPlaceholderData}
        columns={[
          {
            id: 'date',
            header: t('customers.purchasedOn'),
            rowHeader: true,
            render: ({ purchasedOn }) => formats.day(purchasedOn),
          },
          {
            id: 'quantity',
            header: t('customers.quantity'),
            align: 'right',
            render: ({ quantity }) => formats.number(quantity),
          },
          {
            id: 'value',
            header: t('customers.value'),
            align: 'right',
            render: ({ value }) => formats.money(value),
          },
        ]}
        empty={
          <EmptyState order={3} icon={IconShoppingCartOff} title={t('customers.noPurchases')}>
            {t('customers.noPurchasesText')}
          </EmptyState>
        }
        paging={
          <CursorPaging
            nextCursor={purchases.data?.nextCursor ?? null}
            hasPrevious={address.hasPrevious}
            onNext={address.next}
            onPrevious={address.previous}
          />
        }
      />
    </Section>
  );
};
