import type { CheckReport } from '@atelier/contracts';
import type { Transaction } from '@atelier/service-kit';

export const putReport = async (
  transaction: Transaction,
  tenantId: string,
  bindingId: string,
  report: CheckReport,
): Promise<void> => {
  await transaction.query(
    `insert into checks (tenant_id, binding_id, report) values ($1, $2, $3)
     on conflict (tenant_id, binding_id) do update set report = excluded.report`,
    [tenantId, bindingId, JSON.stringify(report)],
  );
};

/** By binding. */
export const findReports = async (
  transaction: Transaction,
  tenantId: string,
  bindingIds: readonly string[],
): Promise<ReadonlyMap<string, CheckReport>> => {
  const { rows } = await transaction.query<{ binding_id: string; report: CheckReport }>(
    'select binding_id, report from checks where tenant_id = $1 and binding_id = any($2)',
    [tenantId, bindingIds],
  );
  return new Map(rows.map(({ binding_id, report }) => [binding_id, report]));
};
