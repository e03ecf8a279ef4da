import { randomBytes } from 'node:crypto';
import type { TenantRole } from '@atelier/contracts';
import { invite, type SignedUpTenant, signUp } from '@atelier/single-machine/journey';
import type { SignedIn } from '@atelier/single-machine/people';
import type { Stack } from './stack.ts';

/** The password of everybody that tests make. */
export const PASSWORD = 'correct horse battery staple';

export interface TestTenant extends SignedUpTenant {
  readonly name: string;
  /** A new person of the tenant, signed in to the CRM. */
  join(role: TenantRole): Promise<SignedIn>;
}

/** A fresh tenant of this test's own, signed up as a visitor does. */
export async function newTenant(stack: Stack, prefix = 'foo'): Promise<TestTenant> {
  const { addresses } = stack.instance;
  const name = `${prefix}-${randomBytes(4).toString('hex')}`;
  const tenant = await signUp({
    addresses,
    company: name,
    admin: { name: 'Tess Admin', email: `tess@${name}.example`, password: PASSWORD },
  });
  return {
    ...tenant,
    name,
    join: (role) =>
      invite({
        addresses,
        admin: tenant.admin,
        roles: [role],
        person: {
          name: `Somebody ${randomBytes(2).toString('hex')}`,
          email: `${role}-${randomBytes(3).toString('hex')}@${name}.example`,
          password: PASSWORD,
        },
      }),
  };
}
