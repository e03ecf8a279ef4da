import type {
  CreateRoleResponse,
  GetRoleResponse,
  ListRolesResponse,
  Role as RoleShape,
} from '@aws-sdk/client-iam';
import { AwsError } from '../../wire/errors.ts';
import { type AnyOperation, operation } from '../../wire/operation.ts';
import { uriEncode } from '../../wire/sigv4.ts';
import { type Input, integer, optionalText, tagList, tags, text } from '../input.ts';
import { roleArn } from '../names.ts';
import { parsePolicy } from '../policy.ts';
import type { NewRole, Role, RoleChange, RoleStore } from '../role-store.ts';
import { accessToRole, requestTagContext, roleNameOf } from './role-access.ts';

const pathPattern = /^(\/|\/[\x21-\x7e]{1,510}\/)$/;
const maxTrustPolicyBytes = 8_192;

export const roleOperations = ({ roles }: { readonly roles: RoleStore }): AnyOperation[] => [
  operation<Input, CreateRoleResponse>({
    name: 'CreateRole',
    access: (input, { caller }) => {
      const role = newRole(input, caller.accountId);
      return [
        {
          action: 'iam:CreateRole',
          resource: roleArn(role.accountId, role.path, role.name),
          context: {
            ...requestTagContext(role.tags),
            ...(role.boundaryArn && { 'iam:PermissionsBoundary': role.boundaryArn }),
          },
        },
        ...tagAccess(role),
      ];
    },
    handle: async (input, { caller }) => {
      const role = newRole(input, caller.accountId);
      if (role.boundaryArn) await mustBeManagedPolicy(roles, role.boundaryArn);
      return { Role: shapeOf(await roles.create(role)) };
    },
  }),

  operation<Input, GetRoleResponse>({
    name: 'GetRole',
    access: (input, { caller }) => accessToRole(roles, caller, 'iam:GetRole', input),
    handle: async (input, { caller }) => ({
      Role: shapeOf(await roles.get(caller.accountId, roleNameOf(input))),
    }),
  }),

  operation<Input, ListRolesResponse>({
    name: 'ListRoles',
    access: (input, { caller }) => [
      {
        action: 'iam:ListRoles',
        resource: `arn:aws:iam::${caller.accountId}:role${prefixOf(input)}`,
      },
    ],
    handle: async (input, { caller }) => {
      const limit = integer(input, 'MaxItems', { min: 1, max: 1_000, fallback: 100 });
      const found = await roles.list(caller.accountId, {
        pathPrefix: prefixOf(input),
        after: optionalText(input, 'Marker') ?? '',
        limit: limit + 1,
      });
      const page = found.slice(0, limit);
      const more = found.length > limit;
      return {
        Roles: page.map((role) => {
          const { Tags: _tags, PermissionsBoundary: _boundary, ...listed } = shapeOf(role);
          return listed;
        }),
        IsTruncated: more,
        ...(more && { Marker: page.at(-1)?.name ?? '' }),
      };
    },
  }),

  operation<Input, void>({
    name: 'DeleteRole',
    access: (input, { caller }) => accessToRole(roles, caller, 'iam:DeleteRole', input),
    handle: (input, { caller }) => roles.delete(caller.accountId, roleNameOf(input)),
  }),

  operation<Input, Record<string, never>>({
    name: 'UpdateRole',
    access: (input, { caller }) => accessToRole(roles, caller, 'iam:UpdateRole', input),
    handle: async (input, { caller }) => {
      const change: RoleChange = {
        ...(input.Description !== undefined && { description: optionalText(input, 'Description') }),
        ...(input.MaxSessionDuration !== undefined && {
          maxSessionSeconds: maxSessionOf(input),
        }),
      };
      await roles.change(caller.accountId, roleNameOf(input), change);
      return {};
    },
  }),

  operation<Input, void>({
    name: 'UpdateAssumeRolePolicy',
    access: (input, { caller }) => accessToRole(roles, caller, 'iam:UpdateAssumeRolePolicy', input),
    handle: async (input, { caller }) => {
      const trustPolicy = trustPolicyOf(input, 'PolicyDocument');
      await roles.change(caller.accountId, roleNameOf(input), { trustPolicy });
    },
  }),

  operation<Input, void>({
    name: 'PutRolePermissionsBoundary',
    access: (input, { caller }) =>
      accessToRole(roles, caller, 'iam:PutRolePermissionsBoundary', input, {
        'iam:PermissionsBoundary': boundaryOf(input) ?? '',
      }),
    handle: async (input, { caller }) => {
      const boundaryArn = text(input, 'PermissionsBoundary', /^arn:aws:iam::/);
      await mustBeManagedPolicy(roles, boundaryArn);
      await roles.change(caller.accountId, roleNameOf(input), { boundaryArn });
    },
  }),

  operation<Input, void>({
    name: 'DeleteRolePermissionsBoundary',
    access: (input, { caller }) =>
      accessToRole(roles, caller, 'iam:DeleteRolePermissionsBoundary', input),
    handle: (input, { caller }) =>
      roles.change(caller.accountId, roleNameOf(input), { boundaryArn: null }),
  }),
];

function newRole(input: Input, accountId: string): NewRole {
  return {
    accountId,
    name: roleNameOf(input),
    path: input.Path === undefined ? '/' : text(input, 'Path', pathPattern),
    description: optionalText(input, 'Description'),
    trustPolicy: trustPolicyOf(input, 'AssumeRolePolicyDocument'),
    boundaryArn: boundaryOf(input),
    maxSessionSeconds: maxSessionOf(input),
    tags: tags(input),
  };
}

/** Making a role with tags takes the right to tag it. */
const tagAccess = (role: NewRole) =>
  Object.keys(role.tags).length === 0
    ? []
    : [
        {
          action: 'iam:TagRole',
          resource: roleArn(role.accountId, role.path, role.name),
          context: requestTagContext(role.tags),
        },
      ];

function trustPolicyOf(input: Input, name: string): string {
  const document = text(input, name, /[\s\S]/);
  if (Buffer.byteLength(document) > maxTrustPolicyBytes) {
    throw new AwsError(
      'LimitExceeded',
      `Cannot exceed quota for ACLSizePerRole: ${maxTrustPolicyBytes}`,
      { status: 409 },
    );
  }
  parsePolicy(document, 'trust');
  return document;
}

const boundaryOf = (input: Input): string | null => optionalText(input, 'PermissionsBoundary');

const maxSessionOf = (input: Input): number =>
  integer(input, 'MaxSessionDuration', { min: 3_600, max: 43_200, fallback: 3_600 });

const prefixOf = (input: Input): string => optionalText(input, 'PathPrefix') ?? '/';

async function mustBeManagedPolicy(roles: RoleStore, arn: string): Promise<void> {
  if ((await roles.managedPolicy(arn)) !== null) return;
  throw new AwsError('NoSuchEntity', `Scope ARN: ${arn} does not exist or is not attachable.`, {
    status: 404,
  });
}

function shapeOf(role: Role): RoleShape {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.roleId,
    Arn: role.arn,
    CreateDate: role.createdAt,
    AssumeRolePolicyDocument: uriEncode(role.trustPolicy),
    ...(role.description !== null && { Description: role.description }),
    MaxSessionDuration: role.maxSessionSeconds,
    ...(role.boundaryArn && {
      PermissionsBoundary: {
        PermissionsBoundaryType: 'PermissionsBoundaryPolicy' as const,
        PermissionsBoundaryArn: role.boundaryArn,
      },
    }),
    Tags: tagList(role.tags),
  };
}
