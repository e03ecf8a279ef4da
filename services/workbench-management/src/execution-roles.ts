import {
  describeExecutionRole,
  executionRoleArn,
  executionRolePath,
} from '@atelier/account-baseline';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  type IAMClient,
  ListRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { isAwsError } from './cloud-clients.ts';

export interface ExecutionRoles {
  /** Makes the user's role, or brings its policies to his present data roles; answers its ARN. */
  ensure(user: { userId: string; dataRoles: readonly string[] }): Promise<string>;
  removeAll(): Promise<void>;
}

/** The roles that users' notebooks and jobs run under, within the boundary that the baseline sets. */
export const createExecutionRoles = (deps: {
  iam: IAMClient;
  accountId: string;
  providerAccountId: string;
  region: string;
  /** Audience of the identity tokens that front-door takes. */
  identityAudience: string;
}): ExecutionRoles => {
  const { iam } = deps;
  return {
    ensure: async ({ userId, dataRoles }) => {
      const role = describeExecutionRole({ ...deps, userId, dataRoles });
      try {
        await iam.send(
          new CreateRoleCommand({
            RoleName: role.name,
            Path: role.path,
            Description: role.description,
            AssumeRolePolicyDocument: JSON.stringify(role.trust),
            MaxSessionDuration: role.maxSessionSeconds,
            PermissionsBoundary: role.boundaryArn ?? undefined,
            Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
          }),
        );
      } catch (error) {
        if (!isAwsError(error, 'EntityAlreadyExistsException')) throw error;
      }
      for (const [name, document] of Object.entries(role.policies)) {
        await iam.send(
          new PutRolePolicyCommand({
            RoleName: role.name,
            PolicyName: name,
            PolicyDocument: JSON.stringify(document),
          }),
        );
      }
      return executionRoleArn(deps.accountId, userId);
    },

    removeAll: async () => {
      const { Roles: roles = [] } = await iam.send(
        new ListRolesCommand({ PathPrefix: executionRolePath }),
      );
      for (const { RoleName } of roles) {
        const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
        for (const PolicyName of PolicyNames) {
          await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
        }
        await iam.send(new DeleteRoleCommand({ RoleName }));
      }
    },
  };
};
