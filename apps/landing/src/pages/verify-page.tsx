import { ProblemError } from '@atelier/contracts';
import {
  ButtonLink,
  EmptyState,
  fieldErrors,
  Page,
  ProblemAlert,
  useAction,
  useAddresses,
  useText,
} from '@atelier/web-kit';
import { Button, Group, Stack } from '@mantine/core';
import { IconLinkOff } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { keepRegistration } from '../registration/kept-registration.ts';
import { Narrow } from './narrow.tsx';
import { MIN_PASSWORD, PasswordField } from './password-field.tsx';

const DeadLink = ({ expired }: { readonly expired: boolean }) => {
  const t = useText('landing');
  const addresses = useAddresses();
  return (
    <EmptyState
      order={1}
      icon={IconLinkOff}
      title={t(expired ? 'verify.expiredTitle' : 'verify.noTokenTitle')}
      action={
        <Group>
          <ButtonLink to="/sign-up" variant={expired ? 'default' : 'filled'}>
            {t('nav.signUp')}
          </ButtonLink>
          {!expired || addresses === undefined ? null : (
            <Button component="a" href={addresses.crm}>
              {t('home.signIn')}
            </Button>
          )}
        </Group>
      }
    >
      {t(expired ? 'verify.expired' : 'verify.noToken')}
    </EmptyState>
  );
};

export const VerifyPage = () => {
  const t = useText('landing');
  const { token } = useSearch({ from: '/verify' }) as { token?: string };
  const navigate = useNavigate();
  const [password, setPassword] = useState('');
  const [tooShort, setTooShort] = useState(false);
  const verify = useAction('registration', 'verifyRegistration', {
    onDone: ({ id, token: watching }) => {
      keepRegistration({ id, token: watching, email: null });
      return navigate({
        to: '/provisioning/$registrationId',
        params: { registrationId: id },
        replace: true,
      });
    },
  });
  const expired =
    verify.error instanceof ProblemError && verify.error.problem.code === 'link_expired';
  if (token === undefined || expired) {
    return (
      <Narrow>
        <DeadLink expired={expired} />
      </Narrow>
    );
  }
  const refused = fieldErrors(verify.error).password;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const short = password.length < MIN_PASSWORD;
    setTooShort(short);
    if (short) document.getElementById('password')?.focus();
    else verify.mutate({ body: { token, password } });
  };
  return (
    <Narrow>
      <Page title={t('verify.title')} description={t('verify.lead')}>
        <form onSubmit={submit} noValidate>
          <Stack>
            <PasswordField
              value={password}
              onChange={setPassword}
              error={tooShort ? t('verify.tooShort') : refused}
            />
            {verify.error === null || refused !== undefined ? null : (
              <ProblemAlert error={verify.error} />
            )}
            <Button type="submit" size="md" loading={verify.isPending}>
              {t('verify.submit')}
            </Button>
          </Stack>
        </form>
      </Page>
    </Narrow>
  );
};
