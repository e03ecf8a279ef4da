import { ButtonLink, Page, useAddresses } from '@atelier/web-kit';
import { Alert, Anchor, Stack, Text } from '@mantine/core';
import { IconMailOpened } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useRegistration } from '../registration/use-registration.ts';
import { Narrow } from './narrow.tsx';

export const CheckMailPage = () => {
  const { t } = useTranslation('landing');
  const { kept, answer } = useRegistration();
  const addresses = useAddresses();
  const state = answer.data?.state;
  return (
    <Narrow>
      <Page
        title={t('mail.title')}
        description={
          kept?.email == null ? t('mail.textAnybody') : t('mail.text', { email: kept.email })
        }
      >
        <Stack align="flex-start" aria-live="polite">
          {state === 'expired' ? (
            <Alert color="amber" w="100%">
              {t('mail.expired')}
            </Alert>
          ) : null}
          {state !== undefined && state !== 'awaiting_verification' && state !== 'expired' ? (
            <Alert color="green" w="100%" title={t('mail.verified')}>
              <ButtonLink
                to="/provisioning/$registrationId"
                params={{ registrationId: kept?.id ?? '' }}
                size="xs"
                color="green"
              >
                {t('mail.watch')}
              </ButtonLink>
            </Alert>
          ) : null}
          {addresses?.mail == null ? null : (
            <Alert icon={<IconMailOpened aria-hidden />} w="100%" title={t('mail.caught')}>
              <Anchor href={addresses.mail} target="_blank" rel="noopener">
                {t('mail.openCaught')}
              </Anchor>
            </Alert>
          )}
          <Text size="sm" c="dimmed">
            {t('mail.nothing')}
          </Text>
          <ButtonLink to="/sign-up" variant="default">
            {t('mail.again')}
          </ButtonLink>
        </Stack>
      </Page>
    </Narrow>
  );
};
