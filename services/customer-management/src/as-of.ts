import type { TenantScope, Transaction } from '@atelier/service-kit';

export interface AsOf {
  /** RFC 3339 date. */
  readonly asOf: string;
  readonly isToday: boolean;
}

const today = (): string => new Date().toISOString().slice(0, 10);

/** The day from which the tenant's history is seen: the one that was set, or today. */
export const readAsOf = (scope: TenantScope): Promise<AsOf> =>
  scope.transaction(async (transaction) => {
    const { rows } = await transaction.query<{ as_of: string | null }>(
      'select as_of::text from settings where tenant_id = $1',
      [scope.tenantId],
    );
    const set = rows[0]?.as_of ?? null;
    return { asOf: set ?? today(), isToday: set === null };
  });

/** With null the day is today again. */
export const writeAsOf = async (
  transaction: Transaction,
  tenantId: string,
  asOf: string | null,
): Promise<void> => {
  await transaction.query(
    `insert into settings (tenant_id, as_of) values ($1, $2)
     on conflict (tenant_id) do update set as_of = excluded.as_of`,
    [tenantId, asOf],
  );
};
