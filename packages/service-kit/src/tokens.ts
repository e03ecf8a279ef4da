import { randomUUID } from 'node:crypto';
import {
  AWS_TAGS_CLAIM,
  INTERNAL_TOKEN_SECONDS,
  type InternalClaims,
  internalClaims,
  SERVICE_SUBJECT_PREFIX,
  type ServiceCaller,
  type ServiceName,
  serviceCaller,
} from '@atelier/contracts';
import { createLocalJWKSet, decodeJwt, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { BusinessError } from './errors.ts';

const ALGORITHM = 'ES256';
/** Keeps an internal token from being taken for any other kind of token, and the other way round. */
const TOKEN_TYPE = 'atelier-internal+jwt';
const issuerOf = (caller: ServiceCaller): string => `atelier:${caller}`;

/** Public keys by signer: whose word a service takes. */
export type TrustedKeys = Readonly<Partial<Record<ServiceCaller, readonly JWK[]>>>;

export type TokenSubject = Pick<
  InternalClaims,
  'sub' | 'tenant_id' | 'roles' | 'email' | 'name' | 'sid' | 'act'
>;

export interface TokenSigner {
  readonly caller: ServiceCaller;
  /** A token for one service, valid for at most a minute. */
  sign(audience: ServiceName, subject: TokenSubject): Promise<string>;
}

/** `privateKey`: an EC P-256 JWK with a `kid`. */
export const createTokenSigner = (deps: {
  caller: ServiceCaller;
  privateKey: JWK;
}): TokenSigner => {
  const key = importJWK(deps.privateKey, ALGORITHM);
  return {
    caller: deps.caller,
    sign: async (audience, subject) => {
      const tags =
        subject.tenant_id === null
          ? {}
          : {
              [AWS_TAGS_CLAIM]: {
                principal_tags: { AtelierTenant: [subject.tenant_id] },
                transitive_tag_keys: [],
              },
            };
      return new SignJWT({ ...subject, ...tags })
        .setProtectedHeader({ alg: ALGORITHM, typ: TOKEN_TYPE, kid: deps.privateKey.kid ?? '' })
        .setIssuer(issuerOf(deps.caller))
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(`${INTERNAL_TOKEN_SECONDS}s`)
        .setJti(randomUUID())
        .sign(await key);
    },
  };
};

/** The subject of a service's own token: on behalf of a tenant, or of none. */
export const serviceSubject = (
  caller: ServiceCaller,
  tenantId: string | null,
  actingUserId: string | null = null,
): TokenSubject => ({
  sub: `${SERVICE_SUBJECT_PREFIX}${caller}`,
  tenant_id: tenantId,
  roles: [],
  ...(actingUserId === null ? {} : { act: { sub: actingUserId } }),
});

export type TokenVerifier = (token: string) => Promise<InternalClaims>;

const refuse = (cause: unknown): BusinessError =>
  new BusinessError('unauthenticated', 'The token is not valid here.', { cause });

/**
 * Takes tokens for `audience` from the trusted signers, each verified with that signer's keys only: front-door speaks for
 * people, a service only for itself. Algorithm, type, issuer, audience and age are pinned. Throws `unauthenticated`.
 */
export const createTokenVerifier = (deps: {
  audience: ServiceName;
  trustedKeys: TrustedKeys;
}): TokenVerifier => {
  const keySets = new Map(
    Object.entries(deps.trustedKeys).map(([caller, keys]) => [
      issuerOf(serviceCaller.parse(caller)),
      createLocalJWKSet({ keys: [...keys] }),
    ]),
  );
  return async (token) => {
    try {
      const issuer = decodeJwt(token).iss ?? '';
      const keySet = keySets.get(issuer);
      if (keySet === undefined) throw new Error(`untrusted issuer ${issuer}`);
      const { payload } = await jwtVerify(token, keySet, {
        algorithms: [ALGORITHM],
        typ: TOKEN_TYPE,
        issuer,
        audience: deps.audience,
        maxTokenAge: INTERNAL_TOKEN_SECONDS,
        requiredClaims: ['exp', 'sub'],
      });
      const claims = internalClaims.parse(payload);
      const speaksFor = claims.sub.startsWith(SERVICE_SUBJECT_PREFIX)
        ? issuerOf(serviceCaller.parse(claims.sub.slice(SERVICE_SUBJECT_PREFIX.length)))
        : issuerOf('front-door');
      if (speaksFor !== issuer) throw new Error(`${issuer} may not speak for ${claims.sub}`);
      return claims;
    } catch (cause) {
      throw refuse(cause);
    }
  };
};
