import type { Answer } from '@atelier/web-kit';
import {
  AnchorLink,
  ButtonLink,
  type Column,
  DataTable,
  EmptyState,
  Section,
  useAnswer,
  useFormats,
  useText,
} from '@atelier/web-kit';
import { IconChartDots } from '@tabler/icons-react';
import { ChurnProbability, Provenance } from '../customers/churn-score.tsx';
import { type AtRisk, mostAtRisk } from './most-at-risk.ts';

type Customer = Answer<'customer-management', 'listCustomers'>['items'][number];

const SHOWN = 8;
const HEAD = 200;

const useColumns = (): readonly Column<AtRisk<Customer>>[] => {
  const t = useText('crm');
  const formats = useFormats();
  return [
    {
      id: 'name',
      header: t('customers.name'),
      rowHeader: true,
      render: ({ customer }) => (
        <AnchorLink to="/customers/$customerId" params={{ customerId: customer.id }} fw={600}>
          {customer.name}
        </AnchorLink>
      ),
    },
    {
      id: 'stake',
      header: t('home.atStake'),
      align: 'right',
      render: ({ customer, atStake }) =>
        formats.money({ amount: String(atStake), currency: customer.value.currency }),
    },
    {
      id: 'churn',
      header: t('churn.column'),
      render: ({ customer }) => <ChurnProbability score={customer.churn} />,
    },
    {
      id: 'model',
      header: t('customers.model'),
      visibleFrom: 'md',
      render: ({ customer }) => <Provenance score={customer.churn} />,
    },
    {
      id: 'value',
      header: t('customers.value'),
      align: 'right',
      visibleFrom: 'sm',
      render: ({ customer }) => formats.money(customer.value),
    },
  ];
};

/** Whom a retention programme should look at first. */
export const AtRiskTable = () => {
  const t = useText('crm');
  const _formats = useFormats();
  const columns = useColumns();
  const likeliest = useAnswer('customer-management', 'listCustomers', {
    query: { limit: HEAD, sort: '-churn' },
  });
  const mostValuable = useAnswer('customer-management', 'listCustomers', {
    query: { limit: HEAD, sort: '-value' },
  });
  const ranked =
    likeliest.data === undefined || mostValuable.data === undefined
      ? undefined
      : mostAtRisk({
          likeliest: likeliest.data.items,
          mostValuable: mostValuable.data.items,
          total: likeliest.data.total,
          count: SHOWN,
        });
  return (
    <Section
      title={t('home.risk')}
      description={
        ranked === undefined || ranked.exact
          ? t('home.riskText')
          : `${t('home.riskText')} ${t('home.riskBounded', { count: HEAD })}`
      }
      actions={
        <ButtonLink to="/customers" search={{ sort: '-churn' }} variant="default" size="xs">
          {t('home.all')}
        </ButtonLink>
      }
    >
      <DataTable
        caption={t('home.risk')}
        columns={columns}
        rows={ranked?.customers}
        rowKey={({ customer }) => customer.id}
        error={likeliest.error ?? mostValuable.error}
        onRetry={() => {
          void likeliest.refetch();
          void mostValuable.refetch();
        }}
        empty={
          <EmptyState
            order={3}
            icon={IconChartDots}
            title={t('home.noScores')}
            action={<ButtonLink to="/imports/new">{t('home.import')}</ButtonLink>}
          >
            {t('home.noScoresText')}
          </EmptyState>
        }
      />
    </Section>
  );
};
