import { bucketName } from '@atelier/account-baseline';
import type { Work, Workbench } from '@atelier/contracts';
import { BusinessError, type LongWork, type TenantScope } from '@atelier/service-kit';
import { v7 as uuidv7 } from 'uuid';
import type { DeletionMemo, DeletionRequest } from './deletion-workflow.ts';
import type { ProvisioningMemo, ProvisioningRequest } from './provisioning-workflow.ts';
import { findVariant } from './variants.ts';
import {
  claimDeletion,
  claimWorkbench,
  findWorkbench,
  replaceWorkbench,
  type StoredWorkbench,
} from './workbench-store.ts';

export interface WorkbenchDeps {
  readonly provisioning: LongWork<ProvisioningRequest, ProvisioningMemo>;
  readonly deletion: LongWork<DeletionRequest, DeletionMemo>;
}

export interface ReadyWorkbench {
  readonly accountId: string;
  readonly domainId: string;
  readonly variant: string;
}

const mustBeOffered = (name: string): void => {
  const variant = findVariant(name);
  if (variant === null || variant.unavailable !== null) {
    throw new BusinessError(
      'variant_unavailable',
      variant?.unavailable ?? 'There is no such variant.',
      { fields: [{ pointer: '/body/variant', message: 'cannot be chosen' }] },
    );
  }
};

/** Asks for the tenant's workbench. Throws `already_exists` unless `find` is set: then the earlier request is answered. */
export const requestWorkbench = async (
  deps: WorkbenchDeps,
  scope: TenantScope,
  given: { id: string; variant: string; find: boolean },
): Promise<{ id: string; location: string }> => {
  mustBeOffered(given.variant);
  const asked = { tenantId: scope.tenantId, requestId: given.id, variant: given.variant };
  const stored = await scope.transaction(async (transaction) => {
    const standing = await claimWorkbench(transaction, asked);
    if (standing.requestId === given.id) return standing;
    if (await isDeleted(deps, standing)) {
      await replaceWorkbench(transaction, asked);
      return { ...standing, ...asked, deletionId: null };
    }
    if (!given.find) {
      throw new BusinessError('already_exists', 'The company has a workbench already.');
    }
    return standing;
  });
  await deps.provisioning.requests.submit({
    tenantId: scope.tenantId,
    id: stored.requestId,
    request: { variant: stored.variant },
  });
  return { id: stored.requestId, location: `/workbench/requests/${stored.requestId}` };
};

const isDeleted = async (deps: WorkbenchDeps, stored: StoredWorkbench): Promise<boolean> => {
  if (stored.deletionId === null) return false;
  const view = await deps.deletion.requests.get({ ...stored, id: stored.deletionId });
  return view?.state === 'succeeded';
};

export const viewWorkbench = async (
  deps: WorkbenchDeps,
  tenantId: string,
  stored: StoredWorkbench | null,
): Promise<Workbench> => {
  const nothing = { variant: null, accountId: null, bucket: null };
  if (stored === null) return { state: 'absent', ...nothing, request: null };
  if (stored.deletionId !== null) {
    const view = await deps.deletion.requests.get({ tenantId, id: stored.deletionId });
    if (view?.state === 'succeeded') return { state: 'deleted', ...nothing, request: null };
    const request = view === null ? null : await deps.deletion.show(view);
    return {
      state: view?.state === 'failed' ? 'failed' : 'deleting',
      ...nothing,
      variant: stored.variant,
      request,
    };
  }
  const view = await deps.provisioning.requests.get({ tenantId, id: stored.requestId });
  const request: Work | null = view === null ? null : await deps.provisioning.show(view);
  const accountId = view?.memo.accountId ?? null;
  return {
    state: stateOf(request),
    variant: stored.variant,
    accountId,
    bucket: accountId === null ? null : bucketName(accountId),
    request,
  };
};

const stateOf = (request: Work | null): Workbench['state'] => {
  if (request?.state === 'succeeded') return 'ready';
  return request?.state === 'failed' ? 'failed' : 'provisioning';
};

export const readWorkbench = async (deps: WorkbenchDeps, scope: TenantScope): Promise<Workbench> =>
  viewWorkbench(
    deps,
    scope.tenantId,
    await scope.transaction((transaction) => findWorkbench(transaction, scope.tenantId)),
  );

/** What launching, keys and endpoints need. Throws `workbench_not_ready`. */
export const readyWorkbench = async (
  deps: WorkbenchDeps,
  scope: TenantScope,
): Promise<ReadyWorkbench> => {
  const stored = await scope.transaction((transaction) =>
    findWorkbench(transaction, scope.tenantId),
  );
  const view =
    stored === null || stored.deletionId !== null
      ? null
      : await deps.provisioning.requests.get({ tenantId: scope.tenantId, id: stored.requestId });
  const { accountId, domainId } = view?.memo ?? {};
  if (stored === null || view?.state !== 'succeeded' || !accountId || !domainId) {
    throw new BusinessError(
      'workbench_not_ready',
      'The workbench is not ready; its page shows how far it is.',
    );
  }
  return { accountId, domainId, variant: stored.variant };
};

/** Begins to take the workbench down, or finds the deletion that runs. */
export const deleteWorkbench = async (
  deps: WorkbenchDeps,
  scope: TenantScope,
): Promise<{ id: string; location: string }> => {
  const { stored, id } = await scope.transaction(async (transaction) => {
    const standing = await claimWorkbench(transaction, {
      tenantId: scope.tenantId,
      requestId: uuidv7(),
      variant: 'standard',
    });
    const deletionId = await claimDeletion(transaction, scope.tenantId, uuidv7());
    await transaction.audit({ operation: 'deleteWorkbench', resource: deletionId, detail: null });
    return { stored: standing, id: deletionId ?? uuidv7() };
  });
  const key = { tenantId: scope.tenantId, id: stored.requestId };
  const provisioned = await deps.provisioning.requests.get(key);
  // A provisioning that still runs would make again what is being deleted.
  if (provisioned !== null && ['queued', 'running', 'failed'].includes(provisioned.state)) {
    await deps.provisioning.requests.cancel(key);
  }
  const { view } = await deps.deletion.requests.submit({
    tenantId: scope.tenantId,
    id,
    request: {
      accountId: provisioned?.memo.accountId ?? null,
      attempt: provisioned?.memo.attempt ?? 1,
    },
  });
  if (view.state === 'failed') await deps.deletion.requests.retry({ tenantId: scope.tenantId, id });
  return { id, location: `/workbench/requests/${id}` };
};
