import type { RegistrationView } from '@atelier/contracts';
import {
  ButtonLink,
  EmptyState,
  Notice,
  Page,
  ProblemAlert,
  StepList,
  useAddresses,
  useText,
} from '@atelier/web-kit';
import { Box, Button, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconArrowRight, IconBrowserX, IconCircleCheck } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import { useRegistration } from '../registration/use-registration.ts';
import { Narrow } from './narrow.tsx';

const phaseOf = ({ state }: RegistrationView) =>
  state === 'active' ? 'Ready' : state === 'failed' ? 'Failed' : '';

const Lost = () => {
  const t = useText('landing');
  return (
    <EmptyState
      order={1}
      icon={IconBrowserX}
      title={t('provisioning.lostTitle')}
      action={<ButtonLink to="/find-my-workspace">{t('nav.findWorkspace')}</ButtonLink>}
    >
      {t('provisioning.lost')}
    </EmptyState>
  );
};

const Watching = ({ view }: { readonly view: RegistrationView }) => {
  const t = useText('landing');
  const addresses = useAddresses();
  const phase = phaseOf(view);
  return (
    <Page
      title={t(`provisioning.title${phase}`, { company: view.company })}
      description={t(`provisioning.lead${phase}`)}
    >
      {view.state === 'active' && addresses !== undefined ? (
        <Notice color="green" icon={IconCircleCheck}>
          <Stack align="flex-start" gap="sm">
            <Text size="sm">{t('provisioning.crmNote')}</Text>
            <Button
              component="a"
              href={addresses.crm}
              rightSection={<IconArrowRight size={18} aria-hidden />}
            >
              {t('provisioning.openCrm')}
            </Button>
          </Stack>
        </Notice>
      ) : null}
      <Box component="section">
        <Title order={2} mb="md">
          {t('provisioning.registration')}
        </Title>
        {view.work === null ? (
          <Skeleton height={120} />
        ) : (
          <StepList work={view.work} label={t('provisioning.registration')} />
        )}
      </Box>
      <Box component="section">
        <Title order={2} mb="md">
          {t('provisioning.workbench')}
        </Title>
        {view.workbench === null ? (
          <Text c="dimmed">{t('provisioning.workbenchPending')}</Text>
        ) : (
          <StepList work={view.workbench} label={t('provisioning.workbench')} />
        )}
        {view.workbench?.state === 'succeeded' ? (
          <Text mt="md" fw={600} role="status">
            {t('provisioning.workbenchReady')}
          </Text>
        ) : null}
      </Box>
    </Page>
  );
};

/** What sign-up sets going, live: the tenant, then its workbench. */
export const ProvisioningPage = () => {
  const t = useText('landing');
  const { registrationId } = useParams({ strict: false });
  const { kept, answer } = useRegistration(registrationId);
  return (
    <Narrow>
      {kept === null ? (
        <Lost />
      ) : answer.data !== undefined ? (
        <Watching view={answer.data} />
      ) : answer.isError ? (
        <ProblemAlert error={answer.error} onRetry={() => void answer.refetch()} />
      ) : (
        <Stack role="status" aria-label={t('provisioning.loading')}>
          <Skeleton height={32} width="70%" />
          <Skeleton height={200} />
        </Stack>
      )}
    </Narrow>
  );
};
