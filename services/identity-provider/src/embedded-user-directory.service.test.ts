import { userDirectorySuite } from '@atelier/cloud/suites';
import { startTestDatabase } from '@atelier/single-machine/testing';
import { openIdentityPool } from '../testing/index.ts';
import { createAccountStore } from './account-store.ts';
import { createEmbeddedUserDirectory } from './embedded-user-directory.ts';
import { createPasswordCheck } from './passwords.ts';
import { createSignIn } from './sign-in.ts';
import { createSignInThrottle, DEFAULT_SIGN_IN_LIMITS } from './sign-in-limits.ts';

userDirectorySuite('the embedded identity provider', async () => {
  const database = await startTestDatabase();
  const pool = await openIdentityPool(database);
  const signIn = createSignIn({
    accounts: createAccountStore({ pool }),
    passwords: createPasswordCheck(),
    throttle: createSignInThrottle({ pool, limits: DEFAULT_SIGN_IN_LIMITS }),
  });
  return {
    open: () => createEmbeddedUserDirectory({ pool, issuer: 'http://id.atelier.localhost:8080' }),
    signIn: (email, password) => signIn({ email, password, address: '127.0.0.1' }),
    close: async () => {
      await pool.end();
      await database.stop();
    },
  };
});
