import { ProblemError } from '@atelier/contracts';
import {
  type Answer,
  ButtonLink,
  EmptyState,
  fieldErrors,
  Page,
  ProblemAlert,
  useAction,
  useAddresses,
  useAnswer,
  useText,
} from '@atelier/web-kit';
import { Badge, Button, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { IconConfetti, IconLinkOff } from '@tabler/icons-react';
import { useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { Narrow } from './narrow.tsx';
import { MIN_PASSWORD, PasswordField } from './password-field.tsx';

type Invitation = Answer<'user-management', 'lookUpInvitation'>;

const Joined = ({ invitation }: { readonly invitation: Invitation }) => {
  const t = useText('landing');
  const addresses = useAddresses();
  return (
    <EmptyState
      order={1}
      icon={IconConfetti}
      title={t('invitation.doneTitle', { tenant: invitation.tenantName })}
      action={
        addresses === undefined ? undefined : (
          <Button component="a" href={addresses.crm}>
            {t('invitation.openCrm')}
          </Button>
        )
      }
    >
      {t('invitation.done', { email: invitation.email })}
    </EmptyState>
  );
};

const DeadInvitation = ({ complete }: { readonly complete: boolean }) => {
  const t = useText('landing');
  return (
    <EmptyState
      order={1}
      icon={IconLinkOff}
      title={t(complete ? 'invitation.expiredTitle' : 'invitation.noTokenTitle')}
      action={<ButtonLink to="/find-my-workspace">{t('nav.findWorkspace')}</ButtonLink>}
    >
      {t(complete ? 'invitation.expired' : 'invitation.noToken')}
    </EmptyState>
  );
};

const Join = ({
  invitation,
  token,
}: {
  readonly invitation: Invitation;
  readonly token: string;
}) => {
  const t = useText('landing');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const accept = useAction('user-management', 'acceptInvitation');
  if (accept.isSuccess) return <Joined invitation={invitation} />;
  const refused = fieldErrors(accept.error);
  const nameFault = name.trim() === '' ? t('signUp.missing') : undefined;
  const passwordFault = password.length < MIN_PASSWORD ? t('verify.tooShort') : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (nameFault !== undefined) document.getElementById('name')?.focus();
    else if (passwordFault !== undefined) document.getElementById('password')?.focus();
    else accept.mutate({ body: { token, name: name.trim(), password } });
  };
  return (
    <Page
      title={t('invitation.title', { tenant: invitation.tenantName })}
      description={t('invitation.lead', { email: invitation.email })}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <Group gap="xs">
            <Text size="sm">{t('invitation.roles')}</Text>
            {invitation.roles.map((role) => (
              <Badge key={role}>{t(`invitation.role.${role}`)}</Badge>
            ))}
          </Group>
          <TextInput
            id="name"
            name="name"
            label={t('invitation.name')}
            autoComplete="name"
            required
            maxLength={100}
            value={name}
            error={tried ? (nameFault ?? refused.name) : undefined}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <PasswordField
            value={password}
            onChange={setPassword}
            error={tried ? (passwordFault ?? refused.password) : undefined}
          />
          {accept.error === null ? null : <ProblemAlert error={accept.error} />}
          <Button type="submit" size="md" loading={accept.isPending}>
            {t('invitation.submit')}
          </Button>
        </Stack>
      </form>
    </Page>
  );
};

export const InvitationPage = () => {
  const { token } = useSearch({ from: '/invitation' }) as { token?: string };
  const invitation = useAnswer(
    'user-management',
    'lookUpInvitation',
    { body: { token: token ?? '' } },
    { enabled: token !== undefined, staleMs: Number.POSITIVE_INFINITY },
  );
  const dead =
    invitation.error instanceof ProblemError &&
    (invitation.error.problem.code === 'link_expired' ||
      invitation.error.problem.code === 'invalid_request');
  return (
    <Narrow>
      {token !== undefined && invitation.data !== undefined ? (
        // Once accepted the link is dead; what it was for has been read by then.
        <Join invitation={invitation.data} token={token} />
      ) : token === undefined || dead ? (
        <DeadInvitation complete={token !== undefined} />
      ) : invitation.isError ? (
        <ProblemAlert error={invitation.error} onRetry={() => void invitation.refetch()} />
      ) : (
        <Skeleton height={240} />
      )}
    </Narrow>
  );
};
