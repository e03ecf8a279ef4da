import {
  Columns,
  Facts,
  Page,
  ProblemAlert,
  Section,
  useAnswer,
  useFormats,
  useText,
} from '@atelier/web-kit';
import { Skeleton, Stack } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { LiveChurn } from './live-churn.tsx';
import { PurchasesSection } from './purchases-section.tsx';

export const CustomerPage = () => {
  const t = useText('crm');
  const formats = useFormats();
  const { customerId = '' } = useParams({ strict: false });
  const answer = useAnswer('customer-management', 'getCustomer', { params: { customerId } });
  const customer = answer.data;
  return (
    <Page
      title={customer?.name ?? t('customers.name')}
      application={t('name')}
      back={{ to: '/customers', label: t('customers.back') }}
    >
      {answer.isError ? (
        <ProblemAlert error={answer.error} onRetry={() => void answer.refetch()} />
      ) : null}
      {answer.isPending ? (
        <Stack>
          <Skeleton height={140} />
          <Skeleton height={220} />
        </Stack>
      ) : null}
      {customer === undefined ? null : (
        <>
          <Columns min={340} gap="lg">
            <LiveChurn customerId={customerId} />
            <Section title={t('customers.facts')}>
              <Facts
                facts={[
                  { term: t('customers.externalId'), value: customer.externalId },
                  { term: t('customers.email'), value: customer.email },
                  { term: t('customers.country'), value: customer.country },
                  { term: t('customers.value'), value: formats.money(customer.value) },
                  { term: t('customers.purchases'), value: formats.number(customer.purchases) },
                  {
                    term: t('customers.last'),
                    value:
                      customer.lastPurchaseOn === null
                        ? t('customers.never')
                        : formats.day(customer.lastPurchaseOn),
                  },
                ]}
              />
            </Section>
          </Columns>
          <PurchasesSection customerId={customerId} />
        </>
      )}
    </Page>
  );
};
