import { z } from 'zod';

export const TENANT_ROLES = ['marketer', 'data_scientist', 'tenant_admin'] as const;
export const tenantRole = z.enum(TENANT_ROLES);
export type TenantRole = z.infer<typeof tenantRole>;

export const PLATFORM_OPERATOR = 'platform_operator';
export const role = z.enum([...TENANT_ROLES, PLATFORM_OPERATOR]);
export type Role = z.infer<typeof role>;
