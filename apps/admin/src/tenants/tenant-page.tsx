import {
  AnchorLink,
  type Answer,
  Facts,
  Notice,
  Page,
  ProblemAlert,
  Section,
  StepList,
  useAnswer,
  useFormats,
  usePollMs,
  useText,
} from '@atelier/web-kit';
import { Skeleton, Text } from '@mantine/core';
import { useParams } from '@tanstack/react-router';
import { DeleteTenant } from './delete-tenant.tsx';
import { ResumeTenant } from './resume-tenant.tsx';
import { SuspendTenant } from './suspend-tenant.tsx';
import { TenantStateBadge } from './tenant-state-badge.tsx';

type Tenant = Answer<'tenant-management', 'getTenantAsOperator'>;

const Actions = ({ tenant }: { readonly tenant: Tenant }) => {
  if (tenant.state === 'active') return <SuspendTenant tenant={tenant} />;
  if (tenant.state !== 'suspended') return null;
  return (
    <>
      <ResumeTenant tenant={tenant} />
      <DeleteTenant tenant={tenant} />
    </>
  );
};

const Standing = ({ tenant }: { readonly tenant: Tenant }) => {
  const t = useText('admin');
  if (tenant.state === 'suspended') return <Notice color="amber" title={t('tenants.suspended')} />;
  if (tenant.state === 'deleted') return <Notice color="gray" title={t('tenants.deleted')} />;
  return null;
};

export const TenantPage = () => {
  const t = useText('admin');
  const formats = useFormats();
  const { tenantId = '' } = useParams({ strict: false });
  const pollMs = usePollMs();
  const answer = useAnswer(
    'tenant-management',
    'getTenantAsOperator',
    { params: { tenantId } },
    { pollMs: (tenant) => (tenant?.state === 'offboarding' ? pollMs : false) },
  );
  const tenant = answer.data;
  return (
    <Page
      title={tenant?.name ?? t('tenants.name')}
      application={t('name')}
      back={{ to: '/tenants', label: t('tenants.back') }}
      actions={tenant === undefined ? undefined : <Actions tenant={tenant} />}
    >
      {answer.isError ? (
        <ProblemAlert error={answer.error} onRetry={() => void answer.refetch()} />
      ) : null}
      {answer.isPending ? <Skeleton height={240} /> : null}
      {tenant === undefined ? null : (
        <>
          <Standing tenant={tenant} />
          {tenant.offboarding === null ? null : (
            <Section title={t('tenants.offboarding')}>
              <StepList work={tenant.offboarding} label={t('tenants.offboarding')} />
            </Section>
          )}
          <Section title={t('tenants.record')}>
            <Facts
              facts={[
                { term: t('tenants.state'), value: <TenantStateBadge state={tenant.state} /> },
                { term: t('tenants.slug'), value: tenant.slug },
                { term: t('tenants.plan'), value: tenant.plan },
                { term: t('tenants.region'), value: tenant.region },
                { term: t('tenants.isolation'), value: tenant.isolationStrategy },
                { term: t('tenants.account'), value: tenant.accountId },
                { term: t('tenants.variant'), value: tenant.workbenchVariant },
                { term: t('tenants.created'), value: formats.time(tenant.createdAt) },
                { term: t('tenants.id'), value: tenant.id },
              ]}
            />
            {tenant.state === 'active' ? (
              <Text size="sm" c="dimmed">
                {t('tenants.deleteFirst')}
              </Text>
            ) : null}
          </Section>
          <Text size="sm">
            <AnchorLink to="/provisioning" search={{ show: 'all' }}>
              {t('tenants.toProvisioning')}
            </AnchorLink>
          </Text>
        </>
      )}
    </Page>
  );
};
