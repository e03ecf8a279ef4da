import { createHash } from 'node:crypto';
import type { TenantRole, User } from '@atelier/contracts';
import type { Transaction } from '@atelier/service-kit';

export interface StoredUser extends User {
  readonly revision: number;
  readonly issuer: string;
  readonly subject: string;
}

interface Row {
  readonly [column: string]: unknown;
  readonly created_at: Date;
}

const COLUMNS = 'id, email, name, roles, active, revision, issuer, subject, created_at';

const toUser = ({ created_at, ...row }: Row): StoredUser => ({
  ...(row as unknown as Omit<StoredUser, 'createdAt'>),
  createdAt: created_at.toISOString(),
});

/** One person, one address, however it is written. */
export const emailHash = (email: string): string =>
  createHash('sha256').update(email.trim().toLowerCase()).digest('hex');

export const findUser = async (
  transaction: Transaction,
  tenantId: string,
  id: string,
): Promise<StoredUser | null> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from users where tenant_id = $1 and id = $2`,
    [tenantId, id],
  );
  return rows[0] === undefined ? null : toUser(rows[0]);
};

/** The tenant's people are locked, so that the last administrator cannot be taken away twice at once. */
export const lockUsers = async (
  transaction: Transaction,
  tenantId: string,
): Promise<StoredUser[]> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from users where tenant_id = $1 order by id for update`,
    [tenantId],
  );
  return rows.map(toUser);
};

export const listUsers = async (
  transaction: Transaction,
  tenantId: string,
  page: { limit: number; after: string | null },
): Promise<StoredUser[]> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from users
      where tenant_id = $1 and ($3::uuid is null or id > $3) order by id limit $2`,
    [tenantId, page.limit, page.after],
  );
  return rows.map(toUser);
};

export const insertUser = async (
  transaction: Transaction,
  tenantId: string,
  user: Pick<StoredUser, 'id' | 'email' | 'name' | 'roles' | 'issuer' | 'subject'>,
): Promise<void> => {
  await transaction.query(
    `insert into users (tenant_id, id, email, name, roles, issuer, subject)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [tenantId, user.id, user.email, user.name, user.roles, user.issuer, user.subject],
  );
};

export const updateUser = async (
  transaction: Transaction,
  tenantId: string,
  id: string,
  change: { roles: readonly TenantRole[]; active: boolean },
): Promise<void> => {
  await transaction.query(
    `update users set roles = $3, active = $4, revision = revision + 1
      where tenant_id = $1 and id = $2`,
    [tenantId, id, change.roles, change.active],
  );
};

/** Who stands behind an identity or an address; null for nobody. */
export interface Holder {
  readonly tenantId: string | null;
  readonly userId: string;
}

interface HolderRow {
  readonly [column: string]: unknown;
  readonly tenant_id: string | null;
  readonly user_id: string;
}

const toHolder = (row: HolderRow | undefined): Holder | null =>
  row === undefined ? null : { tenantId: row.tenant_id, userId: row.user_id };

export const holderOfIdentity = async (
  transaction: Transaction,
  identity: { issuer: string; subject: string },
): Promise<Holder | null> => {
  const { rows } = await transaction.query<HolderRow>(
    'select tenant_id, user_id from identities where issuer = $1 and subject = $2',
    [identity.issuer, identity.subject],
  );
  return toHolder(rows[0]);
};

export const holderOfEmail = async (
  transaction: Transaction,
  email: string,
): Promise<Holder | null> => {
  const { rows } = await transaction.query<HolderRow>(
    'select tenant_id, user_id from email_hashes where hash = $1',
    [emailHash(email)],
  );
  return toHolder(rows[0]);
};

/** Takes the address and the identity for a person. False when either is somebody else's. */
export const claimPerson = async (
  transaction: Transaction,
  holder: Holder,
  person: { email: string; issuer: string; subject: string },
): Promise<boolean> => {
  await transaction.query(
    `insert into email_hashes (hash, tenant_id, user_id) values ($1, $2, $3)
     on conflict do nothing`,
    [emailHash(person.email), holder.tenantId, holder.userId],
  );
  await transaction.query(
    `insert into identities (issuer, subject, tenant_id, user_id) values ($1, $2, $3, $4)
     on conflict do nothing`,
    [person.issuer, person.subject, holder.tenantId, holder.userId],
  );
  const byEmail = await holderOfEmail(transaction, person.email);
  const byIdentity = await holderOfIdentity(transaction, person);
  return byEmail?.userId === holder.userId && byIdentity?.userId === holder.userId;
};

/** Removes every person of a tenant and what the platform knows of them; answers how many there were. */
export const deleteUsersOf = async (
  transaction: Transaction,
  tenantId: string,
): Promise<number> => {
  for (const table of ['identities', 'email_hashes', 'invitations', 'api_keys']) {
    await transaction.query(`delete from ${table} where tenant_id = $1`, [tenantId]);
  }
  const { rowCount } = await transaction.query('delete from users where tenant_id = $1', [
    tenantId,
  ]);
  return rowCount;
};
