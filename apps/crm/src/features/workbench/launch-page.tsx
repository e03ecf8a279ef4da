import {
  AnchorLink,
  EmptyState,
  ProblemAlert,
  SessionGate,
  Standalone,
  StepList,
  useText,
} from '@atelier/web-kit';
import { Button, Loader, Stack, Text, Title } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect } from 'react';
import { RoleGate } from '../../access/role-gate.tsx';
import { MODELLERS } from '../../access/roles.ts';
import { useLaunch } from './use-launch.ts';

const Opening = () => {
  const t = useText('crm');
  const launch = useLaunch();
  if (launch.error !== null || launch.failed) {
    return (
      <Stack>
        <EmptyState
          order={1}
          icon={IconPlugConnectedX}
          title={t('workbench.launchFailedTitle')}
          action={<Button onClick={launch.again}>{t('workbench.tryAgain')}</Button>}
        >
          <AnchorLink to="/workbench">{t('workbench.toWorkbench')}</AnchorLink>
        </EmptyState>
        {launch.error === null ? null : <ProblemAlert error={launch.error} />}
        {launch.failed && launch.work !== undefined ? (
          <StepList work={launch.work} label={t('workbench.launchSteps')} />
        ) : null}
      </Stack>
    );
  }
  return (
    <Stack>
      <div>
        <Title order={1}>{t('workbench.launching')}</Title>
        <Text c="dimmed" role="status">
          {launch.leaving || launch.work?.state === 'succeeded'
            ? t('workbench.opening')
            : t('workbench.launchingText')}
        </Text>
      </div>
      {launch.work === undefined ? (
        <Loader aria-hidden />
      ) : (
        <StepList work={launch.work} label={t('workbench.launchSteps')} />
      )}
    </Stack>
  );
};

/** A tab of its own, outside the frame: it waits for the notebook and becomes it. */
export const LaunchPage = () => {
  const t = useText('crm');
  const title = t('workbench.launching');
  useEffect(() => {
    document.title = `${title} · ${t('name')}`;
  }, [title, t]);
  return (
    <SessionGate>
      <Standalone>
        <RoleGate roles={MODELLERS}>
          <Opening />
        </RoleGate>
      </Standalone>
    </SessionGate>
  );
};
