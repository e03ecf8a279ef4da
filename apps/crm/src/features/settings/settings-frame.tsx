import type { TenantRole } from '@atelier/contracts';
import { ButtonLink, useText, useUser } from '@atelier/web-kit';
import { Group, Stack } from '@mantine/core';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { ADMINISTRATORS } from '../../access/roles.ts';

const PAGES: readonly {
  readonly to: string;
  readonly text: 'company' | 'users' | 'invitations' | 'apiKeys';
  readonly roles?: readonly TenantRole[];
}[] = [
  { to: '/settings/company', text: 'company' },
  { to: '/settings/users', text: 'users', roles: ADMINISTRATORS },
  { to: '/settings/invitations', text: 'invitations', roles: ADMINISTRATORS },
  { to: '/settings/api-keys', text: 'apiKeys' },
];

/** The settings that one's role opens, side by side. */
export const SettingsFrame = () => {
  const t = useText('crm');
  const user = useUser();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <Stack gap="lg">
      <Group component="nav" gap="xs" aria-label={t('settings.title')}>
        {PAGES.filter(({ roles }) => roles?.some((role) => user.roles.includes(role)) ?? true).map(
          ({ to, text }) => (
            <ButtonLink
              key={to}
              to={to}
              size="sm"
              variant={path === to ? 'light' : 'subtle'}
              aria-current={path === to ? 'page' : undefined}
            >
              {t(`settings.${text}`)}
            </ButtonLink>
          ),
        )}
      </Group>
      <Outlet />
    </Stack>
  );
};
