import type { GetRolePolicyResponse, ListRolePoliciesResponse } from '@aws-sdk/client-iam';
import { AwsError } from '../../wire/errors.ts';
import { type AnyOperation, operation } from '../../wire/operation.ts';
import { uriEncode } from '../../wire/sigv4.ts';
import { type Input, integer, optionalText, text } from '../input.ts';
import { parsePolicy } from '../policy.ts';
import type { RoleStore } from '../role-store.ts';
import { accessToRole, roleNameOf } from './role-access.ts';

const policyNameOf = (input: Input): string => text(input, 'PolicyName', /^[\w+=,.@-]{1,128}$/);

/** All inline policies of a role together, blanks not counted. */
const maxPolicyBytes = 10_240;

export const rolePolicyOperations = ({ roles }: { readonly roles: RoleStore }): AnyOperation[] => [
  operation<Input, void>({
    name: 'PutRolePolicy',
    access: (input, { caller }) => accessToRole(roles, caller, 'iam:PutRolePolicy', input),
    handle: async (input, { caller }) => {
      const document = text(input, 'PolicyDocument', /[\s\S]/);
      parsePolicy(document, 'identity');
      const role = await roles.get(caller.accountId, roleNameOf(input));
      const policies = { ...role.policies, [policyNameOf(input)]: document };
      const bytes = Buffer.byteLength(Object.values(policies).join('').replace(/\s/g, ''));
      if (bytes > maxPolicyBytes) {
        throw new AwsError(
          'LimitExceeded',
          `Maximum policy size of ${maxPolicyBytes} bytes exceeded for role ${role.name}`,
          { status: 409 },
        );
      }
      await roles.putPolicy(caller.accountId, role.name, policyNameOf(input), document);
    },
  }),

  operation<Input, GetRolePolicyResponse>({
    name: 'GetRolePolicy',
    access: (input, { caller }) => accessToRole(roles, caller, 'iam:GetRolePolicy', input),
    handle: async (input, { caller }) => {
      const role = await roles.get(caller.accountId, roleNameOf(input));
      const name = policyNameOf(input);
      const document = Object.hasOwn(role.policies, name) ? role.policies[name] : undefined;
      if (document === undefined) throw noSuchPolicy(name);
      return { RoleName: role.name, PolicyName: name, PolicyDocument: uriEncode(document) };
    },
  }),

  operation<Input, void>({
    name: 'DeleteRolePolicy',
    access: (input, { caller }) => accessToRole(roles, caller, 'iam:DeleteRolePolicy', input),
    handle: async (input, { caller }) => {
      const name = policyNameOf(input);
      if (!(await roles.deletePolicy(caller.accountId, roleNameOf(input), name))) {
        throw noSuchPolicy(name);
      }
    },
  }),

  operation<Input, ListRolePoliciesResponse>({
    name: 'ListRolePolicies',
    access: (input, { caller }) => accessToRole(roles, caller, 'iam:ListRolePolicies', input),
    handle: async (input, { caller }) => {
      const limit = integer(input, 'MaxItems', { min: 1, max: 1_000, fallback: 100 });
      const after = optionalText(input, 'Marker') ?? '';
      const role = await roles.get(caller.accountId, roleNameOf(input));
      const names = Object.keys(role.policies)
        .sort()
        .filter((name) => name > after);
      const page = names.slice(0, limit);
      const more = names.length > limit;
      return { PolicyNames: page, IsTruncated: more, ...(more && { Marker: page.at(-1) ?? '' }) };
    },
  }),

  operation<Input, { AttachedPolicies: []; IsTruncated: false }>({
    name: 'ListAttachedRolePolicies',
    access: (input, { caller }) =>
      accessToRole(roles, caller, 'iam:ListAttachedRolePolicies', input),
    // Studio has managed policies as boundaries only; none is ever attached.
    handle: async (input, { caller }) => {
      await roles.get(caller.accountId, roleNameOf(input));
      return { AttachedPolicies: [], IsTruncated: false };
    },
  }),
];

const noSuchPolicy = (name: string): AwsError =>
  new AwsError('NoSuchEntity', `The role policy with name ${name} cannot be found.`, {
    status: 404,
  });
