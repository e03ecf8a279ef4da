import type { TenantRecord } from '@atelier/contracts';
import { TypedConfirmation, useAction, useText } from '@atelier/web-kit';
import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';

export const DeleteTenant = ({ tenant }: { readonly tenant: TenantRecord }) => {
  const t = useText('admin');
  const [opened, { open, close }] = useDisclosure(false);
  const remove = useAction('tenant-management', 'deleteTenant', { onDone: close });
  return (
    <>
      <Button color="red" variant="outline" onClick={open}>
        {t('tenants.delete')}
      </Button>
      <TypedConfirmation
        opened={opened}
        onClose={close}
        title={t('tenants.deleteTitle', { name: tenant.name })}
        word={tenant.slug}
        action={t('tenants.delete')}
        destructive
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() =>
          remove.mutate({ params: { tenantId: tenant.id }, body: { confirmation: tenant.slug } })
        }
      >
        {t('tenants.deleteText')}
      </TypedConfirmation>
    </>
  );
};
