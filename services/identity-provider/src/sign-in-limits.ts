import { createHash } from 'node:crypto';
import type { Pool } from 'pg';

export interface SignInLimits {
  /** Failures after which an account, or an address, has to wait. */
  readonly perAccount: number;
  readonly perAddress: number;
  readonly windowSeconds: number;
}

export const DEFAULT_SIGN_IN_LIMITS: SignInLimits = {
  perAccount: 10,
  perAddress: 100,
  windowSeconds: 900,
};

const hashed = (kind: 'account' | 'address', subject: string): string =>
  createHash('sha256').update(`${kind}:${subject}`).digest('base64url');

/**
 * Slows guessing down: so many failures per account and per address in a window, whoever exists. Kept in the database, so
 * that neither a restart nor a second process gives new tries.
 */
export const createSignInThrottle = (deps: { pool: Pool; limits: SignInLimits }) => {
  const { pool, limits } = deps;
  const subjects = (email: string, address: string) => [
    hashed('account', email),
    hashed('address', address),
  ];
  return {
    isOpen: async (email: string, address: string): Promise<boolean> => {
      const [account] = subjects(email, address);
      const { rows } = await pool.query<{ subject: string; failures: number }>(
        `select subject, failures from identity_provider.sign_in_failures
          where subject = any($1) and window_ends_at > now()`,
        [subjects(email, address)],
      );
      return rows.every(
        ({ subject, failures }) =>
          failures < (subject === account ? limits.perAccount : limits.perAddress),
      );
    },
    recordFailure: async (email: string, address: string): Promise<void> => {
      await pool.query(
        `insert into identity_provider.sign_in_failures as known (subject, failures, window_ends_at)
         select subject, 1, now() + make_interval(secs => $2) from unnest($1::text[]) as given (subject)
         order by subject
         on conflict (subject) do update set
           failures = case when known.window_ends_at > now() then known.failures + 1 else 1 end,
           window_ends_at = case when known.window_ends_at > now()
             then known.window_ends_at else excluded.window_ends_at end`,
        [subjects(email, address), limits.windowSeconds],
      );
    },
    /** A person who got in has no failures of his own any more; his address keeps its count. */
    recordSuccess: async (email: string): Promise<void> => {
      await pool.query('delete from identity_provider.sign_in_failures where subject = $1', [
        hashed('account', email),
      ]);
    },
  };
};
export type SignInThrottle = ReturnType<typeof createSignInThrottle>;
