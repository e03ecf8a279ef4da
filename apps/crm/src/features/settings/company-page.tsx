import {
  Facts,
  Page,
  ProblemAlert,
  Section,
  useAnswer,
  useFormats,
  useHasRole,
  useText,
} from '@atelier/web-kit';
import { Skeleton } from '@mantine/core';
import { ADMINISTRATORS } from '../../access/roles.ts';
import { AsOfSection } from './as-of-section.tsx';

export const CompanyPage = () => {
  const t = useText('crm');
  const formats = useFormats();
  const administrator = useHasRole(...ADMINISTRATORS);
  const answer = useAnswer('tenant-management', 'getTenant', {}, { staleMs: 60_000 });
  const tenant = answer.data;
  return (
    <Page
      title={t('settings.company')}
      application={t('name')}
      description={t('settings.companyLead')}
    >
      {answer.isError ? (
        <ProblemAlert error={answer.error} onRetry={() => void answer.refetch()} />
      ) : null}
      {answer.isPending ? <Skeleton height={160} /> : null}
      {tenant === undefined ? null : (
        <Section title={t('settings.companyFacts')}>
          <Facts
            facts={[
              { term: t('settings.tenantName'), value: tenant.name },
              { term: t('settings.slug'), value: tenant.slug },
              { term: t('settings.state'), value: tenant.state },
              { term: t('settings.plan'), value: tenant.plan },
              { term: t('settings.region'), value: tenant.region },
              { term: t('settings.isolation'), value: tenant.isolationStrategy },
              { term: t('settings.account'), value: tenant.accountId },
              { term: t('settings.since'), value: formats.time(tenant.createdAt) },
            ]}
          />
        </Section>
      )}
      {administrator ? <AsOfSection /> : null}
    </Page>
  );
};
