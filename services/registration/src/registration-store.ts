import type { Transaction } from '@atelier/service-kit';

export interface StoredRegistration {
  readonly tenantId: string;
  readonly id: string;
  readonly company: string;
  readonly name: string;
  readonly email: string;
  readonly verificationHash: string | null;
  readonly watchHashes: readonly string[];
  readonly createdAt: string;
  readonly expired: boolean;
  readonly verified: boolean;
}

interface Row {
  readonly [column: string]: unknown;
  readonly created_at: Date;
}

const COLUMNS = `tenant_id as "tenantId", id, company, name, email,
  verification_hash as "verificationHash", watch_hashes as "watchHashes", created_at,
  expires_at <= now() as expired, verified_at is not null as verified`;

const toRegistration = ({ created_at, ...row }: Row): StoredRegistration => ({
  ...(row as unknown as Omit<StoredRegistration, 'createdAt'>),
  createdAt: created_at.toISOString(),
});

export const findRegistration = async (
  transaction: Transaction,
  tenantId: string,
  id: string,
): Promise<StoredRegistration | null> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from registrations where tenant_id = $1 and id = $2`,
    [tenantId, id],
  );
  return rows[0] === undefined ? null : toRegistration(rows[0]);
};

/** Of whichever tenant; for operators. */
export const findRegistrationById = async (
  transaction: Transaction,
  id: string,
): Promise<StoredRegistration | null> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from registrations where id = $1`,
    [id],
  );
  return rows[0] === undefined ? null : toRegistration(rows[0]);
};

/** Newest first, of all tenants; for operators. */
export const listRegistrations = async (
  transaction: Transaction,
  page: { limit: number; before: string | null },
): Promise<StoredRegistration[]> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from registrations
      where $2::uuid is null or id < $2 order by id desc limit $1`,
    [page.limit, page.before],
  );
  return rows.map(toRegistration);
};

export const insertRegistration = async (
  transaction: Transaction,
  registration: {
    tenantId: string;
    id: string;
    company: string;
    name: string;
    email: string;
    verificationHash: string | null;
    watchHash: string;
    expiresAt: Date;
  },
): Promise<void> => {
  await transaction.query(
    `insert into registrations
       (tenant_id, id, company, name, email, verification_hash, watch_hashes, expires_at)
     values ($1, $2, $3, $4, $5, $6, array[$7], $8)`,
    [
      registration.tenantId,
      registration.id,
      registration.company,
      registration.name,
      registration.email,
      registration.verificationHash,
      registration.watchHash,
      registration.expiresAt,
    ],
  );
};

/** The link is spent; who followed it may watch as well. */
export const markVerified = async (
  transaction: Transaction,
  tenantId: string,
  id: string,
  watchHash: string,
): Promise<void> => {
  await transaction.query(
    `update registrations
        set verified_at = coalesce(verified_at, now()), watch_hashes = array_append(watch_hashes, $3)
      where tenant_id = $1 and id = $2`,
    [tenantId, id, watchHash],
  );
};

/** Counts this mail in, and answers how many went to the address within the last hour. */
export const countMail = async (transaction: Transaction, emailHash: string): Promise<number> => {
  await transaction.query("delete from mailed_addresses where at < now() - interval '1 hour'");
  await transaction.query('insert into mailed_addresses (email_hash) values ($1)', [emailHash]);
  const { rows } = await transaction.query<{ count: string }>(
    'select count(*) from mailed_addresses where email_hash = $1',
    [emailHash],
  );
  return Number(rows[0]?.count ?? 0);
};
