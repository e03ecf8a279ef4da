import type { User } from '@atelier/contracts';
import {
  ButtonLink,
  CursorPaging,
  DataTable,
  type ListSearch,
  Page,
  useAnswer,
  useFormats,
  useListAddress,
  useText,
  useUser,
} from '@atelier/web-kit';
import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { EditUser } from './edit-user.tsx';

export const UsersPage = () => {
  const t = useText('crm');
  const formats = useFormats();
  const me = useUser();
  const search = useSearch({ strict: false }) as ListSearch;
  const address = useListAddress(search);
  const [edited, setEdited] = useState<User | null>(null);
  const users = useAnswer(
    'user-management',
    'listUsers',
    { query: { limit: 25, ...(search.cursor === undefined ? {} : { cursor: search.cursor }) } },
    { keep: true },
  );
  return (
    <Page
      title={t('settings.users')}
      application={t('name')}
      description={t('settings.usersLead')}
      actions={<ButtonLink to="/settings/invitations">{t('settings.invite')}</ButtonLink>}
    >
      <div className="atelier-surface">
        <DataTable
          caption={t('settings.users')}
          rows={users.data?.items}
          rowKey={({ id }) => id}
          error={users.error}
          onRetry={() => void users.refetch()}
          columns={[
            {
              id: 'user',
              header: t('settings.user'),
              rowHeader: true,
              render: (user) => (
                <Stack gap={0}>
                  <Text fw={600}>
                    {user.name}
                    {user.id === me.userId ? ` (${t('settings.you')})` : ''}
                  </Text>
                  <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                    {user.email}
                  </Text>
                </Stack>
              ),
            },
            {
              id: 'roles',
              header: t('settings.roles'),
              render: (user) => (
                <Group gap={4}>
                  {user.roles.map((role) => (
                    <Badge key={role}>{t(`role.${role}`)}</Badge>
                  ))}
                  {user.active ? null : <Badge color="gray">{t('settings.inactive')}</Badge>}
                </Group>
              ),
            },
            {
              id: 'since',
              header: t('settings.since2'),
              visibleFrom: 'md',
              render: (user) => formats.time(user.createdAt),
            },
            {
              id: 'edit',
              header: '',
              align: 'right',
              render: (user) => (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t('settings.editUser', { name: user.name })}
                  onClick={() => setEdited(user)}
                >
                  {t('settings.edit')}
                </Button>
              ),
            },
          ]}
          empty={null}
          paging={
            <CursorPaging
              nextCursor={users.data?.nextCursor ?? null}
              hasPrevious={address.hasPrevious}
              onNext={address.next}
              onPrevious={address.previous}
            />
          }
        />
      </div>
      {edited === null ? null : <EditUser user={edited} onClose={() => setEdited(null)} />}
    </Page>
  );
};
