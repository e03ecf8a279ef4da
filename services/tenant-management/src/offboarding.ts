import { defineWorkflow, done, fail, type Step, wait } from '@atelier/reconciler';
import type { Peers, WorkContext } from '@atelier/service-kit';
import { deleteBindings } from './binding-store.ts';
import { moveTenant, releaseAccount } from './tenant-store.ts';

export const OFFBOARDING = 'offboarding';

export interface OffboardingRequest {
  /** The operator who asked. */
  readonly requestedBy: string;
}

/** Counts of what each step removed. */
export interface OffboardingMemo {
  readonly customerRows: number;
  readonly extractRecords: number;
  readonly users: number;
}

type OffboardingStep = Step<OffboardingRequest, OffboardingMemo, WorkContext>;

const RETRY_MS = 1000;

/**
 * Takes everything of a suspended tenant away, outermost first: what runs, then what is stored, then who may come in. Each
 * step asks the service that owns the thing, and may be repeated.
 */
export const offboardingWorkflow = (peers: Peers) => {
  const on = (ctx: { tenantId: string; id: string }) => ({
    tenantId: ctx.tenantId,
    requestId: ctx.id,
  });

  const workbench: OffboardingStep = {
    name: 'workbench and account',
    expectedMs: 15_000,
    run: async (ctx) => {
      const peer = peers('workbench-management', on(ctx));
      const { state, request } = await peer.getWorkbenchAsService();
      if (state === 'deleted') return done();
      const failed = request?.steps.find((step) => step.state === 'failed');
      if (state === 'failed' && failed !== undefined) {
        return fail({
          cause: failed.cause ?? 'The workbench could not be deleted.',
          remedy: failed.remedy ?? 'Retry the workbench first.',
          retryable: true,
        });
      }
      if (state !== 'deleting') await peer.deleteWorkbench();
      return wait(RETRY_MS, { cause: 'The account is being closed.' });
    },
  };
  const role: OffboardingStep = {
    name: 'role of the tenant',
    expectedMs: 500,
    run: async (ctx) => {
      await peers('registration', on(ctx)).deleteTenantRole();
      return done();
    },
  };
  const customers: OffboardingStep = {
    name: 'customer records',
    expectedMs: 2000,
    run: async (ctx) => {
      const { deleted } = await peers('customer-management', on(ctx)).deleteCustomers();
      return done({ customerRows: deleted });
    },
  };
  const extracts: OffboardingStep = {
    name: 'extraction login and keys',
    expectedMs: 1000,
    run: async (ctx) => {
      const { deleted } = await peers('data-management', on(ctx)).deleteExtractRecords();
      return done({ extractRecords: deleted });
    },
  };
  const users: OffboardingStep = {
    name: 'users and keys',
    expectedMs: 1000,
    run: async (ctx) => {
      const { deleted } = await peers('user-management', on(ctx)).deleteUsers();
      return done({ users: deleted });
    },
  };
  const record: OffboardingStep = {
    name: 'tenant record',
    expectedMs: 500,
    run: async ({ scope }) => {
      await scope.transaction(async (transaction) => {
        await deleteBindings(transaction, scope.tenantId);
        await releaseAccount(transaction, scope.tenantId);
        if (await moveTenant(transaction, scope.tenantId, ['offboarding'], 'deleted')) {
          await transaction.publish({
            type: 'TenantChanged',
            version: 1,
            tenantId: scope.tenantId,
            id: scope.tenantId,
            state: 'deleted',
            audience: 'operators',
          });
          await transaction.audit({
            operation: 'deleteTenant',
            resource: scope.tenantId,
            detail: 'everything of the tenant has been removed',
          });
        }
      });
      return done();
    },
  };
  return defineWorkflow<OffboardingRequest, OffboardingMemo, WorkContext>({
    kind: OFFBOARDING,
    steps: [workbench, role, customers, extracts, users, record],
  });
};
