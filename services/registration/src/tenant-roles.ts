import { describeTenantRole, tenantRoleName, tenantRolePath } from '@atelier/account-baseline';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  type IAMClient,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';

/** The IAM role under which services act for a tenant. */
export interface TenantRoles {
  /** Makes the role as the baseline describes it, or brings it back to that. */
  ensure(tenantId: string): Promise<void>;
  /** Nothing when it is gone. */
  remove(tenantId: string): Promise<void>;
}

const named = (error: unknown, name: string): boolean =>
  error instanceof Error && error.name === name;

export const createTenantRoles = (deps: {
  iam: IAMClient;
  providerAccountId: string;
}): TenantRoles => {
  const { iam } = deps;
  return {
    ensure: async (tenantId) => {
      const role = describeTenantRole({ tenantId, providerAccountId: deps.providerAccountId });
      const trust = JSON.stringify(role.trust);
      try {
        await iam.send(
          new CreateRoleCommand({
            RoleName: role.name,
            Path: tenantRolePath,
            AssumeRolePolicyDocument: trust,
            Description: role.description,
            MaxSessionDuration: role.maxSessionSeconds,
          }),
        );
      } catch (error) {
        if (!named(error, 'EntityAlreadyExistsException')) throw error;
        await iam.send(
          new UpdateAssumeRolePolicyCommand({ RoleName: role.name, PolicyDocument: trust }),
        );
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
    },

    remove: async (tenantId) => {
      const RoleName = tenantRoleName(tenantId);
      try {
        const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
        for (const PolicyName of PolicyNames) {
          await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
        }
        await iam.send(new DeleteRoleCommand({ RoleName }));
      } catch (error) {
        if (!named(error, 'NoSuchEntityException')) throw error;
      }
    },
  };
};
