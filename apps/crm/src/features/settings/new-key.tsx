import { TENANT_ROLES, type TenantRole } from '@atelier/contracts';
import {
  CodeBlock,
  Notice,
  ProblemAlert,
  Section,
  useAction,
  useText,
  useUser,
} from '@atelier/web-kit';
import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { RolesField } from './roles-field.tsx';

const LIVES = { hour: 3600, day: 86_400, month: 2_592_000, year: 31_536_000 } as const;
type Life = keyof typeof LIVES;
const LIFE_NAMES: readonly Life[] = ['hour', 'day', 'month', 'year'];

export const NewKey = () => {
  const t = useText('crm');
  const user = useUser();
  const mine = TENANT_ROLES.filter((role) => user.roles.includes(role));
  const [name, setName] = useState('');
  const [roles, setRoles] = useState<readonly TenantRole[]>(mine);
  const [life, setLife] = useState<Life>('day');
  const [tried, setTried] = useState(false);
  const make = useAction('user-management', 'createApiKey', {
    onDone: () => {
      setName('');
      setTried(false);
    },
  });
  const nameFault = name.trim() === '' ? t('settings.nameMissing') : undefined;
  const rolesFault = roles.length === 0 ? t('settings.rolesMissing') : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (nameFault !== undefined) document.getElementById('key-name')?.focus();
    else if (rolesFault === undefined) {
      make.mutate({
        body: { name: name.trim(), roles: [...roles], expiresInSeconds: LIVES[life] },
      });
    }
  };
  if (make.data?.secret === null) {
    return (
      <Notice color="amber" title={t('settings.keyLost')}>
        <Button size="xs" variant="default" onClick={() => make.reset()}>
          {t('settings.keyNew')}
        </Button>
      </Notice>
    );
  }
  if (make.data !== undefined) {
    return (
      <Notice color="green" title={t('settings.keyMade')}>
        <Stack gap="sm">
          <CodeBlock code={make.data.secret} label={t('settings.apiKeys')} />
          <Group>
            <Button size="xs" variant="default" onClick={() => make.reset()}>
              {t('settings.keyDone')}
            </Button>
          </Group>
        </Stack>
      </Notice>
    );
  }
  return (
    <Section title={t('settings.keyNew')}>
      <form onSubmit={submit} noValidate>
        <Stack maw={560}>
          <TextInput
            id="key-name"
            label={t('settings.keyName')}
            description={t('settings.keyNameText')}
            required
            autoComplete="off"
            maxLength={100}
            value={name}
            error={tried ? nameFault : undefined}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <RolesField
            value={roles}
            onChange={setRoles}
            offered={mine}
            error={tried ? rolesFault : undefined}
          />
          <NativeSelect
            label={t('settings.keyLife')}
            value={life}
            data={LIFE_NAMES.map((value) => ({ value, label: t(`settings.keyLives.${value}`) }))}
            onChange={(event) =>
              setLife(LIFE_NAMES.find((one) => one === event.currentTarget.value) ?? life)
            }
          />
          {make.error === null ? null : <ProblemAlert error={make.error} />}
          <Group>
            <Button type="submit" loading={make.isPending}>
              {t('settings.keySubmit')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
};
