import { AppShell, Burger, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Icon } from '@tabler/icons-react';
import { useRouterState } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { NavigationLink } from '../components/links.tsx';
import { ThemeSwitch } from '../theme/theme-switch.tsx';
import { Brand } from './brand.tsx';
import classes from './shell.module.css';
import { SkipLink } from './skip-link.tsx';
import { UserMenu } from './user-menu.tsx';

export interface NavigationItem {
  readonly to: string;
  readonly label: string;
  readonly icon: Icon;
  /** Active only on exactly this path: for the start page. */
  readonly exact?: boolean;
}

const isCurrent = (item: NavigationItem, path: string): boolean =>
  item.exact ? path === item.to : path === item.to || path.startsWith(`${item.to}/`);

/** The frame of an application behind the sign-in. */
export const Shell = ({
  application,
  navigation,
  owner,
  tray,
  children,
}: {
  readonly application: string;
  readonly navigation: readonly NavigationItem[];
  /** Whose data one is looking at. */
  readonly owner?: string | undefined;
  readonly tray?: ReactNode;
  readonly children: ReactNode;
}) => {
  const { t } = useTranslation('kit');
  const [opened, { toggle, close }] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: going somewhere closes the navigation of a narrow window
  useEffect(close, [path]);
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 232, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'md', md: 'xl' }}
      layout="alt"
    >
      <SkipLink />
      <AppShell.Header className={classes.bar}>
        <Group h="100%" px="md" gap="sm" wrap="nowrap">
          <Burger
            opened={opened}
            onClick={toggle}
            hiddenFrom="sm"
            size="sm"
            aria-expanded={opened}
            aria-label={opened ? t('navigation.close') : t('navigation.open')}
          />
          {owner === undefined ? null : (
            <Text fw={600} truncate>
              {owner}
            </Text>
          )}
          <Group gap={6} ml="auto" wrap="nowrap">
            {tray}
            <ThemeSwitch />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="sm" aria-label={t('navigation.label')} className={classes.navbar}>
        <Group h={44} px="xs" mb="sm" justify="space-between" wrap="nowrap">
          <Brand application={application} />
          <Burger
            opened
            onClick={close}
            hiddenFrom="sm"
            size="sm"
            aria-label={t('navigation.close')}
          />
        </Group>
        {navigation.map((item) => (
          <NavigationLink
            key={item.to}
            to={item.to}
            label={item.label}
            leftSection={<item.icon size={18} stroke={1.8} aria-hidden />}
            active={isCurrent(item, path)}
            aria-current={isCurrent(item, path) ? 'page' : undefined}
            className={classes.link ?? ''}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
        <div className={classes.measure}>{children}</div>
      </AppShell.Main>
    </AppShell>
  );
};
