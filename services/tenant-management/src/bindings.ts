import type { Binding, BindingState } from '@atelier/contracts';
import { BusinessError, notFound, type TenantScope } from '@atelier/service-kit';
import { mayBecome } from './binding-life.ts';
import { findBinding, insertBinding, retireActive, setBindingState } from './binding-store.ts';

export const addBinding = (
  scope: TenantScope,
  given: Pick<Binding, 'id' | 'slot' | 'endpointName' | 'changedBy'>,
): Promise<Binding> =>
  scope.transaction(async (transaction) => {
    await insertBinding(transaction, scope.tenantId, given);
    const binding = await findBinding(transaction, scope.tenantId, given.id);
    if (binding === null) throw notFound('binding');
    await transaction.audit({
      operation: 'addBinding',
      resource: given.id,
      detail: `${given.slot} → ${given.endpointName}, by ${given.changedBy}`,
    });
    return binding;
  });

/** Moves a binding on in its life; at most one of a slot is active. */
export const changeBinding = (
  scope: TenantScope,
  id: string,
  change: { state: BindingState; changedBy: string; reason: string | null },
): Promise<Binding> =>
  scope.transaction(async (transaction) => {
    const before = await findBinding(transaction, scope.tenantId, id);
    if (before === null) throw notFound('binding');
    if (!mayBecome(before.state, change.state)) {
      throw new BusinessError(
        'conflict',
        `A ${before.state} binding cannot become ${change.state}.`,
      );
    }
    if (before.state === change.state) return before;
    if (change.state === 'active') {
      await retireActive(transaction, scope.tenantId, before.slot, change.changedBy);
    }
    await setBindingState(transaction, scope.tenantId, id, change);
    await transaction.publish({
      type: 'BindingChanged',
      version: 1,
      tenantId: scope.tenantId,
      id,
      state: change.state,
      audience: 'tenant',
    });
    await transaction.audit({
      operation: 'changeBinding',
      resource: id,
      detail: `${before.state} → ${change.state}, by ${change.changedBy}`,
    });
    const after = await findBinding(transaction, scope.tenantId, id);
    if (after === null) throw notFound('binding');
    return after;
  });
