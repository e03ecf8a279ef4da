import type { BindingView } from '@atelier/contracts';
import { TypedConfirmation, useAction, useText, useUser } from '@atelier/web-kit';
import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { keepScoringRun } from '../../jobs/kept-scoring-run.ts';

export const ActivateButton = ({ binding }: { readonly binding: BindingView }) => {
  const t = useText('crm');
  const user = useUser();
  const [opened, { open, close }] = useDisclosure(false);
  const activate = useAction('customer-management', 'activateBinding', {
    onDone: ({ id, scoringRunId }) => {
      keepScoringRun(user.tenantId, { scoringRunId, bindingId: id });
      close();
    },
  });
  return (
    <>
      <Button onClick={open}>{t('models.activate')}</Button>
      <TypedConfirmation
        opened={opened}
        onClose={close}
        title={t('models.activateTitle', {
          endpoint: binding.endpointName,
          version: binding.version,
        })}
        word={binding.endpointName}
        action={t('models.activate')}
        pending={activate.isPending}
        error={activate.error}
        onConfirm={() =>
          activate.mutate({
            params: { bindingId: binding.id },
            body: { confirmation: binding.endpointName },
          })
        }
      >
        {t('models.activateText')}
      </TypedConfirmation>
    </>
  );
};
