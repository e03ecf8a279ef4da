import type { ListRoleTagsResponse } from '@aws-sdk/client-iam';
import { AwsError } from '../../wire/errors.ts';
import { type AnyOperation, operation } from '../../wire/operation.ts';
import { type Input, tagList, tags, texts } from '../input.ts';
import type { RoleStore } from '../role-store.ts';
import { overrideTags } from '../sessions.ts';
import { accessToRole, requestTagContext, roleNameOf } from './role-access.ts';

const maxTags = 50;

export const roleTagOperations = ({ roles }: { readonly roles: RoleStore }): AnyOperation[] => [
  operation<Input, void>({
    name: 'TagRole',
    access: (input, { caller }) =>
      accessToRole(roles, caller, 'iam:TagRole', input, requestTagContext(tags(input))),
    handle: (input, { caller }) =>
      roles.changeTags(caller.accountId, roleNameOf(input), (present) => {
        const next = overrideTags(present, tags(input));
        if (Object.keys(next).length > maxTags) {
          throw new AwsError(
            'LimitExceeded',
            `The number of tags has reached the maximum limit of ${maxTags}.`,
            { status: 409 },
          );
        }
        return next;
      }),
  }),

  operation<Input, void>({
    name: 'UntagRole',
    access: (input, { caller }) =>
      accessToRole(roles, caller, 'iam:UntagRole', input, {
        'aws:TagKeys': texts(input, 'TagKeys', maxTags),
      }),
    handle: (input, { caller }) => {
      const keys = texts(input, 'TagKeys', maxTags).map((key) => key.toLowerCase());
      return roles.changeTags(caller.accountId, roleNameOf(input), (present) =>
        Object.fromEntries(
          Object.entries(present).filter(([key]) => !keys.includes(key.toLowerCase())),
        ),
      );
    },
  }),

  operation<Input, ListRoleTagsResponse>({
    name: 'ListRoleTags',
    access: (input, { caller }) => accessToRole(roles, caller, 'iam:ListRoleTags', input),
    handle: async (input, { caller }) => ({
      Tags: tagList((await roles.get(caller.accountId, roleNameOf(input))).tags),
      IsTruncated: false,
    }),
  }),
];
