import { Button } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { signInUrl } from '../api/session.ts';
import { EmptyState } from '../components/empty-state.tsx';
import { Standalone } from './standalone.tsx';

export const SIGNED_OUT_PATH = '/signed-out';

export const SignedOutPage = () => {
  const { t } = useTranslation('kit');
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
