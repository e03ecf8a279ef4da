import type { AccessRequest, Caller } from '../access.ts';
import { type Input, text } from '../input.ts';
import { roleArn } from '../names.ts';
import type { Role, RoleStore } from '../role-store.ts';

export const namePattern = /^[\w+=,.@-]{1,64}$/;

export const roleNameOf = (input: Input): string => text(input, 'RoleName', namePattern);

type Context = Readonly<Record<string, string | readonly string[]>>;

export const requestTagContext = (tags: Readonly<Record<string, string>>): Context => ({
  ...Object.fromEntries(
    Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value]),
  ),
  ...(Object.keys(tags).length > 0 && { 'aws:TagKeys': Object.keys(tags) }),
});

export const roleContext = (role: Role): Context => ({
  ...Object.fromEntries(
    Object.entries(role.tags).flatMap(([key, value]) => [
      [`aws:ResourceTag/${key}`, value],
      [`iam:ResourceTag/${key}`, value],
    ]),
  ),
  ...(role.boundaryArn && { 'iam:PermissionsBoundary': role.boundaryArn }),
});

/** Access to an existing role; a name that does not exist is judged as if its path were `/`. */
export async function accessToRole(
  roles: RoleStore,
  caller: Caller,
  action: string,
  input: Input,
  context: Context = {},
): Promise<readonly AccessRequest[]> {
  const name = roleNameOf(input);
  const role = await roles.find(caller.accountId, name);
  return [
    {
      action,
      resource: role?.arn ?? roleArn(caller.accountId, '/', name),
      context: { ...(role && roleContext(role)), ...context },
    },
  ];
}
