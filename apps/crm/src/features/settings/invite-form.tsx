import type { TenantRole } from '@atelier/contracts';
import { fieldErrors, Notice, ProblemAlert, useAction, useText } from '@atelier/web-kit';
import { Button, Group, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { RolesField } from './roles-field.tsx';

export const InviteForm = () => {
  const t = useText('crm');
  const [email, setEmail] = useState('');
  const [roles, setRoles] = useState<readonly TenantRole[]>(['marketer']);
  const [tried, setTried] = useState(false);
  const [invited, setInvited] = useState<string | null>(null);
  const invite = useAction('user-management', 'invite', {
    onDone: (invitation) => {
      setInvited(invitation.email);
      setEmail('');
      setTried(false);
    },
  });
  const emailFault = /^\S+@\S+\.\S+$/.test(email) ? undefined : t('settings.emailFault');
  const rolesFault = roles.length === 0 ? t('settings.rolesMissing') : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (emailFault !== undefined) document.getElementById('invite-email')?.focus();
    else if (rolesFault === undefined) invite.mutate({ body: { email, roles: [...roles] } });
  };
  return (
    <form onSubmit={submit} noValidate className="atelier-surface">
      <Stack maw={560}>
        <TextInput
          id="invite-email"
          type="email"
          label={t('settings.email')}
          required
          autoComplete="off"
          maxLength={254}
          value={email}
          error={tried ? (emailFault ?? fieldErrors(invite.error).email) : undefined}
          onChange={(event) => setEmail(event.currentTarget.value.trim())}
        />
        <RolesField value={roles} onChange={setRoles} error={tried ? rolesFault : undefined} />
        {invite.error === null ? null : <ProblemAlert error={invite.error} />}
        {invited === null ? null : (
          <Notice color="green" role="status">
            {t('settings.invited', { email: invited })}
          </Notice>
        )}
        <Group>
          <Button type="submit" loading={invite.isPending}>
            {t('settings.inviteSubmit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};
