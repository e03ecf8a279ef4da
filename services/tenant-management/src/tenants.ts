import type { TenantRecord } from '@atelier/contracts';
import {
  BusinessError,
  notFound,
  type ScopedTransaction,
  type TenantScope,
} from '@atelier/service-kit';
import { slugOf } from './slug.ts';
import {
  claimAccount,
  findTenant,
  insertTenant,
  moveTenant,
  releaseAccount,
  setVariant,
} from './tenant-store.ts';

const REGION = 'us-east-1';
const STRATEGY = 'role';

const found = async (transaction: ScopedTransaction, tenantId: string): Promise<TenantRecord> => {
  const record = await findTenant(transaction, tenantId);
  if (record === null) throw notFound('tenant');
  return record;
};

const changed = (transaction: ScopedTransaction, tenant: TenantRecord) =>
  transaction.publish({
    type: 'TenantChanged',
    version: 1,
    tenantId: tenant.id,
    id: tenant.id,
    state: tenant.state,
    audience: 'tenant',
  });

export const readTenant = (scope: TenantScope): Promise<TenantRecord> =>
  scope.transaction((transaction) => found(transaction, scope.tenantId));

/** Makes the record once; a repeated call finds it. */
export const ensureTenant = (
  scope: TenantScope,
  given: { name: string; plan: string },
): Promise<TenantRecord> =>
  scope.transaction(async (transaction) => {
    await insertTenant(transaction, {
      ...given,
      id: scope.tenantId,
      slug: slugOf(given.name),
      region: REGION,
      isolationStrategy: STRATEGY,
    });
    const record = await found(transaction, scope.tenantId);
    await changed(transaction, record);
    return record;
  });

export const activateTenant = (scope: TenantScope): Promise<TenantRecord> =>
  scope.transaction(async (transaction) => {
    await moveTenant(transaction, scope.tenantId, ['pending'], 'active');
    const record = await found(transaction, scope.tenantId);
    if (record.state !== 'active') {
      throw new BusinessError('conflict', `The tenant is ${record.state}.`);
    }
    await changed(transaction, record);
    return record;
  });

/** Writes the account's number down once. With null the account is gone. */
export const recordAccount = (
  scope: TenantScope,
  given: { accountId: string | null; variant: string | null },
): Promise<TenantRecord> =>
  scope.transaction(async (transaction) => {
    const before = await found(transaction, scope.tenantId);
    if (given.accountId === null) {
      await releaseAccount(transaction, scope.tenantId);
    } else {
      if (before.accountId !== null && before.accountId !== given.accountId) {
        throw new BusinessError('conflict', 'The tenant has another account already.');
      }
      const holder = await claimAccount(transaction, scope.tenantId, given.accountId);
      if (holder?.tenantId !== scope.tenantId) {
        throw new BusinessError('conflict', 'The account belongs to another tenant.');
      }
    }
    await setVariant(transaction, scope.tenantId, given.variant);
    await transaction.audit({
      operation: 'recordAccount',
      resource: given.accountId,
      detail: given.variant,
    });
    return found(transaction, scope.tenantId);
  });

/** Shuts the tenant out: its people are told off everywhere within seconds, and nothing is deleted. */
export const suspendTenant = (
  scope: TenantScope,
  given: { reason: string; actor: string },
): Promise<TenantRecord> =>
  scope.transaction(async (transaction) => {
    const before = await found(transaction, scope.tenantId);
    if (!(await moveTenant(transaction, scope.tenantId, ['active'], 'suspended'))) {
      throw new BusinessError('conflict', `The tenant is ${before.state}, not active.`);
    }
    await transaction.publish({
      type: 'SessionsRevoked',
      version: 1,
      tenantId: scope.tenantId,
      userId: null,
      reason: 'suspended',
    });
    await transaction.audit({
      operation: 'suspendTenant',
      resource: scope.tenantId,
      detail: `${given.actor}: ${given.reason}`,
    });
    const record = await found(transaction, scope.tenantId);
    await changed(transaction, record);
    return record;
  });

export const resumeTenant = (scope: TenantScope, given: { actor: string }): Promise<TenantRecord> =>
  scope.transaction(async (transaction) => {
    const before = await found(transaction, scope.tenantId);
    if (!(await moveTenant(transaction, scope.tenantId, ['suspended'], 'active'))) {
      throw new BusinessError('conflict', `The tenant is ${before.state}, not suspended.`);
    }
    await transaction.audit({
      operation: 'resumeTenant',
      resource: scope.tenantId,
      detail: given.actor,
    });
    const record = await found(transaction, scope.tenantId);
    await changed(transaction, record);
    return record;
  });

/** The point of no return: only from suspended, so that nobody works in what is being taken away. */
export const beginOffboarding = (scope: TenantScope, given: { actor: string }): Promise<void> =>
  scope.transaction(async (transaction) => {
    const before = await found(transaction, scope.tenantId);
    if (before.state === 'offboarding') return;
    if (!(await moveTenant(transaction, scope.tenantId, ['suspended'], 'offboarding'))) {
      throw new BusinessError('conflict', `The tenant is ${before.state}; suspend it first.`);
    }
    await transaction.audit({
      operation: 'beginOffboarding',
      resource: scope.tenantId,
      detail: given.actor,
    });
    await changed(transaction, await found(transaction, scope.tenantId));
  });
