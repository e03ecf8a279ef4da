import { ActionIcon, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type Icon, IconMenu2, IconX } from '@tabler/icons-react';
import { Link, useRouterState } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { useText } from '../messages/use-text.ts';
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

/**
 * The frame of an application behind the sign-in: laid out by a style sheet alone, since Mantine's AppShell would cost
 * 25 KB of script before the first page.
 */
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
  const t = useText('kit');
  const [opened, { toggle, close }] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: going somewhere closes the navigation of a narrow window
  useEffect(close, [path]);
  const Toggle = opened ? IconX : IconMenu2;
  return (
    <div className={classes.shell}>
      <SkipLink />
      <header className={classes.header}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          className={classes.toggle}
          onClick={toggle}
          aria-expanded={opened}
          aria-controls="navigation"
          aria-label={opened ? t('navigation.close') : t('navigation.open')}
        >
          <Toggle size={22} aria-hidden />
        </ActionIcon>
        <div className={classes.brand}>
          <Brand application={application} />
        </div>
        {owner === undefined ? null : (
          <Text fw={600} truncate className={classes.owner}>
            {owner}
          </Text>
        )}
        <div className={classes.tools}>
          {tray}
          <ThemeSwitch />
          <UserMenu />
        </div>
      </header>
      <nav
        id="navigation"
        aria-label={t('navigation.label')}
        className={classes.navigation}
        data-opened={opened || undefined}
      >
        <div className={classes.links}>
          {navigation.map((item) => (
            <Link
              key={item.to}
              to={item.to}
              className={classes.link}
              aria-current={isCurrent(item, path) ? 'page' : undefined}
            >
              <item.icon size={19} stroke={1.8} aria-hidden />
              {item.label}
            </Link>
          ))}
        </div>
      </nav>
      <main id="content" tabIndex={-1} className={classes.main}>
        <div className={classes.measure}>{children}</div>
      </main>
    </div>
  );
};
