import type { Principal } from '@atelier/contracts';
import { Button, Center, Loader, Stack, Text } from '@mantine/core';
import { IconDoor } from '@tabler/icons-react';
import { useRouterState } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useAddresses } from '../api/configuration.ts';
import { CurrentUser, signInUrl, signOut, useSession } from '../api/session.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { ProblemAlert } from '../components/problem-alert.tsx';
import { LiveUpdates } from '../live/live-updates.tsx';
import { SIGNED_OUT_PATH } from './signed-out-page.tsx';
import { Standalone } from './standalone.tsx';

export type Application = 'crm' | 'admin';

const belongs = (user: Principal, application: Application): boolean =>
  user.roles.includes('platform_operator') === (application === 'admin');

const ToSignIn = () => {
  const { t } = useTranslation('kit');
  const path = useRouterState({ select: (state) => state.location.href });
  const address = signInUrl(path);
  useEffect(() => globalThis.location.assign(address), [address]);
  return (
    <Standalone>
      <Stack align="center">
        <Loader aria-hidden />
        <Text role="status">{t('session.leaving')}</Text>
        <Button component="a" href={address} variant="default">
          {t('session.signIn')}
        </Button>
      </Stack>
    </Standalone>
  );
};

const WrongApplication = ({
  user,
  application,
}: {
  readonly user: Principal;
  readonly application: Application;
}) => {
  const { t } = useTranslation('kit');
  const addresses = useAddresses();
  const crm = application === 'crm';
  return (
    <Standalone>
      <EmptyState
        order={1}
        icon={IconDoor}
        title={t('session.wrongApplication')}
        action={
          <Stack>
            {addresses === undefined ? null : (
              <Button component="a" href={crm ? addresses.admin : addresses.crm}>
                {crm ? t('session.toAdmin') : t('session.toCrm')}
              </Button>
            )}
            <Button variant="default" onClick={() => void signOut(SIGNED_OUT_PATH)}>
              {t('account.signOut')}
            </Button>
          </Stack>
        }
      >
        {t(crm ? 'session.wrongCrm' : 'session.wrongAdmin', { email: user.email })}
      </EmptyState>
    </Standalone>
  );
};

/** Lets in who is signed in and belongs here; leads everybody else on. */
export const SessionGate = ({
  application,
  children,
}: {
  readonly application: Application;
  readonly children: ReactNode;
}) => {
  const { t } = useTranslation('kit');
  const session = useSession();
  if (session.isPending) {
    return (
      <Center h="100dvh" role="status" aria-label={t('loading')}>
        <Loader aria-hidden />
      </Center>
    );
  }
  if (session.isError) {
    return (
      <Standalone>
        <ProblemAlert error={session.error} onRetry={() => void session.refetch()} />
      </Standalone>
    );
  }
  if (session.data === null) return <ToSignIn />;
  if (!belongs(session.data, application)) {
    return <WrongApplication user={session.data} application={application} />;
  }
  return (
    <CurrentUser.Provider value={session.data}>
      <LiveUpdates>{children}</LiveUpdates>
    </CurrentUser.Provider>
  );
};
