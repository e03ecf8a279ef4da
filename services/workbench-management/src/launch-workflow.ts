import { appName, spaceName, userProfileName } from '@atelier/account-baseline';
import type { TenantRole } from '@atelier/contracts';
import { defineWorkflow, done, fail, type Step, type StepContext, wait } from '@atelier/reconciler';
import type { WorkContext } from '@atelier/service-kit';
import {
  CreateAppCommand,
  CreateSpaceCommand,
  CreateUserProfileCommand,
  DescribeAppCommand,
  DescribeSpaceCommand,
  DescribeUserProfileCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { CloudClients } from './cloud-clients.ts';
import { isAwsError } from './cloud-clients.ts';
import type { ExecutionRoles } from './execution-roles.ts';

export const LAUNCH = 'launch';

export interface LaunchRequest {
  readonly userId: string;
  readonly dataRoles: readonly TenantRole[];
  readonly domainId: string;
  readonly accountId: string;
  readonly instanceType: string;
}

export interface LaunchMemo {
  /** What this launch has asked to be made: a failure seen before was another launch's. */
  readonly asked: readonly string[];
}

type Context = StepContext<LaunchRequest, LaunchMemo> & WorkContext;
type LaunchStep = Step<LaunchRequest, LaunchMemo, WorkContext>;

const POLL_MS = 500;
const HOME_GIGABYTES = 5;

/** Statuses in which something is on its way; anything else but `InService` needs a person. */
const UNDER_WAY: readonly (string | undefined)[] = ['Pending', 'Updating', 'Deleting'];

/** Finds what stands, makes what is absent or has failed for an earlier launch, and waits until it serves. */
const settle = async (
  ctx: Context,
  what: string,
  describe: () => Promise<{ Status?: string | undefined; FailureReason?: string | undefined }>,
  create: () => Promise<unknown>,
) => {
  const state = await describe().catch((error: unknown) => {
    if (isAwsError(error, 'ResourceNotFound', 'ResourceNotFoundException')) return null;
    throw error;
  });
  if (state?.Status === 'InService') return done<LaunchMemo>();
  if (UNDER_WAY.includes(state?.Status)) {
    return wait<LaunchMemo>(POLL_MS, { cause: `The ${what} is ${state?.Status?.toLowerCase()}.` });
  }
  const asked = ctx.memo.asked ?? [];
  // An app that was deleted is described as `Deleted` for a while, one that failed as `Failed` until it is made again.
  if (state === null || state.Status === 'Deleted' || !asked.includes(what)) {
    await create().catch((error: unknown) => {
      if (!isAwsError(error, 'ResourceInUse')) throw error;
    });
    return wait<LaunchMemo>(POLL_MS, {
      memo: { asked: [...asked, what] },
      cause: `The ${what} is being made.`,
    });
  }
  return fail({
    cause: state.FailureReason ?? `The ${what} is ${state.Status}.`,
    remedy: 'Launch again; if it stays, tell your administrator.',
    retryable: false,
  });
};

/** From a click to a running JupyterLab: profile and role at the first launch, then the space and its app. */
export const launchWorkflow = (deps: {
  clouds: CloudClients;
  executionRoles: (scope: WorkContext['scope'], accountId: string) => ExecutionRoles;
}) => {
  const sagemakerOf = (ctx: Context): SageMakerClient =>
    deps.clouds.account(ctx.scope, 'launch').sagemaker;
  const domainOf = (ctx: Context) => ({ DomainId: ctx.request.domainId });

  const profile: LaunchStep = {
    name: 'user profile',
    expectedMs: 1000,
    run: async (ctx) => {
      const { userId, dataRoles, accountId } = ctx.request;
      const role = await deps.executionRoles(ctx.scope, accountId).ensure({ userId, dataRoles });
      const key = { ...domainOf(ctx), UserProfileName: userProfileName(userId) };
      return settle(
        ctx,
        'user profile',
        () => sagemakerOf(ctx).send(new DescribeUserProfileCommand(key)),
        () =>
          sagemakerOf(ctx).send(
            new CreateUserProfileCommand({ ...key, UserSettings: { ExecutionRole: role } }),
          ),
      );
    },
  };

  const space: LaunchStep = {
    name: 'space',
    expectedMs: 500,
    run: async (ctx) => {
      const key = { ...domainOf(ctx), SpaceName: spaceName(ctx.request.userId) };
      return settle(
        ctx,
        'space',
        () => sagemakerOf(ctx).send(new DescribeSpaceCommand(key)),
        () =>
          sagemakerOf(ctx).send(
            new CreateSpaceCommand({
              ...key,
              OwnershipSettings: {
                OwnerUserProfileName: userProfileName(ctx.request.userId),
              },
              SpaceSharingSettings: { SharingType: 'Private' },
              SpaceSettings: {
                AppType: 'JupyterLab',
                SpaceStorageSettings: {
                  EbsStorageSettings: { EbsVolumeSizeInGb: HOME_GIGABYTES },
                },
              },
            }),
          ),
      );
    },
  };

  const app: LaunchStep = {
    name: 'JupyterLab',
    expectedMs: 3000,
    run: async (ctx) => {
      const key = {
        ...domainOf(ctx),
        SpaceName: spaceName(ctx.request.userId),
        AppType: 'JupyterLab' as const,
        AppName: appName,
      };
      return settle(
        ctx,
        'notebook',
        () => sagemakerOf(ctx).send(new DescribeAppCommand(key)),
        () =>
          sagemakerOf(ctx).send(
            new CreateAppCommand({
              ...key,
              ResourceSpec: {
                InstanceType: ctx.request.instanceType as 'ml.t3.medium',
              },
            }),
          ),
      );
    },
  };

  return defineWorkflow<LaunchRequest, LaunchMemo, WorkContext>({
    kind: LAUNCH,
    steps: [profile, space, app].map((step) => ({
      ...step,
      run: async (ctx) => {
        try {
          return await step.run(ctx);
        } catch (error) {
          return fail({
            cause: error instanceof Error ? error.message : String(error),
            remedy: 'It is tried again by itself.',
            retryable: true,
          });
        }
      },
    })),
  });
};
