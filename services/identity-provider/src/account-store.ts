import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';

/** One who can sign in. `id` is the `sub` of his tokens. */
export interface Account {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string | null;
  readonly disabled: boolean;
}

const COLUMNS = `id, email, name, password_hash as "passwordHash", disabled_at is not null as disabled`;

/** How an address is compared: nobody is two people by writing it differently. */
export const normalEmail = (email: string): string => email.trim().toLowerCase();

export const createAccountStore = ({ pool }: { pool: Pool }) => {
  const one = async (sql: string, parameters: unknown[]): Promise<Account | null> =>
    (await pool.query<Account>(sql, parameters)).rows[0] ?? null;

  /** Whatever this person opened at the provider: sessions, grants, codes, tokens. */
  const endSessions = async (id: string): Promise<void> => {
    await pool.query('delete from identity_provider.provider_state where account_id = $1', [id]);
  };

  return {
    find: (id: string) =>
      one(`select ${COLUMNS} from identity_provider.accounts where id::text = $1`, [id]),
    findByEmail: (email: string) =>
      one(`select ${COLUMNS} from identity_provider.accounts where email = $1`, [
        normalEmail(email),
      ]),
    /** The name of one who exists stays as it is. */
    ensure: async (email: string, name: string): Promise<string> => {
      const { rows } = await pool.query<{ id: string }>(
        `insert into identity_provider.accounts (id, email, name) values ($1, $2, $3)
         on conflict (email) do update set email = excluded.email
         returning id`,
        [uuidv7(), normalEmail(email), name],
      );
      if (rows[0] === undefined) throw new Error('the database kept no account');
      return rows[0].id;
    },
    setPasswordHash: async (id: string, passwordHash: string): Promise<boolean> => {
      const { rowCount } = await pool.query(
        'update identity_provider.accounts set password_hash = $2 where id::text = $1',
        [id, passwordHash],
      );
      await endSessions(id);
      return rowCount === 1;
    },
    disable: async (id: string): Promise<void> => {
      await pool.query(
        'update identity_provider.accounts set disabled_at = coalesce(disabled_at, now()) where id::text = $1',
        [id],
      );
      await endSessions(id);
    },
    delete: async (id: string): Promise<void> => {
      await pool.query('delete from identity_provider.accounts where id::text = $1', [id]);
      await endSessions(id);
    },
  };
};
export type AccountStore = ReturnType<typeof createAccountStore>;
