import { createHmac, randomBytes } from 'node:crypto';
import { SERVICE_CALLERS, type ServiceCaller } from '@atelier/contracts';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Instance } from './instance.ts';
import { ensurePrivateJson } from './private-file.ts';

/** Everything secret of an instance, made at its first start and kept in files of mode 0600. */
export interface Secrets {
  /** A secret for one use, always the same for the same use: passwords of databases, keys of cookies. */
  secretFor(use: string): string;
  /** Private keys (EC P-256, with `kid`) by which each caller signs its internal tokens. */
  readonly signingKeys: Readonly<Record<ServiceCaller, JWK>>;
  /** Their public halves, by caller. */
  readonly trustedKeys: Readonly<Partial<Record<ServiceCaller, readonly JWK[]>>>;
}

/** Derives the secret of one use from the instance's own, so that a new use needs no new file. */
export function deriveSecret(root: string, use: string): string {
  return createHmac('sha256', root).update(use).digest('base64url');
}

export function publicHalf({ kty, crv, x, y, kid, alg, use }: JWK): JWK {
  const half = { kty, crv, x, y, kid, alg, use };
  return Object.fromEntries(Object.entries(half).filter(([, value]) => value !== undefined)) as JWK;
}

async function makeSigningKey(caller: ServiceCaller): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return {
    ...(await exportJWK(privateKey)),
    kid: `${caller}-${randomBytes(6).toString('hex')}`,
    alg: 'ES256',
  };
}

export async function openSecrets(instance: Instance): Promise<Secrets> {
  const { root } = await ensurePrivateJson(instance.path('secrets', 'root.json'), () => ({
    root: randomBytes(32).toString('base64url'),
  }));
  const pairs = await Promise.all(
    SERVICE_CALLERS.map(
      async (caller) =>
        [
          caller,
          await ensurePrivateJson(instance.path('secrets', 'signing-keys', `${caller}.json`), () =>
            makeSigningKey(caller),
          ),
        ] as const,
    ),
  );
  return {
    secretFor: (use) => deriveSecret(root, use),
    signingKeys: Object.fromEntries(pairs) as Record<ServiceCaller, JWK>,
    trustedKeys: Object.fromEntries(pairs.map(([caller, key]) => [caller, [publicHalf(key)]])),
  };
}
