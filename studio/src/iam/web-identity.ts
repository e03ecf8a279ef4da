import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { secretFile } from '../home-files.ts';
import type { Caller } from './access.ts';

export type SigningAlgorithm = 'ES384' | 'RS256';

export interface WebIdentity {
  /** Signs who the caller is, for the audiences to verify; `seconds` is the token's life. */
  issueToken(options: {
    readonly caller: Caller;
    readonly audience: readonly string[];
    readonly algorithm: SigningAlgorithm;
    readonly seconds: number;
    readonly tags: Readonly<Record<string, string>>;
    readonly region: string;
    readonly organizationId: string;
  }): Promise<{ token: string; expiration: Date }>;
  readonly discovery: Readonly<Record<string, unknown>>;
  readonly keySet: { readonly keys: readonly JWK[] };
}

type StoredKeys = Readonly<Record<SigningAlgorithm, JWK>>;

/** STS as OpenID Connect issuer, with keys of its own in `keyFile` (mode 0600, made at first start). */
export async function createWebIdentity(deps: {
  readonly keyFile: string;
  /** `http://127.0.0.1:8081/sts`. */
  readonly issuer: string;
  readonly now: () => Date;
}): Promise<WebIdentity> {
  const stored = JSON.parse((await secretFile(deps.keyFile, makeKeys)).toString()) as StoredKeys;
  const { issuer } = deps;

  return {
    discovery: {
      issuer,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES384', 'RS256'],
      claims_supported: ['aud', 'exp', 'iat', 'iss', 'jti', 'sub', 'https://sts.amazonaws.com/'],
    },
    keySet: { keys: Object.values(stored).map(publicPart) },

    async issueToken({ caller, audience, algorithm, seconds, tags, region, organizationId }) {
      const key = stored[algorithm];
      const issuedAt = Math.floor(deps.now().getTime() / 1000);
      const expiresAt = issuedAt + seconds;
      const token = await new SignJWT({
        'https://sts.amazonaws.com/': {
          aws_account: caller.accountId,
          source_region: region,
          org_id: organizationId,
          principal_id: caller.roleArn ?? caller.arn,
          principal_tags: caller.principalTags,
          ...(Object.keys(tags).length > 0 && { request_tags: tags }),
          ...(caller.expiresAt && { original_session_exp: caller.expiresAt.toISOString() }),
        },
      })
        .setProtectedHeader({ alg: algorithm, kid: key.kid ?? '', typ: 'JWT' })
        .setIssuer(issuer)
        .setSubject(caller.roleArn ?? caller.arn)
        .setAudience(audience.length === 1 ? (audience[0] ?? '') : [...audience])
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiresAt)
        .setJti(randomUUID())
        .sign(await importJWK(key, algorithm));
      return { token, expiration: new Date(expiresAt * 1000) };
    },
  };
}

async function makeKeys(): Promise<Buffer> {
  const make = async (alg: SigningAlgorithm): Promise<JWK> => {
    const { privateKey } = await generateKeyPair(alg, { extractable: true });
    return { ...(await exportJWK(privateKey)), kid: randomUUID(), alg, use: 'sig' };
  };
  const keys: StoredKeys = { ES384: await make('ES384'), RS256: await make('RS256') };
  return Buffer.from(JSON.stringify(keys));
}

const publicMembers = ['kty', 'kid', 'alg', 'use', 'crv', 'x', 'y', 'n', 'e'];

const publicPart = (key: JWK): JWK =>
  Object.fromEntries(Object.entries(key).filter(([name]) => publicMembers.includes(name))) as JWK;
