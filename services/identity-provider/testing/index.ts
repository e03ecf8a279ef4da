import { prepareServiceDatabase } from '@atelier/service-kit/testing';
import pg from 'pg';
import { createIdentityProvider, identityProviderMigrations, type WebClient } from '../src/app.ts';
import { createEmbeddedUserDirectory } from '../src/embedded-user-directory.ts';
import type { SignInLimits } from '../src/sign-in-limits.ts';
import { makeSigningKey } from '../src/signing-keys.ts';

/** The schema in a test's own database, and a pool that runs as its `_app` role. */
export const openIdentityPool = async (database: {
  url: string;
  urlFor(user: string, password: string): string;
}): Promise<pg.Pool> => {
  const databases = await prepareServiceDatabase({
    url: database.url,
    service: 'identity-provider',
    migrations: identityProviderMigrations,
  });
  await databases.close();
  const pool = new pg.Pool({ connectionString: database.urlFor('identity_provider_app', 'test') });
  pool.on('error', () => undefined);
  return pool;
};

/** A running provider with a directory to put people into. */
export const startIdentityProvider = async (given: {
  pool: pg.Pool;
  issuer: string;
  clients: readonly WebClient[];
  apiAudience?: string;
  signInLimits?: SignInLimits;
  port?: number;
}) => {
  const signingKey = await makeSigningKey();
  const { app, close } = createIdentityProvider({
    apiAudience: 'http://atelier.localhost/api',
    ...given,
    signingKeys: [signingKey],
    cookieSecret: 'a secret of this test',
    logLevel: 'error',
  });
  const address = await app.listen({ host: '127.0.0.1', port: given.port ?? 0 });
  return {
    address,
    signingKey,
    directory: createEmbeddedUserDirectory({ pool: given.pool, issuer: given.issuer }),
    close,
  };
};
