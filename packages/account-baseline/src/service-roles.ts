import {
  accountTagKey,
  brokerRoleArn,
  brokerRoleName,
  serviceRoleArn,
  serviceRoleName,
  serviceRolePath,
  tenantRolePath,
} from './names.ts';
import {
  type PolicyDocument,
  type PolicyStatement,
  policy,
  type RoleDescription,
} from './policy.ts';

/** Services that act in the cloud, each under a role of its own in the provider account. */
export const cloudServices = [
  'registration',
  'tenant-management',
  'user-management',
  'customer-management',
  'workbench-management',
  'data-management',
  'data-management-worker',
] as const;

export interface PlatformAccounts {
  readonly managementAccountId: string;
  readonly providerAccountId: string;
}

/**
 * Trust is a matter of where services run: on EKS `pods.eks.amazonaws.com`, on one machine nobody, since Studio hands
 * out the keys itself.
 */
export const describeServiceRole = (
  service: string,
  accounts: PlatformAccounts,
  trust: PolicyDocument,
): RoleDescription => ({
  name: serviceRoleName(service),
  path: serviceRolePath,
  description: `The service ${service}.`,
  trust,
  policies: {
    service: policy(actForTenants(accounts), ...(extraStatements[service]?.(accounts) ?? [])),
  },
  boundaryArn: null,
  maxSessionSeconds: 3_600,
  tags: {},
});

const tenantRoles = ({ providerAccountId }: PlatformAccounts): string =>
  `arn:aws:iam::${providerAccountId}:role${tenantRolePath}*`;

const actForTenants = (accounts: PlatformAccounts): PolicyStatement => ({
  Sid: 'ActForTenants',
  Effect: 'Allow',
  Action: ['sts:AssumeRole'],
  Resource: [tenantRoles(accounts)],
});

const extraStatements: Readonly<
  Record<string, (accounts: PlatformAccounts) => readonly PolicyStatement[]>
> = {
  registration: (accounts) => [
    {
      Sid: 'TenantRoles',
      Effect: 'Allow',
      Action: [
        'iam:CreateRole',
        'iam:GetRole',
        'iam:DeleteRole',
        'iam:PutRolePolicy',
        'iam:GetRolePolicy',
        'iam:DeleteRolePolicy',
        'iam:ListRolePolicies',
        'iam:UpdateAssumeRolePolicy',
      ],
      Resource: [tenantRoles(accounts)],
    },
  ],
  'workbench-management': (accounts) => [
    {
      Sid: 'RecordTheAccount',
      Effect: 'Allow',
      Action: ['iam:GetRole', 'iam:ListRoleTags', 'iam:TagRole', 'iam:UntagRole'],
      Resource: [tenantRoles(accounts)],
      Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': [accountTagKey] } },
    },
    {
      Sid: 'ReadTheProvidersAudit',
      Effect: 'Allow',
      Action: ['cloudtrail:LookupEvents'],
      Resource: ['*'],
    },
    {
      Sid: 'AskForAccounts',
      Effect: 'Allow',
      Action: ['sts:AssumeRole'],
      Resource: [brokerRoleArn(accounts.managementAccountId)],
    },
  ],
};

/** In the management account: makes, looks at and closes accounts, and nothing else. */
export const describeBrokerRole = (accounts: PlatformAccounts): RoleDescription => ({
  name: brokerRoleName,
  path: '/',
  description: 'Asks the account factory for workbench accounts.',
  trust: policy({
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${accounts.providerAccountId}:root` },
    Action: ['sts:AssumeRole'],
    Condition: {
      ArnEquals: {
        'aws:PrincipalArn': serviceRoleArn(accounts.providerAccountId, 'workbench-management'),
      },
    },
  }),
  policies: {
    'account-factory': policy(
      {
        Effect: 'Allow',
        Action: [
          'servicecatalog:SearchProducts',
          'servicecatalog:DescribeProduct',
          'servicecatalog:ListLaunchPaths',
          'servicecatalog:ListProvisioningArtifacts',
          'servicecatalog:ProvisionProduct',
          'servicecatalog:DescribeRecord',
          'servicecatalog:DescribeProvisionedProduct',
          'servicecatalog:TerminateProvisionedProduct',
        ],
        Resource: ['*'],
      },
      {
        Effect: 'Allow',
        Action: [
          'organizations:DescribeAccount',
          'organizations:ListAccounts',
          'organizations:ListParents',
          'organizations:CloseAccount',
        ],
        Resource: ['*'],
      },
      {
        Effect: 'Allow',
        Action: ['cloudformation:ListStackInstances', 'cloudformation:DescribeStackInstance'],
        Resource: ['*'],
      },
    ),
  },
  boundaryArn: null,
  maxSessionSeconds: 3_600,
  tags: {},
});
