import type { TenantRole } from '@atelier/contracts';

/** Who works with data, workbench and models; as the contracts of those services say. */
export const MODELLERS = [
  'data_scientist',
  'tenant_admin',
] as const satisfies readonly TenantRole[];
export const ADMINISTRATORS = ['tenant_admin'] as const satisfies readonly TenantRole[];
