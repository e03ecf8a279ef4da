import { TENANT_ROLES, type TenantRole } from '@atelier/contracts';
import { useText } from '@atelier/web-kit';
import { Checkbox, Stack } from '@mantine/core';

/** Which of the roles; `offered` leaves out those that may not be given here. */
export const RolesField = ({
  value,
  onChange,
  error,
  offered = TENANT_ROLES,
}: {
  readonly value: readonly TenantRole[];
  readonly onChange: (roles: TenantRole[]) => void;
  readonly error?: string | undefined;
  readonly offered?: readonly TenantRole[];
}) => {
  const t = useText('crm');
  return (
    <Checkbox.Group
      label={t('settings.roles')}
      required
      value={[...value]}
      error={error}
      onChange={(chosen) => onChange(TENANT_ROLES.filter((role) => chosen.includes(role)))}
    >
      <Stack gap="xs" my="xs">
        {offered.map((role) => (
          <Checkbox
            key={role}
            value={role}
            label={t(`role.${role}`)}
            description={t(`roleText.${role}`)}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  );
};
