import type { TenantRecord, TenantState } from '@atelier/contracts';
import type { Transaction } from '@atelier/service-kit';

interface Row {
  readonly [column: string]: unknown;
  readonly created_at: Date;
}

const COLUMNS = `t.tenant_id as id, t.name, t.slug, t.state, t.plan, t.region,
  t.isolation_strategy as "isolationStrategy", a.account_id as "accountId",
  t.workbench_variant as "workbenchVariant", t.created_at`;
const FROM = 'tenants t left join accounts a using (tenant_id)';

const toRecord = ({ created_at, ...row }: Row): TenantRecord => ({
  ...(row as unknown as Omit<TenantRecord, 'createdAt'>),
  createdAt: created_at.toISOString(),
});

export const findTenant = async (
  transaction: Transaction,
  tenantId: string,
): Promise<TenantRecord | null> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from ${FROM} where t.tenant_id = $1`,
    [tenantId],
  );
  return rows[0] === undefined ? null : toRecord(rows[0]);
};

export const insertTenant = async (
  transaction: Transaction,
  tenant: Pick<TenantRecord, 'id' | 'name' | 'slug' | 'plan' | 'region' | 'isolationStrategy'>,
): Promise<void> => {
  await transaction.query(
    `insert into tenants (tenant_id, name, slug, state, plan, region, isolation_strategy)
     values ($1, $2, $3, 'pending', $4, $5, $6) on conflict (tenant_id) do nothing`,
    [tenant.id, tenant.name, tenant.slug, tenant.plan, tenant.region, tenant.isolationStrategy],
  );
};

/** True when the tenant was in one of the states `from`. */
export const moveTenant = async (
  transaction: Transaction,
  tenantId: string,
  from: readonly TenantState[],
  to: TenantState,
): Promise<boolean> => {
  const { rowCount } = await transaction.query(
    'update tenants set state = $3, updated_at = now() where tenant_id = $1 and state = any($2)',
    [tenantId, from, to],
  );
  return rowCount === 1;
};

export const setVariant = async (
  transaction: Transaction,
  tenantId: string,
  variant: string | null,
): Promise<void> => {
  await transaction.query(
    'update tenants set workbench_variant = $2, updated_at = now() where tenant_id = $1',
    [tenantId, variant],
  );
};

/** The number that stands after the call: the given one, or the other that was there before. */
export const claimAccount = async (
  transaction: Transaction,
  tenantId: string,
  accountId: string,
): Promise<{ accountId: string; tenantId: string } | null> => {
  await transaction.query(
    'insert into accounts (account_id, tenant_id) values ($1, $2) on conflict do nothing',
    [accountId, tenantId],
  );
  const { rows } = await transaction.query<{ account_id: string; tenant_id: string }>(
    'select account_id, tenant_id from accounts where account_id = $1',
    [accountId],
  );
  const row = rows[0];
  return row === undefined ? null : { accountId: row.account_id, tenantId: row.tenant_id };
};

export const releaseAccount = async (transaction: Transaction, tenantId: string): Promise<void> => {
  await transaction.query('delete from accounts where tenant_id = $1', [tenantId]);
};

export const tenantOfAccount = async (
  transaction: Transaction,
  accountId: string,
): Promise<string | null> => {
  const { rows } = await transaction.query<{ tenant_id: string }>(
    'select tenant_id from accounts where account_id = $1',
    [accountId],
  );
  return rows[0]?.tenant_id ?? null;
};

/** Newest first; ids are UUIDv7, so that they order by time. For operators. */
export const listTenants = async (
  transaction: Transaction,
  page: { limit: number; before: string | null; search: string | null; state: TenantState | null },
): Promise<TenantRecord[]> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from ${FROM}
      where ($2::uuid is null or t.tenant_id < $2)
        and ($3::text is null or strpos(lower(t.name), lower($3)) > 0)
        and ($4::text is null or t.state = $4)
      order by t.tenant_id desc limit $1`,
    [page.limit, page.before, page.search, page.state],
  );
  return rows.map(toRecord);
};
