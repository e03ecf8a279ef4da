import type { BindingView } from '@atelier/contracts';
import { ProblemAlert, useAction, useText } from '@atelier/web-kit';
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type FormEvent, useState } from 'react';

export const RetireButton = ({ binding }: { readonly binding: BindingView }) => {
  const t = useText('crm');
  const [opened, { open, close }] = useDisclosure(false);
  const [reason, setReason] = useState('');
  const retire = useAction('customer-management', 'retireBinding', { onDone: close });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    retire.mutate({
      params: { bindingId: binding.id },
      body: { reason: reason.trim() === '' ? null : reason.trim() },
    });
  };
  return (
    <>
      <Button variant="default" onClick={open}>
        {t('models.retire')}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        centered
        title={t('models.retireTitle', { endpoint: binding.endpointName })}
      >
        <form onSubmit={submit}>
          <Stack>
            <Text size="sm">{t('models.retireText')}</Text>
            <TextInput
              data-autofocus
              label={t('models.reason')}
              description={t('models.reasonText')}
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            {retire.error === null ? null : <ProblemAlert error={retire.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {t('confirm.cancel', { ns: 'kit' })}
              </Button>
              <Button type="submit" color="red" loading={retire.isPending}>
                {t('models.retire')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
};
