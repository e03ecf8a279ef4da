import { Text } from '@mantine/core';
import { IconLogout, IconUserCircle } from '@tabler/icons-react';
import { signOut, useUser } from '../api/session.ts';
import { Dropdown } from '../components/dropdown.tsx';
import { DropdownItem } from '../components/dropdown-item.tsx';
import { useText } from '../messages/use-text.ts';
import { SIGNED_OUT_PATH } from './signed-out-page.tsx';
import classes from './user-menu.module.css';

export const UserMenu = () => {
  const t = useText('kit');
  const user = useUser();
  return (
    <Dropdown label={t('account.label')} icon={<IconUserCircle size={22} aria-hidden />}>
      {() => (
        <>
          <Text px="sm" size="sm" style={{ overflowWrap: 'anywhere' }} component="div">
            <Text size="xs" c="dimmed">
              {t('account.signedInAs')}
            </Text>
            <Text fw={600}>{user.name}</Text>
            {user.email}
          </Text>
          <div className={classes.line} />
          <DropdownItem
            icon={IconLogout}
            label={t('account.signOut')}
            onClick={() => void signOut(SIGNED_OUT_PATH)}
          />
        </>
      )}
    </Dropdown>
  );
};
