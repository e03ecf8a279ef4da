import type { ApiKey, TenantRole } from '@atelier/contracts';
import type { Transaction } from '@atelier/service-kit';

export interface StoredApiKey extends ApiKey {
  readonly userId: string;
  readonly secretHash: string;
  readonly expired: boolean;
}

interface Row {
  readonly [column: string]: unknown;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly last_used_at: Date | null;
}

const COLUMNS = `id, user_id as "userId", name, prefix, secret_hash as "secretHash", roles,
  created_at, expires_at, last_used_at, expires_at <= now() as expired`;

const toApiKey = ({ created_at, expires_at, last_used_at, ...row }: Row): StoredApiKey => ({
  ...(row as unknown as Omit<StoredApiKey, 'createdAt' | 'expiresAt' | 'lastUsedAt'>),
  createdAt: created_at.toISOString(),
  expiresAt: expires_at.toISOString(),
  lastUsedAt: last_used_at?.toISOString() ?? null,
});

export const findApiKey = async (
  transaction: Transaction,
  tenantId: string,
  id: string,
): Promise<StoredApiKey | null> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from api_keys where tenant_id = $1 and id = $2`,
    [tenantId, id],
  );
  return rows[0] === undefined ? null : toApiKey(rows[0]);
};

export const listApiKeys = async (
  transaction: Transaction,
  tenantId: string,
  page: { userId: string; limit: number; before: string | null },
): Promise<StoredApiKey[]> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from api_keys
      where tenant_id = $1 and user_id = $2 and ($4::uuid is null or id < $4)
      order by id desc limit $3`,
    [tenantId, page.userId, page.limit, page.before],
  );
  return rows.map(toApiKey);
};

export const insertApiKey = async (
  transaction: Transaction,
  tenantId: string,
  key: {
    id: string;
    userId: string;
    name: string;
    prefix: string;
    secretHash: string;
    roles: readonly TenantRole[];
    expiresInSeconds: number;
  },
): Promise<void> => {
  await transaction.query(
    `insert into api_keys (tenant_id, id, user_id, name, prefix, secret_hash, roles, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8))`,
    [
      tenantId,
      key.id,
      key.userId,
      key.name,
      key.prefix,
      key.secretHash,
      key.roles,
      key.expiresInSeconds,
    ],
  );
};

/** True when the user had such a key. */
export const deleteApiKey = async (
  transaction: Transaction,
  tenantId: string,
  key: { id: string; userId: string },
): Promise<boolean> => {
  const { rowCount } = await transaction.query(
    'delete from api_keys where tenant_id = $1 and id = $2 and user_id = $3',
    [tenantId, key.id, key.userId],
  );
  return rowCount === 1;
};

export const deleteApiKeysOf = async (
  transaction: Transaction,
  tenantId: string,
  userId: string,
): Promise<void> => {
  await transaction.query('delete from api_keys where tenant_id = $1 and user_id = $2', [
    tenantId,
    userId,
  ]);
};

/** Kept to the minute, so that a busy key does not write a row per call. */
export const noteUse = async (
  transaction: Transaction,
  tenantId: string,
  id: string,
): Promise<void> => {
  await transaction.query(
    `update api_keys set last_used_at = now()
      where tenant_id = $1 and id = $2
        and (last_used_at is null or last_used_at < now() - interval '1 minute')`,
    [tenantId, id],
  );
};
