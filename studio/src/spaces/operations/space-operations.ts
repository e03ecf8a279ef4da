import type {
  CreateSpaceCommandInput,
  CreateSpaceCommandOutput,
  DeleteSpaceCommandInput,
  DescribeSpaceCommandInput,
  DescribeSpaceCommandOutput,
  ListSpacesCommandInput,
  ListSpacesCommandOutput,
} from '@aws-sdk/client-sagemaker';
import { v7 as uuidv7 } from 'uuid';
import { validationError } from '../../wire/errors.ts';
import { type AnyOperation, type OperationContext, operation } from '../../wire/operation.ts';
import { checkResourceName, profileArn, spaceArn } from '../names.ts';
import type { ProfileStore } from '../profile-store.ts';
import type { Settler } from '../settle.ts';
import type { SpaceStore } from '../space-store.ts';
import { pageOf } from './page.ts';

type Answer<Output> = Omit<Output, '$metadata'>;
type Who = Pick<OperationContext, 'caller' | 'region'>;

const MAX_HOME_GIGABYTES = 100;

const arnOf = (domainId: string | undefined, name: string | undefined, { caller, region }: Who) =>
  spaceArn({ accountId: caller.accountId, region }, domainId ?? '', name ?? '');

const checkSettings = (input: CreateSpaceCommandInput): string => {
  const owner = input.OwnershipSettings?.OwnerUserProfileName;
  if (owner === undefined || input.SpaceSharingSettings?.SharingType !== 'Private') {
    throw validationError(
      'A space is Private here and has an owner: set OwnershipSettings and SpaceSharingSettings.',
    );
  }
  const gigabytes =
    input.SpaceSettings?.SpaceStorageSettings?.EbsStorageSettings?.EbsVolumeSizeInGb;
  if (gigabytes !== undefined && (gigabytes < 1 || gigabytes > MAX_HOME_GIGABYTES)) {
    throw validationError(`EbsVolumeSizeInGb lies between 1 and ${MAX_HOME_GIGABYTES} here.`);
  }
  return owner;
};

export const spaceOperations = (deps: {
  readonly profiles: ProfileStore;
  readonly spaces: SpaceStore;
  readonly settler: Settler;
}): readonly AnyOperation[] => {
  const { profiles, spaces, settler } = deps;
  return [
    operation<CreateSpaceCommandInput, Answer<CreateSpaceCommandOutput>>({
      name: 'CreateSpace',
      access: (input, who) => [
        {
          action: 'sagemaker:CreateSpace',
          resource: arnOf(input.DomainId, input.SpaceName, who),
          context: {
            'sagemaker:OwnerUserProfileArn': profileArn(
              { accountId: who.caller.accountId, region: who.region },
              input.DomainId ?? '',
              input.OwnershipSettings?.OwnerUserProfileName ?? '',
            ),
            'sagemaker:SpaceSharingType': input.SpaceSharingSettings?.SharingType ?? '',
          },
        },
      ],
      async handle(input, who) {
        const name = checkResourceName('spaceName', input.SpaceName);
        const owner = checkSettings(input);
        const { accountId } = who.caller;
        const profile = await profiles.get(accountId, input.DomainId ?? '', owner);
        if (profile.status !== 'InService') {
          throw validationError(
            `User Profile [${profile.name}] is not InService but ${profile.status}.`,
          );
        }
        await spaces.insert({
          domainId: profile.domainId,
          name,
          accountId,
          ownerProfile: profile.name,
          homeId: uuidv7(),
          settings: input,
        });
        void settler.space(accountId, profile.domainId, name);
        return { SpaceArn: arnOf(profile.domainId, name, who) };
      },
    }),
    operation<DescribeSpaceCommandInput, Answer<DescribeSpaceCommandOutput>>({
      name: 'DescribeSpace',
      access: (input, who) => [
        {
          action: 'sagemaker:DescribeSpace',
          resource: arnOf(input.DomainId, input.SpaceName, who),
        },
      ],
      async handle(input, who) {
        const space = await spaces.get(
          who.caller.accountId,
          input.DomainId ?? '',
          input.SpaceName ?? '',
        );
        return {
          DomainId: space.domainId,
          SpaceArn: arnOf(space.domainId, space.name, who),
          SpaceName: space.name,
          Status: space.status,
          ...(space.failureReason === null ? {} : { FailureReason: space.failureReason }),
          CreationTime: space.createdAt,
          LastModifiedTime: space.modifiedAt,
          SpaceSettings: space.settings.SpaceSettings,
          OwnershipSettings: space.settings.OwnershipSettings,
          SpaceSharingSettings: space.settings.SpaceSharingSettings,
        };
      },
    }),
    operation<ListSpacesCommandInput, Answer<ListSpacesCommandOutput>>({
      name: 'ListSpaces',
      access: (input, who) => [
        {
          action: 'sagemaker:ListSpaces',
          resource: arnOf(input.DomainIdEquals ?? '*', '*', who),
        },
      ],
      async handle(input, who) {
        const found = (
          await spaces.list(who.caller.accountId, input.DomainIdEquals ?? null)
        ).filter(({ name }) => name.includes(input.SpaceNameContains ?? ''));
        const { items, ...rest } = pageOf(found, input);
        return {
          Spaces: items.map((space) => ({
            DomainId: space.domainId,
            SpaceName: space.name,
            Status: space.status,
            CreationTime: space.createdAt,
            LastModifiedTime: space.modifiedAt,
            OwnershipSettingsSummary: { OwnerUserProfileName: space.ownerProfile },
            SpaceSharingSettingsSummary: { SharingType: 'Private' as const },
          })),
          ...rest,
        };
      },
    }),
    operation<DeleteSpaceCommandInput, Record<string, never>>({
      name: 'DeleteSpace',
      access: (input, who) => [
        { action: 'sagemaker:DeleteSpace', resource: arnOf(input.DomainId, input.SpaceName, who) },
      ],
      async handle(input, who) {
        const { accountId } = who.caller;
        const space = await spaces.get(accountId, input.DomainId ?? '', input.SpaceName ?? '');
        await spaces.markDeleting(space);
        void settler.space(accountId, space.domainId, space.name);
        return {};
      },
    }),
  ];
};
