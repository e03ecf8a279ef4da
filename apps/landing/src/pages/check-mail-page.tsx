import { ButtonLink, Notice, Page, useAddresses, useText } from '@atelier/web-kit';
import { Anchor, Stack, Text } from '@mantine/core';
import { IconMailOpened } from '@tabler/icons-react';
import { useRegistration } from '../registration/use-registration.ts';
import { Narrow } from './narrow.tsx';

export const CheckMailPage = () => {
  const t = useText('landing');
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
          {state === 'expired' ? <Notice color="amber">{t('mail.expired')}</Notice> : null}
          {state !== undefined && state !== 'awaiting_verification' && state !== 'expired' ? (
            <Notice color="green" title={t('mail.verified')}>
              <ButtonLink
                to="/provisioning/$registrationId"
                params={{ registrationId: kept?.id ?? '' }}
                size="xs"
                color="green"
              >
                {t('mail.watch')}
              </ButtonLink>
            </Notice>
          ) : null}
          {addresses?.mail == null ? null : (
            <Notice icon={IconMailOpened} title={t('mail.caught')}>
              <Anchor href={addresses.mail} target="_blank" rel="noopener">
                {t('mail.openCaught')}
              </Anchor>
            </Notice>
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
