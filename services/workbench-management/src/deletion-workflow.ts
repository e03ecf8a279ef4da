import { bucketName } from '@atelier/account-baseline';
import { defineWorkflow, done, fail, type Step, type StepContext, wait } from '@atelier/reconciler';
import type { Peers, WorkContext } from '@atelier/service-kit';
import { CloseAccountCommand, DescribeAccountCommand } from '@aws-sdk/client-organizations';
import {
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  DeleteAppCommand,
  DeleteDomainCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DeleteSpaceCommand,
  DeleteUserProfileCommand,
  DescribeDomainCommand,
  ListAppsCommand,
  ListDomainsCommand,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  ListSpacesCommand,
  ListTrainingJobsCommand,
  ListUserProfilesCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import type { AccountRequests } from './account-requests.ts';
import { type CloudClients, isAwsError } from './cloud-clients.ts';
import type { ExecutionRoles } from './execution-roles.ts';

export const DELETION = 'workbench-deletion';

export interface DeletionRequest {
  readonly accountId: string | null;
  /** Which try of the account factory made the account. */
  readonly attempt: number;
}

export interface DeletionMemo {
  readonly recordId: string;
}

export interface DeletionDeps {
  readonly peers: Peers;
  readonly clouds: CloudClients;
  readonly accounts: AccountRequests;
  readonly executionRoles: (scope: WorkContext['scope'], accountId: string) => ExecutionRoles;
}

type Context = StepContext<DeletionRequest, DeletionMemo> & WorkContext;
type DeletionStep = Step<DeletionRequest, DeletionMemo, WorkContext>;

const POLL_MS = 1000;
const BATCH = 1000;

const absent = (error: unknown): boolean =>
  isAwsError(error, 'ResourceNotFound', 'ResourceNotFoundException', 'NoSuchBucket') ||
  (isAwsError(error, 'ValidationException') &&
    error instanceof Error &&
    error.message.includes('Could not find'));

/** Deletes each, taking what is gone already for done. */
const deleteEach = async <Item>(
  items: readonly Item[],
  remove: (item: Item) => Promise<unknown>,
) => {
  for (const item of items) {
    await remove(item).catch((error: unknown) => {
      if (!absent(error)) throw error;
    });
  }
};

/**
 * Takes a workbench down from the top: notebooks, then models and jobs, then the domain, the bucket, the roles, and last
 * the account. A step that finds nothing is done.
 */
export const deletionWorkflow = (deps: DeletionDeps) => {
  const { clouds } = deps;
  const sagemakerOf = (ctx: Context) => clouds.account(ctx.scope, 'provision').sagemaker;

  const notebooks = async (ctx: Context) => {
    const sagemaker = sagemakerOf(ctx);
    const { Apps: apps = [] } = await sagemaker.send(new ListAppsCommand({}));
    const living = apps.filter(({ Status }) => Status !== 'Deleted');
    await deleteEach(
      living.filter(({ Status }) => Status !== 'Deleting'),
      (app) =>
        sagemaker.send(
          new DeleteAppCommand({
            DomainId: app.DomainId,
            SpaceName: app.SpaceName,
            AppType: app.AppType,
            AppName: app.AppName,
          }),
        ),
    );
    if (living.length > 0) return wait(POLL_MS, { cause: 'Notebooks are being stopped.' });
    const { Spaces: spaces = [] } = await sagemaker.send(new ListSpacesCommand({}));
    await deleteEach(
      spaces.filter(({ Status }) => Status !== 'Deleting'),
      ({ DomainId, SpaceName }) => sagemaker.send(new DeleteSpaceCommand({ DomainId, SpaceName })),
    );
    if (spaces.length > 0) return wait(POLL_MS, { cause: 'Spaces are being deleted.' });
    const { UserProfiles: profiles = [] } = await sagemaker.send(new ListUserProfilesCommand({}));
    await deleteEach(
      profiles.filter(({ Status }) => Status !== 'Deleting'),
      ({ DomainId, UserProfileName }) =>
        sagemaker.send(new DeleteUserProfileCommand({ DomainId, UserProfileName })),
    );
    return profiles.length > 0
      ? wait(POLL_MS, { cause: 'User profiles are being deleted.' })
      : done();
  };

  const models = async (ctx: Context) => {
    const sagemaker = sagemakerOf(ctx);
    const { TrainingJobSummaries: jobs = [] } = await sagemaker.send(
      new ListTrainingJobsCommand({ StatusEquals: 'InProgress' }),
    );
    await deleteEach(jobs, ({ TrainingJobName }) =>
      sagemaker.send(new StopTrainingJobCommand({ TrainingJobName })),
    );
    const { Endpoints: endpoints = [] } = await sagemaker.send(new ListEndpointsCommand({}));
    await deleteEach(
      endpoints.filter(({ EndpointStatus }) => EndpointStatus !== 'Deleting'),
      ({ EndpointName }) => sagemaker.send(new DeleteEndpointCommand({ EndpointName })),
    );
    const { EndpointConfigs: configs = [] } = await sagemaker.send(
      new ListEndpointConfigsCommand({}),
    );
    await deleteEach(configs, ({ EndpointConfigName }) =>
      sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName })),
    );
    const { Models: all = [] } = await sagemaker.send(new ListModelsCommand({}));
    await deleteEach(all, ({ ModelName }) => sagemaker.send(new DeleteModelCommand({ ModelName })));
    return jobs.length + endpoints.length + configs.length + all.length > 0
      ? wait(POLL_MS, { cause: 'Endpoints, models and jobs are being ended.' })
      : done();
  };

  const domain = async (ctx: Context) => {
    const sagemaker = sagemakerOf(ctx);
    const { Domains: domains = [] } = await sagemaker.send(new ListDomainsCommand({}));
    for (const { DomainId } of domains) {
      const { Status: status } = await sagemaker.send(new DescribeDomainCommand({ DomainId }));
      if (status !== 'Deleting') {
        await sagemaker.send(
          new DeleteDomainCommand({ DomainId, RetentionPolicy: { HomeEfsFileSystem: 'Delete' } }),
        );
      }
    }
    return domains.length > 0 ? wait(POLL_MS, { cause: 'The domain is being deleted.' }) : done();
  };

  const bucket = async (ctx: Context, accountId: string) => {
    const { s3 } = clouds.account(ctx.scope, 'provision');
    try {
      await emptyBucket(s3, bucketName(accountId), ctx.signal);
      await s3.send(new DeleteBucketCommand({ Bucket: bucketName(accountId) }));
    } catch (error) {
      if (!absent(error)) throw error;
    }
    return done();
  };

  const account = async (ctx: Context, accountId: string) => {
    const { attempt } = ctx.request;
    const recordId =
      ctx.memo.recordId ?? (await deps.accounts.unmanage(ctx.tenantId, attempt, ctx.id))?.recordId;
    if (recordId !== undefined) {
      const outcome = await deps.accounts.outcome(recordId);
      if (outcome.state === 'failed') {
        return fail({ cause: outcome.message, remedy: 'Retry it.', retryable: true });
      }
    }
    const { organizations } = clouds.management;
    const status = async () =>
      (await organizations.send(new DescribeAccountCommand({ AccountId: accountId }))).Account
        ?.Status;
    if ((await status()) === 'ACTIVE') {
      await organizations.send(new CloseAccountCommand({ AccountId: accountId }));
    }
    return (await status()) === 'SUSPENDED'
      ? done(recordId === undefined ? {} : { recordId })
      : wait(POLL_MS, { cause: 'The account is being closed.' });
  };

  const record = async (ctx: Context) => {
    await deps
      .peers('tenant-management', { tenantId: ctx.tenantId, requestId: ctx.id })
      .recordAccount({ body: { accountId: null, variant: null } });
    return done();
  };

  const step = (
    name: string,
    expectedMs: number,
    run: (ctx: Context, accountId: string) => ReturnType<DeletionStep['run']>,
  ): DeletionStep => ({
    name,
    expectedMs,
    maxAttempts: 8,
    run: async (ctx) => {
      const { accountId } = ctx.request;
      if (accountId === null) return done();
      try {
        return await run(ctx, accountId);
      } catch (error) {
        return fail({
          cause: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
          remedy: 'It is tried again by itself; afterwards an operator can retry it.',
          retryable: true,
        });
      }
    },
  });

  return defineWorkflow<DeletionRequest, DeletionMemo, WorkContext>({
    kind: DELETION,
    steps: [
      step('notebooks', 5000, notebooks),
      step('models and jobs', 5000, models),
      step('domain', 1000, domain),
      step('bucket', 2000, bucket),
      step('execution roles', 500, async (ctx, accountId) => {
        await deps.executionRoles(ctx.scope, accountId).removeAll();
        return done();
      }),
      step('account', 2000, account),
      step('record', 200, record),
    ],
  });
};

const emptyBucket = async (s3: S3Client, bucket: string, signal: AbortSignal): Promise<void> => {
  for (;;) {
    signal.throwIfAborted();
    const { Contents: objects = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, MaxKeys: BATCH }),
    );
    if (objects.length === 0) return;
    await s3.send(
      new DeleteObjectsCommand({
        Bucket: bucket,
        Delete: { Objects: objects.map(({ Key }) => ({ Key })), Quiet: true },
      }),
    );
  }
};
