import type { TenantRecord } from '@atelier/contracts';
import { ProblemAlert, useAction, useText } from '@atelier/web-kit';
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';

export const SuspendTenant = ({ tenant }: { readonly tenant: TenantRecord }) => {
  const t = useText('admin');
  const kit = useText('kit');
  const [opened, { open, close }] = useDisclosure(false);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const suspend = useAction('tenant-management', 'suspendTenant', { onDone: close });
  const missing = reason.trim() === '' ? t('tenants.reasonMissing') : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (missing === undefined) {
      suspend.mutate({ params: { tenantId: tenant.id }, body: { reason: reason.trim() } });
    }
  };
  return (
    <>
      <Button variant="default" onClick={open}>
        {t('tenants.suspend')}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        centered
        title={t('tenants.suspendTitle', { name: tenant.name })}
      >
        <form onSubmit={submit} noValidate>
          <Stack>
            <Text size="sm">{t('tenants.suspendText')}</Text>
            <TextInput
              data-autofocus
              label={t('tenants.reason')}
              description={t('tenants.reasonText')}
              required
              maxLength={500}
              value={reason}
              error={tried ? missing : undefined}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            {suspend.error === null ? null : <ProblemAlert error={suspend.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {kit('confirm.cancel')}
              </Button>
              <Button type="submit" color="red" loading={suspend.isPending}>
                {t('tenants.suspend')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
};
