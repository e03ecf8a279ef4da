import { randomInt } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Database, transaction } from '../database.ts';
import { AwsError } from '../wire/errors.ts';

export type AccountKind = 'management' | 'log' | 'provider' | 'tenant';

export interface Account {
  readonly accountId: string;
  readonly name: string;
  readonly email: string;
  readonly kind: AccountKind;
  readonly organizationalUnitId: string;
  readonly status: 'ACTIVE' | 'SUSPENDED';
  readonly joinedAt: Date;
}

export interface NewAccount {
  readonly name: string;
  readonly email: string;
  readonly kind: AccountKind;
  readonly organizationalUnitId: string;
  /** A second creation with the same value finds what the first made. */
  readonly createdBy: string;
}

/** Accounts of the organisation. Studio is their only writer, so the cache is dropped by writes alone. */
export interface AccountStore {
  find(accountId: string): Promise<Account | null>;
  /** The one account of a platform kind; null before the first start made it. */
  platform(kind: Exclude<AccountKind, 'tenant'>): Promise<Account | null>;
  list(page: { after: string; limit: number }): Promise<readonly Account[]>;
  /** Throws `EmailAlreadyExists` when another account has the address. */
  create(account: NewAccount): Promise<Account>;
  /** Suspends the account: none of its keys works from here on. False when it was suspended already. */
  close(accountId: string): Promise<boolean>;
  move(accountId: string, organizationalUnitId: string): Promise<void>;
  isActive(accountId: string): Promise<boolean>;
}

interface Row {
  account_id: string;
  name: string;
  email: string;
  kind: AccountKind;
  organizational_unit_id: string;
  status: 'ACTIVE' | 'SUSPENDED';
  joined_at: Date;
}

const toAccount = (row: Row): Account => ({
  accountId: row.account_id,
  name: row.name,
  email: row.email,
  kind: row.kind,
  organizationalUnitId: row.organizational_unit_id,
  status: row.status,
  joinedAt: row.joined_at,
});

export function createAccountStore(deps: { readonly database: Database }): AccountStore {
  const { database } = deps;
  const accounts = new LRUCache<string, Account>({ max: 20_000 });
  let writes = 0;

  const forget = (accountId: string): void => {
    writes += 1;
    accounts.delete(accountId);
  };

  async function find(accountId: string): Promise<Account | null> {
    const known = accounts.get(accountId);
    if (known) return known;
    const before = writes;
    const { rows } = await database.query<Row>('select * from accounts where account_id = $1', [
      accountId,
    ]);
    const account = rows[0] ? toAccount(rows[0]) : null;
    if (account && before === writes) accounts.set(accountId, account);
    return account;
  }

  return {
    find,

    async platform(kind) {
      const { rows } = await database.query<Row>('select * from accounts where kind = $1', [kind]);
      return rows[0] ? toAccount(rows[0]) : null;
    },

    async list({ after, limit }) {
      const { rows } = await database.query<Row>(
        'select * from accounts where account_id > $1 order by account_id limit $2',
        [after, limit],
      );
      return rows.map(toAccount);
    },

    async create(account) {
      return transaction(database, async (client) => {
        await client.query(
          `insert into accounts (account_id, name, email, kind, organizational_unit_id, status, created_by)
           values ($1, $2, $3, $4, $5, 'ACTIVE', $6) on conflict do nothing`,
          [
            newAccountId(),
            account.name,
            account.email,
            account.kind,
            account.organizationalUnitId,
            account.createdBy,
          ],
        );
        const { rows } = await client.query<Row>('select * from accounts where created_by = $1', [
          account.createdBy,
        ]);
        if (rows[0]) return toAccount(rows[0]);
        throw new AwsError(
          'EmailAlreadyExists',
          'An account with this email address already exists in the organization.',
        );
      });
    },

    async close(accountId) {
      const { rowCount } = await database.query(
        `update accounts set status = 'SUSPENDED', closed_at = now()
         where account_id = $1 and status = 'ACTIVE'`,
        [accountId],
      );
      forget(accountId);
      return rowCount === 1;
    },

    async move(accountId, organizationalUnitId) {
      await database.query(
        'update accounts set organizational_unit_id = $2 where account_id = $1',
        [accountId, organizationalUnitId],
      );
      forget(accountId);
    },

    isActive: async (accountId) => (await find(accountId))?.status === 'ACTIVE',
  };
}

/** Twelve digits, the first never 0, so that nothing can lose it as a number. */
const newAccountId = (): string =>
  `${randomInt(1, 10)}${String(randomInt(0, 100_000_000_000)).padStart(11, '0')}`;
