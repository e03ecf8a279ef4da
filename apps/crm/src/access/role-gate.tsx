import type { TenantRole } from '@atelier/contracts';
import { ButtonLink, EmptyState, useHasRole, useText } from '@atelier/web-kit';
import { IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** A page for some roles. The services refuse the others anyway; this says it kindly. */
export const RoleGate = ({
  roles,
  children,
}: {
  readonly roles: readonly TenantRole[];
  readonly children: ReactNode;
}) => {
  const t = useText('crm');
  const allowed = useHasRole(...roles);
  if (allowed) return children;
  return (
    <EmptyState
      order={1}
      icon={IconLock}
      title={t('access.title')}
      action={<ButtonLink to="/">{t('access.home')}</ButtonLink>}
    >
      {t('access.text', { roles: roles.map((role) => t(`role.${role}`)).join(', ') })}
    </EmptyState>
  );
};
