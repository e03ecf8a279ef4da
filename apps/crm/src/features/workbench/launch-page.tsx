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
import { IconClockX, IconPlugConnectedX } from '@tabler/icons-react';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { RoleGate } from '../../access/role-gate.tsx';
import { MODELLERS } from '../../access/roles.ts';
import { useLaunch } from './use-launch.ts';

const Opening = ({ expired }: { readonly expired: boolean }) => {
  const t = useText('crm');
  const [wanted, setWanted] = useState(!expired);
  const launch = useLaunch(wanted);
  if (!wanted) {
    return (
      <EmptyState
        order={1}
        icon={IconClockX}
        title={t('workbench.expiredTitle')}
        action={<Button onClick={() => setWanted(true)}>{t('workbench.tryAgain')}</Button>}
      >
        {t('workbench.expiredText')}
      </EmptyState>
    );
  }
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
  const { expired } = useSearch({ strict: false }) as { expired?: boolean };
  const title = t('workbench.launching');
  useEffect(() => {
    document.title = `${title} · ${t('name')}`;
  }, [title, t]);
  return (
    <SessionGate>
      <Standalone>
        <RoleGate roles={MODELLERS}>
          <Opening expired={expired === true} />
        </RoleGate>
      </Standalone>
    </SessionGate>
  );
};
