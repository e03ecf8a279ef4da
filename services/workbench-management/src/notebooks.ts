import { bucketName, spaceName, userProfileName } from '@atelier/account-baseline';
import type { TenantRole } from '@atelier/contracts';
import {
  BusinessError,
  type LongWork,
  notFound,
  type TenantScope,
  type UserIdentity,
} from '@atelier/service-kit';
import {
  type AppDetails,
  CreatePresignedDomainUrlCommand,
  DeleteAppCommand,
  ListEndpointsCommand,
  paginateListApps,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { type CloudAddress, type CloudClients, isAwsError } from './cloud-clients.ts';
import type { ExecutionRoles } from './execution-roles.ts';
import type { LaunchMemo, LaunchRequest } from './launch-workflow.ts';
import { findVariant } from './variants.ts';
import { readyWorkbench, type WorkbenchDeps } from './workbenches.ts';

export interface NotebookDeps extends WorkbenchDeps {
  readonly launches: LongWork<LaunchRequest, LaunchMemo>;
  readonly clouds: CloudClients;
  readonly executionRoles: (scope: TenantScope, accountId: string) => ExecutionRoles;
  readonly address: CloudAddress;
}

const URL_SECONDS = 30;
const SESSION_SECONDS = 43_200;
const KEY_SECONDS = 3600;

const dataRolesOf = (user: UserIdentity): TenantRole[] =>
  user.roles.filter((role): role is TenantRole => role !== 'platform_operator');

export const launch = async (
  deps: NotebookDeps,
  scope: TenantScope,
  given: { id: string; user: UserIdentity },
): Promise<{ id: string; location: string }> => {
  const ready = await readyWorkbench(deps, scope);
  await deps.launches.requests.submit({
    tenantId: scope.tenantId,
    id: given.id,
    request: {
      userId: given.user.userId,
      dataRoles: dataRolesOf(given.user),
      domainId: ready.domainId,
      accountId: ready.accountId,
      instanceType: findVariant(ready.variant)?.instanceType ?? 'ml.t3.medium',
    },
  });
  return { id: given.id, location: `/workbench/launches/${given.id}` };
};

/** A launch is its user's own: a colleague's is as absent as another tenant's. */
export const ownLaunch = async (
  deps: NotebookDeps,
  scope: TenantScope,
  given: { id: string; user: UserIdentity },
) => {
  const view = await deps.launches.requests.get({ tenantId: scope.tenantId, id: given.id });
  if (view === null || view.request.userId !== given.user.userId) throw notFound('launch');
  return view;
};

/** The URL is a bearer's: asked for at the last moment, never logged, good for one use within seconds. */
export const mintLaunchUrl = async (
  deps: NotebookDeps,
  scope: TenantScope,
  given: { id: string; user: UserIdentity },
): Promise<{ url: string; expiresAt: string }> => {
  const view = await ownLaunch(deps, scope, given);
  if (view.state !== 'succeeded') {
    throw new BusinessError('workbench_not_ready', 'The notebook is still being started.');
  }
  const expiresAt = new Date(Date.now() + URL_SECONDS * 1000).toISOString();
  const { AuthorizedUrl: url } = await deps.clouds.account(scope, 'launch').sagemaker.send(
    new CreatePresignedDomainUrlCommand({
      DomainId: view.request.domainId,
      UserProfileName: userProfileName(view.request.userId),
      SpaceName: spaceName(view.request.userId),
      LandingUri: 'app:JupyterLab:',
      ExpiresInSeconds: URL_SECONDS,
      SessionExpirationDurationInSeconds: SESSION_SECONDS,
    }),
  );
  if (url === undefined) throw new Error('Studio gave no address');
  await scope.transaction((transaction) =>
    transaction.audit({ operation: 'mintLaunchUrl', resource: given.id, detail: null }),
  );
  return { url, expiresAt };
};

/** Keys of the caller's own execution role, for an hour. */
export const issueCredentials = async (
  deps: NotebookDeps,
  scope: TenantScope,
  user: UserIdentity,
) => {
  const { accountId } = await readyWorkbench(deps, scope);
  const executionRoleArn = await deps
    .executionRoles(scope, accountId)
    .ensure({ userId: user.userId, dataRoles: dataRolesOf(user) });
  const { Credentials: keys } = await deps.clouds.account(scope, 'launch').sts.send(
    new AssumeRoleCommand({
      RoleArn: executionRoleArn,
      RoleSessionName: user.userId,
      DurationSeconds: KEY_SECONDS,
    }),
  );
  if (!keys?.AccessKeyId || !keys.SecretAccessKey || !keys.SessionToken || !keys.Expiration) {
    throw new Error('STS gave no keys');
  }
  await scope.transaction((transaction) =>
    transaction.audit({ operation: 'issueCredentials', resource: user.userId, detail: null }),
  );
  return {
    endpointUrl: deps.address.endpoint ?? null,
    region: deps.address.region,
    bucket: bucketName(accountId),
    executionRoleArn,
    accessKeyId: keys.AccessKeyId,
    secretAccessKey: keys.SecretAccessKey,
    sessionToken: keys.SessionToken,
    expiresAt: keys.Expiration.toISOString(),
  };
};

export const listEndpoints = async (deps: NotebookDeps, scope: TenantScope) => {
  await readyWorkbench(deps, scope);
  const { Endpoints: endpoints = [] } = await deps.clouds
    .account(scope, 'invoke')
    .sagemaker.send(new ListEndpointsCommand({ SortBy: 'CreationTime', SortOrder: 'Descending' }));
  return {
    items: endpoints.map((endpoint) => ({
      name: endpoint.EndpointName ?? '',
      status: endpoint.EndpointStatus ?? '',
      createdAt: (endpoint.CreationTime ?? new Date(0)).toISOString(),
    })),
  };
};

/** Ends open notebooks: of one user, or of everybody. Their homes stay. */
export const severNotebooks = async (
  deps: NotebookDeps,
  scope: TenantScope,
  userId: string | null,
): Promise<void> => {
  const ready = await readyWorkbench(deps, scope).catch((error: unknown) => {
    if (error instanceof BusinessError && error.code === 'workbench_not_ready') return null;
    throw error;
  });
  if (ready === null) return;
  const { sagemaker } = deps.clouds.account(scope, 'launch');
  const apps = paginateListApps(
    { client: sagemaker },
    {
      DomainIdEquals: ready.domainId,
      ...(userId === null ? {} : { SpaceNameEquals: spaceName(userId) }),
    },
  );
  for await (const { Apps: page = [] } of apps) await deleteApps(sagemaker, page);
};

const deleteApps = async (sagemaker: SageMakerClient, apps: readonly AppDetails[]) => {
  for (const app of apps) {
    if (app.Status === 'Deleted' || app.Status === 'Deleting') continue;
    await sagemaker
      .send(
        new DeleteAppCommand({
          DomainId: app.DomainId,
          SpaceName: app.SpaceName,
          AppType: app.AppType,
          AppName: app.AppName,
        }),
      )
      .catch((error: unknown) => {
        if (!isAwsError(error, 'ResourceNotFound')) throw error;
      });
  }
};
