import type { TenantRole, User } from '@atelier/contracts';
import { ProblemAlert, useAction, useText } from '@atelier/web-kit';
import { Button, Group, Modal, Stack, Switch } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { RolesField } from './roles-field.tsx';

/** Roles and whether the person may sign in; what the old roles opened ends within seconds. */
export const EditUser = ({
  user,
  onClose,
}: {
  readonly user: User;
  readonly onClose: () => void;
}) => {
  const t = useText('crm');
  const [roles, setRoles] = useState<readonly TenantRole[]>(user.roles);
  const [active, setActive] = useState(user.active);
  const change = useAction('user-management', 'changeUser', { onDone: onClose });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (roles.length > 0) {
      change.mutate({ params: { userId: user.id }, body: { roles: [...roles], active } });
    }
  };
  return (
    <Modal opened onClose={onClose} centered title={t('settings.editUser', { name: user.name })}>
      <form onSubmit={submit}>
        <Stack>
          <RolesField
            value={roles}
            onChange={setRoles}
            error={roles.length === 0 ? t('settings.rolesMissing') : undefined}
          />
          <Switch
            label={t('settings.activeLabel')}
            description={t('settings.activeText')}
            checked={active}
            onChange={(event) => setActive(event.currentTarget.checked)}
          />
          {change.error === null ? null : <ProblemAlert error={change.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('confirm.cancel', { ns: 'kit' })}
            </Button>
            <Button type="submit" loading={change.isPending}>
              {t('settings.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
