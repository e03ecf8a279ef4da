import { defineWorkflow, done, fail, type Step } from '@atelier/reconciler';
import type { Peers, WorkContext } from '@atelier/service-kit';
import type { TenantRoles } from './tenant-roles.ts';

export const REGISTRATION = 'registration';

export interface RegistrationRequest {
  readonly company: string;
  readonly name: string;
  readonly email: string;
  /** Who the identity provider says the person is. */
  readonly issuer: string;
  readonly subject: string;
}

export interface RegistrationMemo {
  readonly workbenchRequestId: string;
}

type RegistrationStep = Step<RegistrationRequest, RegistrationMemo, WorkContext>;

const PLAN = 'standard';
const VARIANT = 'standard';

/**
 * From a proven address to a tenant in which people can work. Each step asks the service that owns the thing and finds
 * what an earlier try made. The workbench is a request of its own that nobody here waits for.
 */
export const registrationWorkflow = (deps: { peers: Peers; tenantRoles: TenantRoles }) => {
  const on = (ctx: { tenantId: string; id: string }) => ({
    tenantId: ctx.tenantId,
    requestId: ctx.id,
  });
  const step = (
    name: string,
    expectedMs: number,
    work: (ctx: Parameters<RegistrationStep['run']>[0]) => Promise<Partial<RegistrationMemo>>,
  ): RegistrationStep => ({
    name,
    expectedMs,
    run: async (ctx) => {
      try {
        return done(await work(ctx));
      } catch (error) {
        return fail({
          cause: error instanceof Error ? error.message : String(error),
          remedy: 'It is tried again by itself; if it stays, look at the logs of registration.',
          retryable: true,
        });
      }
    },
  });

  return defineWorkflow<RegistrationRequest, RegistrationMemo, WorkContext>({
    kind: REGISTRATION,
    steps: [
      step('tenant record', 200, async (ctx) => {
        await deps
          .peers('tenant-management', on(ctx))
          .ensureTenant({ body: { name: ctx.request.company, plan: PLAN } });
        return {};
      }),
      step('role of the tenant', 300, async (ctx) => {
        await deps.tenantRoles.ensure(ctx.tenantId);
        return {};
      }),
      step('extraction login', 200, async (ctx) => {
        await deps.peers('data-management', on(ctx)).ensureExtractionLogin();
        return {};
      }),
      step('first user', 200, async (ctx) => {
        const { email, name, issuer, subject } = ctx.request;
        await deps
          .peers('user-management', on(ctx))
          .ensureFirstUser({ body: { email, name, issuer, subject } });
        return {};
      }),
      step('active', 100, async (ctx) => {
        await deps.peers('tenant-management', on(ctx)).activateTenant();
        return {};
      }),
      step('workbench requested', 100, async (ctx) => {
        const { id } = await deps
          .peers('workbench-management', on(ctx))
          .requestWorkbenchAsService({ body: { variant: VARIANT } });
        return { workbenchRequestId: id };
      }),
    ],
  });
};
