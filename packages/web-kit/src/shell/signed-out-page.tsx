import { Button } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { signInUrl } from '../api/session.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { useText } from '../messages/use-text.ts';
import { Standalone } from './standalone.tsx';

export const SIGNED_OUT_PATH = '/signed-out';

export const SignedOutPage = () => {
  const t = useText('kit');
  return (
    <Standalone>
      <EmptyState
        order={1}
        icon={IconLogout}
        title={t('session.signedOut')}
        action={
          <Button component="a" href={signInUrl('/')}>
            {t('session.signIn')}
          </Button>
        }
      >
        {t('session.signedOutText')}
      </EmptyState>
    </Standalone>
  );
};
