import type { TenantRecord } from '@atelier/contracts';
import { ProblemAlert, useAction, useText } from '@atelier/web-kit';
import { Button, Stack } from '@mantine/core';

export const ResumeTenant = ({ tenant }: { readonly tenant: TenantRecord }) => {
  const t = useText('admin');
  const resume = useAction('tenant-management', 'resumeTenant');
  return (
    <Stack gap="sm">
      <Button
        loading={resume.isPending}
        onClick={() => resume.mutate({ params: { tenantId: tenant.id } })}
      >
        {t('tenants.resume')}
      </Button>
      {resume.error === null ? null : <ProblemAlert error={resume.error} />}
    </Stack>
  );
};
