import type { TenantRole } from '@atelier/contracts';
import type { SignedIn } from '@atelier/single-machine/people';
import type { Stack } from '../harness/stack.ts';
import { newTenant, type TestTenant } from '../harness/tenants.ts';

/** A tenant with a person of every role. */
export interface Party {
  readonly tenant: TestTenant;
  readonly people: Readonly<Record<TenantRole, SignedIn>>;
}

/** A fresh tenant, its administrator, and a marketer and a data scientist who joined by invitation. */
export async function newParty(stack: Stack, prefix: string): Promise<Party> {
  const tenant = await newTenant(stack, prefix);
  const marketer = await tenant.join('marketer');
  const dataScientist = await tenant.join('data_scientist');
  return {
    tenant,
    people: { tenant_admin: tenant.admin, marketer, data_scientist: dataScientist },
  };
}
