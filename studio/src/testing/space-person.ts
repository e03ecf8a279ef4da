import { describeExecutionRole } from '@atelier/account-baseline';
import {
  CreateAppCommand,
  CreatePresignedDomainUrlCommand,
  CreateSpaceCommand,
  CreateUserProfileCommand,
  DeleteAppCommand,
  DescribeAppCommand,
  DescribeSpaceCommand,
  DescribeUserProfileCommand,
  ListDomainsCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { v7 as uuidv7 } from 'uuid';
import { putRole } from '../accounts/iam-writer.ts';
import type { SpacesStudio } from './spaces-studio.ts';
import { allowAll } from './test-studio.ts';

/** Audience of identity tokens: the front-door, as notebooks address it. */
export const FRONT_DOOR_URL = 'http://127.0.0.1:4567';

/** Somebody with an execution role, a profile and a private space, and a client that may do everything in his account. */
export interface SpacePerson {
  readonly accountId: string;
  readonly bucket: string;
  readonly userId: string;
  readonly domainId: string;
  readonly spaceName: string;
  readonly admin: SageMakerClient;
}

/** Looks until it is good; throws what it saw last after `withinMs`. */
export const until = async <Value>(
  look: () => Promise<Value>,
  good: (value: Value) => boolean,
  withinMs = 60_000,
): Promise<Value> => {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const value = await look();
    if (good(value)) return value;
    if (performance.now() > deadline) throw new Error(`still ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

export const makePerson = async (
  studio: SpacesStudio,
  workbench: { readonly accountId: string; readonly bucket: string },
): Promise<SpacePerson> => {
  const { accountId, bucket } = workbench;
  const userId = uuidv7();
  const role = describeExecutionRole({
    accountId,
    providerAccountId: studio.studio.platform.providerAccountId,
    region: 'us-east-1',
    userId,
    dataRoles: ['data_scientist'],
    identityAudience: FRONT_DOOR_URL,
  });
  await putRole(studio.studio.roles, accountId, role);
  const admin = studio.client(await studio.createKeys({ accountId, permissions: allowAll }));
  const { Domains } = await admin.send(new ListDomainsCommand({}));
  const DomainId = Domains?.[0]?.DomainId ?? '';
  await admin.send(
    new CreateUserProfileCommand({
      DomainId,
      UserProfileName: userId,
      UserSettings: { ExecutionRole: `arn:aws:iam::${accountId}:role${role.path}${role.name}` },
    }),
  );
  await until(
    () => admin.send(new DescribeUserProfileCommand({ DomainId, UserProfileName: userId })),
    ({ Status }) => Status === 'InService',
  );
  const SpaceName = `space-${userId}`;
  await admin.send(
    new CreateSpaceCommand({
      DomainId,
      SpaceName,
      OwnershipSettings: { OwnerUserProfileName: userId },
      SpaceSharingSettings: { SharingType: 'Private' },
    }),
  );
  await until(
    () => admin.send(new DescribeSpaceCommand({ DomainId, SpaceName })),
    ({ Status }) => Status === 'InService',
  );
  return { accountId, bucket, userId, domainId: DomainId, spaceName: SpaceName, admin };
};

export const appOf = ({ domainId, spaceName }: SpacePerson) => ({
  DomainId: domainId,
  SpaceName: spaceName,
  AppType: 'JupyterLab' as const,
  AppName: 'default',
});

/** Answers how long it took, in milliseconds; throws the reason when it fails. */
export const startApp = async (person: SpacePerson): Promise<number> => {
  const startedMs = performance.now();
  await person.admin.send(new CreateAppCommand(appOf(person)));
  const app = await until(
    () => person.admin.send(new DescribeAppCommand(appOf(person))),
    ({ Status }) => Status !== 'Pending',
  );
  if (app.Status !== 'InService') throw new Error(`${app.Status}: ${app.FailureReason}`);
  return performance.now() - startedMs;
};

export const stopApp = async (person: SpacePerson): Promise<void> => {
  await person.admin.send(new DeleteAppCommand(appOf(person)));
  await until(
    () => person.admin.send(new DescribeAppCommand(appOf(person))),
    ({ Status }) => Status === 'Deleted',
  );
};

export const presign = async (person: SpacePerson, seconds = 30): Promise<string> => {
  const { AuthorizedUrl } = await person.admin.send(
    new CreatePresignedDomainUrlCommand({
      DomainId: person.domainId,
      UserProfileName: person.userId,
      SpaceName: person.spaceName,
      ExpiresInSeconds: seconds,
      LandingUri: 'app:JupyterLab:',
    }),
  );
  return AuthorizedUrl ?? '';
};
