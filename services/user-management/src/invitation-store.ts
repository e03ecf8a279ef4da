import type { Invitation, TenantRole } from '@atelier/contracts';
import type { Transaction } from '@atelier/service-kit';

export interface StoredInvitation extends Invitation {
  readonly tokenHash: string;
}

interface Row {
  readonly [column: string]: unknown;
  readonly expires_at: Date;
}

const COLUMNS = `id, email, roles, token_hash as "tokenHash", invited_by::text as "invitedBy", expires_at,
  case when accepted_at is not null then 'accepted'
       when revoked_at is not null then 'revoked'
       when expires_at < now() then 'expired'
       else 'pending' end as state`;

const toInvitation = ({ expires_at, ...row }: Row): StoredInvitation => ({
  ...(row as unknown as Omit<StoredInvitation, 'expiresAt'>),
  expiresAt: expires_at.toISOString(),
});

export const findInvitation = async (
  transaction: Transaction,
  tenantId: string,
  id: string,
): Promise<StoredInvitation | null> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from invitations where tenant_id = $1 and id = $2 for update`,
    [tenantId, id],
  );
  return rows[0] === undefined ? null : toInvitation(rows[0]);
};

export const listInvitations = async (
  transaction: Transaction,
  tenantId: string,
  page: { limit: number; before: string | null },
): Promise<StoredInvitation[]> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from invitations
      where tenant_id = $1 and ($3::uuid is null or id < $3) order by id desc limit $2`,
    [tenantId, page.limit, page.before],
  );
  return rows.map(toInvitation);
};

/** Finds the row again when the id is taken: a repeated request mails a fresh secret for the same invitation. */
export const upsertInvitation = async (
  transaction: Transaction,
  tenantId: string,
  invitation: {
    id: string;
    email: string;
    roles: readonly TenantRole[];
    tokenHash: string;
    invitedBy: string;
    expiresAt: Date;
  },
): Promise<void> => {
  await transaction.query(
    `insert into invitations (tenant_id, id, email, roles, token_hash, invited_by, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant_id, id) do update set token_hash = excluded.token_hash`,
    [
      tenantId,
      invitation.id,
      invitation.email,
      invitation.roles,
      invitation.tokenHash,
      invitation.invitedBy,
      invitation.expiresAt,
    ],
  );
};

export const markInvitation = async (
  transaction: Transaction,
  tenantId: string,
  id: string,
  mark: 'accepted' | 'revoked',
): Promise<void> => {
  await transaction.query(
    `update invitations set ${mark === 'accepted' ? 'accepted_at' : 'revoked_at'} = now()
      where tenant_id = $1 and id = $2`,
    [tenantId, id],
  );
};
