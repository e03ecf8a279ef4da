import type { Binding, BindingState } from '@atelier/contracts';
import type { Transaction } from '@atelier/service-kit';

interface Row {
  readonly [column: string]: unknown;
  readonly changed_at: Date;
  readonly created_at: Date;
}

const COLUMNS = `id, slot, version, endpoint_name as "endpointName", state, changed_at,
  changed_by as "changedBy", reason, created_at`;

const toBinding = ({ changed_at, created_at, ...row }: Row): Binding => ({
  ...(row as unknown as Omit<Binding, 'changedAt' | 'createdAt'>),
  changedAt: changed_at.toISOString(),
  createdAt: created_at.toISOString(),
});

export const listBindings = async (
  transaction: Transaction,
  tenantId: string,
  slot: string,
): Promise<Binding[]> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from bindings where tenant_id = $1 and slot = $2 order by version desc`,
    [tenantId, slot],
  );
  return rows.map(toBinding);
};

export const findBinding = async (
  transaction: Transaction,
  tenantId: string,
  id: string,
): Promise<Binding | null> => {
  const { rows } = await transaction.query<Row>(
    `select ${COLUMNS} from bindings where tenant_id = $1 and id = $2 for update`,
    [tenantId, id],
  );
  return rows[0] === undefined ? null : toBinding(rows[0]);
};

/** The next version of the slot; the same id again changes nothing. */
export const insertBinding = async (
  transaction: Transaction,
  tenantId: string,
  binding: Pick<Binding, 'id' | 'slot' | 'endpointName' | 'changedBy'>,
): Promise<void> => {
  await transaction.query('select from tenants where tenant_id = $1 for update', [tenantId]);
  await transaction.query(
    `insert into bindings (tenant_id, id, slot, version, endpoint_name, state, changed_by)
     select $1, $2, $3, coalesce(max(version), 0) + 1, $4, 'registered', $5
       from bindings where tenant_id = $1 and slot = $3
     on conflict (tenant_id, id) do nothing`,
    [tenantId, binding.id, binding.slot, binding.endpointName, binding.changedBy],
  );
};

export const setBindingState = async (
  transaction: Transaction,
  tenantId: string,
  id: string,
  change: { state: BindingState; changedBy: string; reason: string | null },
): Promise<void> => {
  await transaction.query(
    `update bindings set state = $3, changed_by = $4, reason = $5, changed_at = now()
      where tenant_id = $1 and id = $2`,
    [tenantId, id, change.state, change.changedBy, change.reason],
  );
};

/** Makes room for a new active binding of the slot. */
export const retireActive = async (
  transaction: Transaction,
  tenantId: string,
  slot: string,
  changedBy: string,
): Promise<void> => {
  await transaction.query(
    `update bindings set state = 'retired', changed_by = $3, changed_at = now(),
            reason = 'another version was activated'
      where tenant_id = $1 and slot = $2 and state = 'active'`,
    [tenantId, slot, changedBy],
  );
};

export const deleteBindings = async (transaction: Transaction, tenantId: string): Promise<void> => {
  await transaction.query('delete from bindings where tenant_id = $1', [tenantId]);
};
