import { createHash } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import { z } from 'zod';
import type { ApplicationName } from '../applications/application.ts';

/** What has to be remembered between leaving for the provider and coming back. */
const transaction = z.object({
  application: z.string(),
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  next: z.string(),
});
export type SignInTransaction = z.infer<typeof transaction>;

export const TRANSACTION_SECONDS = 600;

/** One cookie per sign-in under way, so that two tabs do not disturb each other. */
export const transactionCookieName = (prefix: string, state: string): string =>
  `${prefix}-sign-in-${createHash('sha256').update(state).digest('hex').slice(0, 8)}`;

/** Seals transactions into cookies: encrypted, since the verifier is secret, and bound to their application. */
export const createTransactionSeal = ({ secret }: { secret: string }) => {
  const key = createHash('sha256').update(`front-door sign-in ${secret}`).digest();
  const audience = (application: ApplicationName) => `sign-in:${application}`;
  return {
    seal: (application: ApplicationName, given: Omit<SignInTransaction, 'application'>) =>
      new EncryptJWT({ ...given, application })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setAudience(audience(application))
        .setExpirationTime(`${TRANSACTION_SECONDS}s`)
        .encrypt(key),
    /** Null for anything that this key did not seal for this application, or too long ago. */
    open: async (
      application: ApplicationName,
      sealed: string,
    ): Promise<SignInTransaction | null> => {
      try {
        const { payload } = await jwtDecrypt(sealed, key, {
          audience: audience(application),
          requiredClaims: ['exp'],
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
        });
        return transaction.parse(payload);
      } catch {
        return null;
      }
    },
  };
};
export type TransactionSeal = ReturnType<typeof createTransactionSeal>;
