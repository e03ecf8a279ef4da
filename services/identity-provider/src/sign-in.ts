import { type AccountStore, normalEmail } from './account-store.ts';
import type { PasswordCheck } from './passwords.ts';
import type { SignInThrottle } from './sign-in-limits.ts';

export type SignIn = (attempt: {
  email: string;
  password: string;
  address: string;
}) => Promise<string | null>;

/**
 * The id of the account that e-mail and password open; null otherwise, without telling why: no account, wrong password,
 * disabled, and too many tries look alike.
 */
export const createSignIn = (deps: {
  accounts: AccountStore;
  passwords: PasswordCheck;
  throttle: SignInThrottle;
}): SignIn => {
  return async (attempt) => {
    const email = normalEmail(attempt.email);
    if (!(await deps.throttle.isOpen(email, attempt.address))) return null;
    const account = await deps.accounts.findByEmail(email);
    const right = await deps.passwords.matches(account?.passwordHash ?? null, attempt.password);
    if (account === null || !right || account.disabled) {
      await deps.throttle.recordFailure(email, attempt.address);
      return null;
    }
    await deps.throttle.recordSuccess(email);
    return account.id;
  };
};
