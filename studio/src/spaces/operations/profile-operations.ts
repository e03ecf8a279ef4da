import type {
  CreateUserProfileCommandInput,
  CreateUserProfileCommandOutput,
  DeleteUserProfileCommandInput,
  DescribeUserProfileCommandInput,
  DescribeUserProfileCommandOutput,
  ListUserProfilesCommandInput,
  ListUserProfilesCommandOutput,
  UpdateUserProfileCommandInput,
  UpdateUserProfileCommandOutput,
} from '@aws-sdk/client-sagemaker';
import type { AccessRequest } from '../../iam/access.ts';
import { validationError } from '../../wire/errors.ts';
import { type AnyOperation, type OperationContext, operation } from '../../wire/operation.ts';
import type { DomainStore } from '../domain-store.ts';
import { checkResourceName, profileArn } from '../names.ts';
import type { ProfileStore } from '../profile-store.ts';
import type { Revocation } from '../revocation.ts';
import type { Settler } from '../settle.ts';
import { pageOf } from './page.ts';
import { passRole } from './pass-role.ts';

type Answer<Output> = Omit<Output, '$metadata'>;
type Who = Pick<OperationContext, 'caller' | 'region'>;

const arnOf = (domainId: string | undefined, name: string | undefined, { caller, region }: Who) =>
  profileArn({ accountId: caller.accountId, region }, domainId ?? '', name ?? '');

const access = (
  action: string,
  input: { DomainId?: string | undefined; UserProfileName?: string | undefined },
  who: Who,
): AccessRequest => ({
  action: `sagemaker:${action}`,
  resource: arnOf(input.DomainId, input.UserProfileName, who),
});

export const profileOperations = (deps: {
  readonly domains: DomainStore;
  readonly profiles: ProfileStore;
  readonly settler: Settler;
  readonly revocation: Revocation;
}): readonly AnyOperation[] => {
  const { domains, profiles, settler } = deps;
  return [
    operation<CreateUserProfileCommandInput, Answer<CreateUserProfileCommandOutput>>({
      name: 'CreateUserProfile',
      access: (input, who) => [
        access('CreateUserProfile', input, who),
        ...passRole(input.UserSettings?.ExecutionRole),
      ],
      async handle(input, who) {
        const name = checkResourceName('userProfileName', input.UserProfileName);
        const { accountId } = who.caller;
        const domain = await domains.get(accountId, input.DomainId ?? '');
        if (domain.status !== 'InService') {
          throw validationError(`Domain [${domain.id}] is not InService but ${domain.status}.`);
        }
        await profiles.insert({ domainId: domain.id, name, accountId, settings: input });
        void settler.profile(accountId, domain.id, name);
        return { UserProfileArn: arnOf(domain.id, name, who) };
      },
    }),
    operation<DescribeUserProfileCommandInput, Answer<DescribeUserProfileCommandOutput>>({
      name: 'DescribeUserProfile',
      access: (input, who) => [access('DescribeUserProfile', input, who)],
      async handle(input, who) {
        const profile = await profiles.get(
          who.caller.accountId,
          input.DomainId ?? '',
          input.UserProfileName ?? '',
        );
        return {
          DomainId: profile.domainId,
          UserProfileArn: arnOf(profile.domainId, profile.name, who),
          UserProfileName: profile.name,
          Status: profile.status,
          ...(profile.failureReason === null ? {} : { FailureReason: profile.failureReason }),
          CreationTime: profile.createdAt,
          LastModifiedTime: profile.modifiedAt,
          UserSettings: profile.settings.UserSettings,
        };
      },
    }),
    operation<ListUserProfilesCommandInput, Answer<ListUserProfilesCommandOutput>>({
      name: 'ListUserProfiles',
      access: (input, who) => [
        {
          action: 'sagemaker:ListUserProfiles',
          resource: arnOf(input.DomainIdEquals ?? '*', '*', who),
        },
      ],
      async handle(input, who) {
        const found = (
          await profiles.list(who.caller.accountId, input.DomainIdEquals ?? null)
        ).filter(({ name }) => name.includes(input.UserProfileNameContains ?? ''));
        const { items, ...rest } = pageOf(found, input);
        return {
          UserProfiles: items.map((profile) => ({
            DomainId: profile.domainId,
            UserProfileName: profile.name,
            Status: profile.status,
            CreationTime: profile.createdAt,
            LastModifiedTime: profile.modifiedAt,
          })),
          ...rest,
        };
      },
    }),
    operation<UpdateUserProfileCommandInput, Answer<UpdateUserProfileCommandOutput>>({
      name: 'UpdateUserProfile',
      access: (input, who) => [
        access('UpdateUserProfile', input, who),
        ...passRole(input.UserSettings?.ExecutionRole),
      ],
      async handle(input, who) {
        const { accountId } = who.caller;
        const profile = await profiles.get(
          accountId,
          input.DomainId ?? '',
          input.UserProfileName ?? '',
        );
        await profiles.update(profile, {
          ...profile.settings,
          UserSettings: { ...profile.settings.UserSettings, ...input.UserSettings },
        });
        void settler.profile(accountId, profile.domainId, profile.name);
        return { UserProfileArn: arnOf(profile.domainId, profile.name, who) };
      },
    }),
    operation<DeleteUserProfileCommandInput, Record<string, never>>({
      name: 'DeleteUserProfile',
      access: (input, who) => [access('DeleteUserProfile', input, who)],
      async handle(input, who) {
        const { accountId } = who.caller;
        const profile = await profiles.get(
          accountId,
          input.DomainId ?? '',
          input.UserProfileName ?? '',
        );
        await profiles.markDeleting(profile);
        await deps.revocation.profile(accountId, profile.domainId, profile.name);
        void settler.profile(accountId, profile.domainId, profile.name);
        return {};
      },
    }),
  ];
};
