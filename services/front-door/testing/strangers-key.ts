import { generateKeyPairSync } from 'node:crypto';
import type { JWK } from 'jose';

/** An EC key that nobody knows. */
export const strangersKey = (): JWK => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ format: 'jwk' }) as JWK;
};
