import type { Invitation } from '@atelier/contracts';
import {
  CursorPaging,
  DataTable,
  EmptyState,
  type ListSearch,
  Page,
  ProblemAlert,
  Section,
  useAction,
  useAnswer,
  useFormats,
  useListAddress,
  useText,
} from '@atelier/web-kit';
import { Badge, Button, Group } from '@mantine/core';
import { IconMailOff } from '@tabler/icons-react';
import { useSearch } from '@tanstack/react-router';
import { InviteForm } from './invite-form.tsx';

const COLORS = {
  pending: 'ink',
  accepted: 'green',
  revoked: 'gray',
  expired: 'gray',
} as const satisfies Record<Invitation['state'], string>;

const InvitationList = () => {
  const t = useText('crm');
  const formats = useFormats();
  const search = useSearch({ strict: false }) as ListSearch;
  const address = useListAddress(search);
  const revoke = useAction('user-management', 'revokeInvitation');
  const invitations = useAnswer(
    'user-management',
    'listInvitations',
    { query: { limit: 25, ...(search.cursor === undefined ? {} : { cursor: search.cursor }) } },
    { keep: true },
  );
  return (
    <Section title={t('settings.invitations')}>
      {revoke.error === null ? null : <ProblemAlert error={revoke.error} />}
      <DataTable
        caption={t('settings.invitations')}
        rows={invitations.data?.items}
        rowKey={({ id }) => id}
        error={invitations.error}
        onRetry={() => void invitations.refetch()}
        columns={[
          {
            id: 'email',
            header: t('settings.email'),
            rowHeader: true,
            render: ({ email }) => email,
          },
          {
            id: 'roles',
            header: t('settings.roles'),
            visibleFrom: 'sm',
            render: ({ roles }) => (
              <Group gap={4}>
                {roles.map((role) => (
                  <Badge key={role}>{t(`role.${role}`)}</Badge>
                ))}
              </Group>
            ),
          },
          {
            id: 'state',
            header: t('settings.state'),
            render: ({ state }) => (
              <Badge color={COLORS[state]}>{t(`settings.invitationState.${state}`)}</Badge>
            ),
          },
          {
            id: 'expires',
            header: t('settings.expires'),
            visibleFrom: 'md',
            render: ({ expiresAt }) => formats.time(expiresAt),
          },
          {
            id: 'revoke',
            header: '',
            align: 'right',
            render: ({ id, email, state }) =>
              state === 'pending' ? (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t('settings.revokeLabel', { email })}
                  onClick={() => revoke.mutate({ params: { invitationId: id } })}
                >
                  {t('settings.revoke')}
                </Button>
              ) : null,
          },
        ]}
        empty={
          <EmptyState order={3} icon={IconMailOff} title={t('settings.invitationsEmptyTitle')}>
            {t('settings.invitationsEmpty')}
          </EmptyState>
        }
        paging={
          <CursorPaging
            nextCursor={invitations.data?.nextCursor ?? null}
            hasPrevious={address.hasPrevious}
            onNext={address.next}
            onPrevious={address.previous}
          />
        }
      />
    </Section>
  );
};

export const InvitationsPage = () => {
  const t = useText('crm');
  return (
    <Page
      title={t('settings.invite')}
      application={t('name')}
      description={t('settings.inviteLead')}
    >
      <InviteForm />
      <InvitationList />
    </Page>
  );
};
