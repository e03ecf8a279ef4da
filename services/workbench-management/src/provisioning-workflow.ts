import {
  accountTagKey,
  baselineStackSetName,
  bucketName,
  domainName,
  tenantRoleName,
} from '@atelier/account-baseline';
import { defineWorkflow, done, fail, type Step, type StepContext, wait } from '@atelier/reconciler';
import type { Peers, WorkContext } from '@atelier/service-kit';
import { DescribeStackInstanceCommand } from '@aws-sdk/client-cloudformation';
import { TagRoleCommand } from '@aws-sdk/client-iam';
import { HeadBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { DescribeDomainCommand, ListDomainsCommand } from '@aws-sdk/client-sagemaker';
import {
  GetServiceQuotaCommand,
  RequestServiceQuotaIncreaseCommand,
} from '@aws-sdk/client-service-quotas';
import type { AccountRequests } from './account-requests.ts';
import { type CloudClients, isAwsError } from './cloud-clients.ts';
import { findVariant } from './variants.ts';
import { findManagedAccount } from './workbench-store.ts';

export const PROVISIONING = 'workbench';

export interface ProvisioningRequest {
  readonly variant: string;
}

export interface ProvisioningMemo {
  /** Which try of the account factory this is, from 1. */
  readonly attempt: number;
  /** Of the account factory; null after a try that failed. */
  readonly recordId: string | null;
  readonly accountId: string;
  readonly domainId: string;
}

export interface ProvisioningDeps {
  readonly peers: Peers;
  readonly clouds: CloudClients;
  readonly accounts: AccountRequests;
  readonly region: string;
}

type Context = StepContext<ProvisioningRequest, ProvisioningMemo> & WorkContext;
type ProvisioningStep = Step<ProvisioningRequest, ProvisioningMemo, WorkContext>;

const POLL_MS = 1000;
const BUSY_POLL_MS = 3000;
const QUOTAS = [
  { code: 'L-B683BCB0', name: 'domains', needed: 1 },
  { code: 'L-AC46C40F', name: 'user profiles', needed: 10 },
  { code: 'L-8E5333B4', name: 'spaces', needed: 10 },
] as const;

const accountOf = (ctx: Context): string => {
  if (ctx.memo.accountId === undefined) throw new Error('the account step has left no number');
  return ctx.memo.accountId;
};

/** Throttling and slips pass by themselves; the step is tried again. */
const guarded =
  (run: ProvisioningStep['run']): ProvisioningStep['run'] =>
  async (ctx) => {
    try {
      return await run(ctx);
    } catch (error) {
      return fail({
        cause: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
        remedy: 'It is tried again by itself; afterwards an operator can retry it.',
        retryable: true,
      });
    }
  };

/**
 * From a request to a workbench that was seen to work: account, its number in the tenant's record, baseline, quotas, and a
 * verification that acts, so that `ready` means ready. Every step finds what an earlier try made.
 */
export const provisioningWorkflow = (deps: ProvisioningDeps) => {
  const { accounts, clouds } = deps;

  const admission: ProvisioningStep = {
    name: 'admission',
    expectedMs: 200,
    run: async (ctx) => {
      const variant = findVariant(ctx.request.variant);
      if (variant === null || variant.unavailable !== null) {
        return fail({
          cause: variant?.unavailable ?? `There is no variant ${ctx.request.variant}.`,
          remedy: 'Choose another variant.',
          retryable: false,
        });
      }
      return done();
    },
  };

  const account: ProvisioningStep = {
    name: 'account',
    expectedMs: 3000,
    run: async (ctx) => {
      const attempt = ctx.memo.attempt ?? 1;
      const recordId =
        ctx.memo.recordId ?? (await accounts.request(ctx.tenantId, ctx.id, attempt)).recordId;
      // The event says it first; the record says it when the event was lost.
      const told = await ctx.scope.transaction((transaction) =>
        findManagedAccount(transaction, ctx.tenantId),
      );
      if (told?.state === 'SUCCEEDED')
        return done({ attempt, recordId, accountId: told.accountId });
      const outcome = await accounts.outcome(recordId);
      if (outcome.state === 'made')
        return done({ attempt, recordId, accountId: outcome.accountId });
      if (outcome.state === 'pending') {
        return wait(POLL_MS, { memo: { attempt, recordId }, cause: 'The account is being made.' });
      }
      // The next try needs a new product; the memo must forget the failed record.
      await ctx.save({ attempt: attempt + 1, recordId: null });
      if (outcome.code === 'OperationInProgress') {
        return wait(BUSY_POLL_MS, {
          cause: 'Other accounts are being made; this one waits its turn.',
        });
      }
      return fail({
        cause: outcome.message,
        remedy: 'Retry makes a new attempt.',
        retryable: true,
      });
    },
  };

  const number: ProvisioningStep = {
    name: 'account number recorded',
    expectedMs: 300,
    run: async (ctx) => {
      const accountId = accountOf(ctx);
      await deps
        .peers('tenant-management', { tenantId: ctx.tenantId, requestId: ctx.id })
        .recordAccount({ body: { accountId, variant: ctx.request.variant } });
      await clouds.provider.iam.send(
        new TagRoleCommand({
          RoleName: tenantRoleName(ctx.tenantId),
          Tags: [{ Key: accountTagKey, Value: accountId }],
        }),
      );
      return done();
    },
  };

  const baseline: ProvisioningStep = {
    name: 'baseline',
    expectedMs: 2000,
    run: async (ctx) => {
      try {
        const { StackInstance: instance } = await clouds.management.cloudFormation.send(
          new DescribeStackInstanceCommand({
            StackSetName: baselineStackSetName,
            StackInstanceAccount: accountOf(ctx),
            StackInstanceRegion: deps.region,
          }),
        );
        const detailed = instance?.StackInstanceStatus?.DetailedStatus;
        if (instance?.Status === 'CURRENT' && detailed === 'SUCCEEDED') return done();
        if (detailed !== undefined && BASELINE_FAILURES.includes(detailed)) {
          return fail({
            cause: `The baseline is ${detailed}: ${instance?.StatusReason ?? 'no reason given'}`,
            remedy: 'Repair the stack instance, then retry.',
            retryable: false,
          });
        }
      } catch (error) {
        if (!isAwsError(error, 'StackInstanceNotFoundException')) throw error;
      }
      return wait(POLL_MS, { cause: 'The baseline is being applied.' });
    },
  };

  const quotas: ProvisioningStep = {
    name: 'quotas',
    expectedMs: 500,
    run: async (ctx) => {
      const { quotas: client } = clouds.account(ctx.scope, 'provision');
      for (const { code, name, needed } of QUOTAS) {
        const { Quota: quota } = await client.send(
          new GetServiceQuotaCommand({ ServiceCode: 'sagemaker', QuotaCode: code }),
        );
        if ((quota?.Value ?? 0) >= needed) continue;
        await client.send(
          new RequestServiceQuotaIncreaseCommand({
            ServiceCode: 'sagemaker',
            QuotaCode: code,
            DesiredValue: needed,
          }),
        );
        return wait(BUSY_POLL_MS, { cause: `More ${name} were asked for.` });
      }
      return done();
    },
  };

  const verification: ProvisioningStep = {
    name: 'verification',
    expectedMs: 1000,
    run: async (ctx) => {
      const accountId = accountOf(ctx);
      const { sagemaker, s3 } = clouds.account(ctx.scope, 'provision');
      const { Domains: domains = [] } = await sagemaker.send(new ListDomainsCommand({}));
      const domainId = domains.find((one) => one.DomainName === domainName(accountId))?.DomainId;
      if (domainId === undefined) return wait(POLL_MS, { cause: 'There is no Studio domain yet.' });
      const { Status: status } = await sagemaker.send(
        new DescribeDomainCommand({ DomainId: domainId }),
      );
      if (status !== 'InService') {
        return wait(POLL_MS, { cause: `The Studio domain is ${status}.` });
      }
      await s3.send(new HeadBucketCommand({ Bucket: bucketName(accountId) }));
      const guarded = await isDenied(() =>
        s3.send(
          new PutObjectCommand({
            Bucket: bucketName(accountId),
            Key: 'extracts/verification/must-be-refused',
            Body: 'x',
          }),
        ),
      );
      if (!guarded) {
        return fail({
          cause: 'The account let through what its guardrails must refuse.',
          remedy: 'Do not hand it out; look at the baseline.',
          retryable: false,
        });
      }
      return done({ domainId });
    },
  };

  return defineWorkflow<ProvisioningRequest, ProvisioningMemo, WorkContext>({
    kind: PROVISIONING,
    steps: [
      admission,
      ...[account, number, baseline, quotas, verification].map((step) => ({
        ...step,
        maxAttempts: 8,
        run: guarded(step.run),
      })),
    ],
  });
};

const BASELINE_FAILURES: readonly string[] = [
  'FAILED',
  'CANCELLED',
  'INOPERABLE',
  'SKIPPED_SUSPENDED_ACCOUNT',
  'FAILED_IMPORT',
];

const isDenied = async (act: () => Promise<unknown>): Promise<boolean> => {
  try {
    await act();
    return false;
  } catch (error) {
    if (isAwsError(error, 'AccessDenied', 'AccessDeniedException')) return true;
    throw error;
  }
};
