import { randomUUID } from 'node:crypto';
import { userOfExecutionRole } from '@atelier/account-baseline';
import { id } from '@atelier/contracts';
import { createLocalJWKSet, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { remoteKeys } from './remote-keys.ts';

/** Whose signature says which role a notebook runs with: Studio's STS, or AWS's. */
export interface WorkbenchIssuer {
  readonly issuer: string;
  readonly jwksUri: string;
  /** This front-door, as workbenches address it. */
  readonly audience: string;
}

export interface WorkbenchPerson {
  readonly accountId: string;
  readonly userId: string;
}

const stsClaims = z.object({
  sub: z.string(),
  'https://sts.amazonaws.com/': z.object({ aws_account: z.string() }),
});

/** STS signs with nothing else. */
const STS_ALGORITHMS = ['ES384', 'RS256'];
/** A proof is made to be used at once. */
const STS_TOKEN_SECONDS = 3600;

/** Verifies what `sts:GetWebIdentityToken` gave to a notebook. Throws for everything but a person's execution role. */
export const createWorkbenchIdentityVerifier = (issuers: WorkbenchIssuer) => {
  const keys = remoteKeys(issuers.jwksUri);
  return async (token: string): Promise<WorkbenchPerson> => {
    const { payload } = await jwtVerify(token, keys, {
      issuer: issuers.issuer,
      audience: issuers.audience,
      algorithms: STS_ALGORITHMS,
      maxTokenAge: STS_TOKEN_SECONDS,
      requiredClaims: ['exp', 'sub'],
    });
    const claims = stsClaims.parse(payload);
    const person = userOfExecutionRole(claims.sub);
    if (person === null) throw new Error('the role is no execution role');
    if (person.accountId !== claims['https://sts.amazonaws.com/'].aws_account) {
      throw new Error('the role is of another account than the token');
    }
    return person;
  };
};
export type WorkbenchIdentityVerifier = ReturnType<typeof createWorkbenchIdentityVerifier>;

export const WORKBENCH_TOKEN_TYPE = 'atelier-workbench+jwt';
export const WORKBENCH_TOKEN_SECONDS = 300;

const ISSUER = 'atelier:front-door';
const AUDIENCE = 'atelier:front-door/workbench';
const ALGORITHM = 'ES256';

const workbenchClaims = z.object({ sub: id, tenant_id: id, account: z.string().regex(/^\d{12}$/) });

export interface WorkbenchToken extends WorkbenchPerson {
  readonly tenantId: string;
}

/** Short tokens for notebooks: signed by the front-door for itself, of a type of their own. */
export const createWorkbenchTokens = ({ signingKey }: { signingKey: JWK }) => {
  const { d: _secret, ...publicKey } = signingKey;
  const keys = createLocalJWKSet({ keys: [publicKey as JWK] });
  const key = importJWK(signingKey, ALGORITHM);
  return {
    issue: async ({ userId, tenantId, accountId }: WorkbenchToken): Promise<string> =>
      new SignJWT({ tenant_id: tenantId, account: accountId })
        .setProtectedHeader({
          alg: ALGORITHM,
          typ: WORKBENCH_TOKEN_TYPE,
          kid: signingKey.kid ?? '',
        })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime(`${WORKBENCH_TOKEN_SECONDS}s`)
        .setJti(randomUUID())
        .sign(await key),
    /** Throws for every other token. */
    verify: async (token: string): Promise<WorkbenchToken> => {
      const { payload } = await jwtVerify(token, keys, {
        issuer: ISSUER,
        audience: AUDIENCE,
        algorithms: [ALGORITHM],
        typ: WORKBENCH_TOKEN_TYPE,
        maxTokenAge: WORKBENCH_TOKEN_SECONDS,
        requiredClaims: ['exp', 'sub'],
      });
      const claims = workbenchClaims.parse(payload);
      return { userId: claims.sub, tenantId: claims.tenant_id, accountId: claims.account };
    },
  };
};
export type WorkbenchTokens = ReturnType<typeof createWorkbenchTokens>;
