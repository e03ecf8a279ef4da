import type { Transaction } from '@atelier/service-kit';

export interface StoredWorkbench {
  readonly tenantId: string;
  readonly requestId: string;
  readonly variant: string;
  readonly deletionId: string | null;
}

type Row = StoredWorkbench & { readonly [column: string]: unknown };

const COLUMNS = `tenant_id as "tenantId", request_id as "requestId", variant,
  deletion_id as "deletionId"`;

export const findWorkbench = async (
  transaction: Transaction,
  tenantId: string,
): Promise<StoredWorkbench | null> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from workbenches where tenant_id = $1`,
    [tenantId],
  );
  return rows[0] ?? null;
};

/** The workbench that stands after the call: this one, or the one that was asked for before. */
export const claimWorkbench = async (
  transaction: Transaction,
  workbench: { tenantId: string; requestId: string; variant: string },
): Promise<StoredWorkbench> => {
  await transaction.query(
    `insert into workbenches (tenant_id, request_id, variant) values ($1, $2, $3)
     on conflict (tenant_id) do nothing`,
    [workbench.tenantId, workbench.requestId, workbench.variant],
  );
  const found = await findWorkbench(transaction, workbench.tenantId);
  return found ?? { ...workbench, deletionId: null };
};

/** Makes room for a new request after the deletion of an earlier workbench. */
export const replaceWorkbench = async (
  transaction: Transaction,
  workbench: { tenantId: string; requestId: string; variant: string },
): Promise<void> => {
  await transaction.query(
    `update workbenches set request_id = $2, variant = $3, deletion_id = null
      where tenant_id = $1`,
    [workbench.tenantId, workbench.requestId, workbench.variant],
  );
  await transaction.query('delete from managed_accounts where tenant_id = $1', [
    workbench.tenantId,
  ]);
};

/** The deletion that stands after the call. */
export const claimDeletion = async (
  transaction: Transaction,
  tenantId: string,
  deletionId: string,
): Promise<string | null> => {
  const { rows } = await transaction.query<{ deletion_id: string }>(
    `update workbenches set deletion_id = coalesce(deletion_id, $2)
      where tenant_id = $1 returning deletion_id`,
    [tenantId, deletionId],
  );
  return rows[0]?.deletion_id ?? null;
};

/** Newest first, of all tenants; for operators. */
export const listWorkbenches = async (
  transaction: Transaction,
  page: { limit: number; before: string | null },
): Promise<StoredWorkbench[]> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from workbenches
      where $2::uuid is null or tenant_id < $2 order by tenant_id desc limit $1`,
    [page.limit, page.before],
  );
  return rows;
};

export interface ManagedAccount {
  readonly accountId: string;
  readonly state: 'SUCCEEDED' | 'FAILED';
  readonly message: string;
}

export const findManagedAccount = async (
  transaction: Transaction,
  tenantId: string,
): Promise<ManagedAccount | null> => {
  const { rows } = await transaction.query<ManagedAccount & { readonly [column: string]: unknown }>(
    `select account_id as "accountId", state, message from managed_accounts where tenant_id = $1`,
    [tenantId],
  );
  return rows[0] ?? null;
};

/** An event that is older than the one known changes nothing. */
export const recordManagedAccount = async (
  transaction: Transaction,
  tenantId: string,
  account: ManagedAccount & { completedAt: Date },
): Promise<void> => {
  await transaction.query(
    `insert into managed_accounts as m (tenant_id, account_id, state, message, completed_at)
     values ($1, $2, $3, $4, $5)
     on conflict (tenant_id) do update
       set account_id = excluded.account_id, state = excluded.state, message = excluded.message,
           completed_at = excluded.completed_at
       where m.completed_at < excluded.completed_at`,
    [tenantId, account.accountId, account.state, account.message, account.completedAt],
  );
};
