import { type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { loopbackFetch } from '../loopback-fetch.ts';
import { issuerUnavailable, remoteKeys } from './remote-keys.ts';

export interface AccessTokenRules {
  readonly issuer: string;
  readonly audience: string;
  /** `at+jwt` (RFC 9068); null for a provider that does not say, then `requiredClaims` must tell tokens apart. */
  readonly type: string | null;
  readonly algorithms: readonly string[];
  /** `{ token_use: 'access' }` for Cognito. */
  readonly requiredClaims: Readonly<Record<string, string>>;
}

const metadata = z.object({ issuer: z.string(), jwks_uri: z.url() });

/**
 * Verifies access tokens of the configured provider: issuer, audience, algorithm, type and age are pinned, keys come from
 * the issuer's own document and never from the token. Throws for every other token; `unavailable` when the issuer cannot be
 * asked.
 */
export const createAccessTokenVerifier = (rules: AccessTokenRules) => {
  let keys: Promise<JWTVerifyGetKey> | undefined;

  const discover = async (): Promise<JWTVerifyGetKey> => {
    const response = await loopbackFetch(`${rules.issuer}/.well-known/openid-configuration`);
    const told = metadata.parse(await response.json());
    if (told.issuer !== rules.issuer) throw new Error('the provider speaks for another issuer');
    return remoteKeys(told.jwks_uri);
  };

  return async (token: string): Promise<{ issuer: string; subject: string }> => {
    keys ??= discover();
    const found = await keys.catch((error: unknown) => {
      keys = undefined;
      throw issuerUnavailable(error);
    });
    const { payload } = await jwtVerify(token, found, {
      issuer: rules.issuer,
      audience: rules.audience,
      algorithms: [...rules.algorithms],
      requiredClaims: ['exp', 'sub'],
      ...(rules.type === null ? {} : { typ: rules.type }),
    });
    for (const [claim, value] of Object.entries(rules.requiredClaims)) {
      if (payload[claim] !== value) throw new Error(`the claim ${claim} is not ${value}`);
    }
    return { issuer: rules.issuer, subject: z.string().min(1).parse(payload.sub) };
  };
};
export type AccessTokenVerifier = ReturnType<typeof createAccessTokenVerifier>;
