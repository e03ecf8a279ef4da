import {
  accountTagKey,
  purposeRoleArn,
  purposes,
  serviceRolePath,
  tenantRoleName,
  tenantRolePath,
} from './names.ts';
import { policy, type RoleDescription } from './policy.ts';

/** Principal and conditions that mean: a role of that account under that path. */
export const rolesUnder = (accountId: string, path: string) => ({
  Principal: { AWS: `arn:aws:iam::${accountId}:root` },
  Condition: { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${accountId}:role${path}*` } },
});

/**
 * The role that a tenant's requests run under in the provider account, made at registration. Session tags would
 * override the role's own account tag, in any letter case, so nobody may pass any.
 */
export function describeTenantRole(options: {
  readonly tenantId: string;
  readonly providerAccountId: string;
}): RoleDescription {
  const { tenantId, providerAccountId } = options;
  return {
    name: tenantRoleName(tenantId),
    path: tenantRolePath,
    description: 'A tenant: services act for it through this role alone.',
    trust: policy(
      {
        Sid: 'ServicesActForTheTenant',
        Effect: 'Allow',
        ...rolesUnder(providerAccountId, serviceRolePath),
        Action: ['sts:AssumeRole'],
      },
      {
        Sid: 'NoSessionTags',
        Effect: 'Deny',
        Principal: '*',
        Action: ['sts:TagSession'],
      },
    ),
    policies: {
      workbench: policy({
        Sid: 'OnlyTheTenantsAccount',
        Effect: 'Allow',
        Action: ['sts:AssumeRole'],
        Resource: purposes.map((purpose) => purposeRoleArn('*', purpose)),
        Condition: {
          StringEquals: { 'aws:ResourceAccount': `\${aws:PrincipalTag/${accountTagKey}}` },
        },
      }),
    },
    boundaryArn: null,
    maxSessionSeconds: 3_600,
    tags: {},
  };
}
