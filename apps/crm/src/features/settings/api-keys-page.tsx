import {
  DataTable,
  EmptyState,
  Page,
  ProblemAlert,
  Section,
  useAction,
  useAnswer,
  useFormats,
  useText,
} from '@atelier/web-kit';
import { Badge, Button, Code, Group } from '@mantine/core';
import { IconKeyOff } from '@tabler/icons-react';
import { NewKey } from './new-key.tsx';

const KeyList = () => {
  const t = useText('crm');
  const formats = useFormats();
  const revoke = useAction('user-management', 'deleteApiKey');
  const keys = useAnswer('user-management', 'listApiKeys', { query: { limit: 100 } });
  return (
    <Section title={t('settings.apiKeys')}>
      {revoke.error === null ? null : <ProblemAlert error={revoke.error} />}
      <DataTable
        caption={t('settings.apiKeys')}
        rows={keys.data?.items}
        rowKey={({ id }) => id}
        error={keys.error}
        onRetry={() => void keys.refetch()}
        columns={[
          {
            id: 'name',
            header: t('settings.keyName'),
            rowHeader: true,
            render: ({ name }) => name,
          },
          {
            id: 'prefix',
            header: t('settings.keyPrefix'),
            visibleFrom: 'sm',
            render: ({ prefix }) => <Code>{prefix}</Code>,
          },
          {
            id: 'roles',
            header: t('settings.roles'),
            visibleFrom: 'md',
            render: ({ roles }) => (
              <Group gap={4}>
                {roles.map((role) => (
                  <Badge key={role}>{t(`role.${role}`)}</Badge>
                ))}
              </Group>
            ),
          },
          {
            id: 'expires',
            header: t('settings.expires'),
            render: ({ expiresAt }) => formats.time(expiresAt),
          },
          {
            id: 'used',
            header: t('settings.keyUsed'),
            visibleFrom: 'md',
            render: ({ lastUsedAt }) =>
              lastUsedAt === null ? t('settings.keyNever') : formats.time(lastUsedAt),
          },
          {
            id: 'revoke',
            header: '',
            align: 'right',
            render: ({ id, name }) => (
              <Button
                size="xs"
                variant="default"
                aria-label={t('settings.keyDeleteLabel', { name })}
                onClick={() => revoke.mutate({ params: { apiKeyId: id } })}
              >
                {t('settings.keyDelete')}
              </Button>
            ),
          },
        ]}
        empty={
          <EmptyState order={3} icon={IconKeyOff} title={t('settings.keysEmptyTitle')}>
            {t('settings.keysEmpty')}
          </EmptyState>
        }
      />
    </Section>
  );
};

export const ApiKeysPage = () => {
  const t = useText('crm');
  return (
    <Page
      title={t('settings.apiKeys')}
      application={t('name')}
      description={t('settings.keysLead')}
    >
      <NewKey />
      <KeyList />
    </Page>
  );
};
