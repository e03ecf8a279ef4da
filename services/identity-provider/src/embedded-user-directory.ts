import type { UserDirectory } from '@atelier/cloud/ports';
import type { Pool } from 'pg';
import { createAccountStore } from './account-store.ts';
import { hashPassword, MAX_PASSWORD_LENGTH } from './passwords.ts';

/**
 * The embedded provider's people. `pool` connects as `identity_provider_app`; `issuer` is what the provider's tokens name.
 * `setPassword` throws for a subject that does not exist.
 */
export const createEmbeddedUserDirectory = (deps: {
  pool: Pool;
  issuer: string;
}): UserDirectory => {
  const accounts = createAccountStore(deps);
  return {
    ensureUser: async ({ email, name }) => ({
      subject: await accounts.ensure(email, name),
      issuer: deps.issuer,
    }),
    setPassword: async (subject, password) => {
      if (password.length > MAX_PASSWORD_LENGTH) throw new RangeError('the password is too long');
      const known = await accounts.setPasswordHash(subject, await hashPassword(password));
      if (!known) throw new Error('there is no such person in the directory');
    },
    disableUser: (subject) => accounts.disable(subject),
    deleteUser: (subject) => accounts.delete(subject),
  };
};
