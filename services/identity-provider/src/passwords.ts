import { hash, verify } from '@node-rs/argon2';

/** Longer input is refused before it costs anything. */
export const MAX_PASSWORD_LENGTH = 200;

/** Argon2id with a random salt, in the PHC encoding. */
export const hashPassword = (password: string): Promise<string> => hash(password);

export interface PasswordCheck {
  /** Takes as long for one who does not exist (null) as for one who does. */
  matches(passwordHash: string | null, password: string): Promise<boolean>;
}

export const createPasswordCheck = (): PasswordCheck => {
  const decoy = hashPassword(crypto.randomUUID());
  return {
    matches: async (passwordHash, password) => {
      if (password.length > MAX_PASSWORD_LENGTH) return false;
      const right = await verify(passwordHash ?? (await decoy), password);
      return passwordHash !== null && right;
    },
  };
};
