import { Button, Center, Loader, Stack, Text } from '@mantine/core';
import { useRouterState } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { CurrentUser, signInUrl, useSession } from '../api/session.ts';
import { ProblemAlert } from '../components/problem-alert.tsx';
import { LiveUpdates } from '../live/live-updates.tsx';
import { useText } from '../messages/use-text.ts';
import { Standalone } from './standalone.tsx';

const ToSignIn = () => {
  const t = useText('kit');
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

/** Lets in who is signed in; leads everybody else to the sign-in. Front-door admits nobody to the wrong application. */
export const SessionGate = ({ children }: { readonly children: ReactNode }) => {
  const t = useText('kit');
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
  return (
    <CurrentUser.Provider value={session.data}>
      <LiveUpdates>{children}</LiveUpdates>
    </CurrentUser.Provider>
  );
};
