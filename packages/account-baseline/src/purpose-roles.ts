import {
  accountTagKey,
  bucketName,
  bucketPrefixes,
  executionBoundaryArn,
  executionRolePath,
  logGroupNames,
  type Purpose,
  purposeRoleName,
  purposes,
  tenantRolePath,
} from './names.ts';
import {
  type PolicyDocument,
  type PolicyStatement,
  policy,
  type RoleDescription,
} from './policy.ts';
import { rolesUnder } from './tenant-role.ts';

export interface AccountFacts {
  readonly accountId: string;
  readonly providerAccountId: string;
  readonly region: string;
}

/** The four roles of a tenant's account; their trust names no tenant, so that a StackSet can carry them. */
export const describePurposeRoles = (account: AccountFacts): readonly RoleDescription[] =>
  purposes.map((purpose) => ({
    name: purposeRoleName(purpose),
    path: '/',
    description: descriptions[purpose],
    trust: trust(account),
    policies: { [purpose]: permissions[purpose](account) },
    boundaryArn: null,
    maxSessionSeconds: 3_600,
    tags: {},
  }));

const descriptions: Readonly<Record<Purpose, string>> = {
  provision: 'Sets up and takes down the workbench.',
  launch: "Opens a user's space.",
  invoke: "Asks the tenant's models.",
  extract: 'Writes extracts.',
};

/** Only the role of the tenant whose account this is: the tag is written when the account number is recorded. */
function trust({ accountId, providerAccountId }: AccountFacts): PolicyDocument {
  const { Principal, Condition } = rolesUnder(providerAccountId, tenantRolePath);
  return policy({
    Effect: 'Allow',
    Principal,
    Action: ['sts:AssumeRole'],
    Condition: {
      ...Condition,
      StringEquals: { [`aws:PrincipalTag/${accountTagKey}`]: accountId },
    },
  });
}

const permissions: Readonly<Record<Purpose, (account: AccountFacts) => PolicyDocument>> = {
  provision: (account) =>
    policy(
      {
        Sid: 'Workbench',
        Effect: 'Allow',
        Action: [
          ...['Create', 'Describe', 'Delete', 'Update'].flatMap((verb) =>
            ['Domain', 'UserProfile', 'Space', 'App'].map((kind) => `sagemaker:${verb}${kind}`),
          ),
          'sagemaker:Describe*',
          'sagemaker:AddTags',
          'sagemaker:DeleteTags',
          'sagemaker:Stop*',
          'sagemaker:DeleteEndpoint',
          'sagemaker:DeleteEndpointConfig',
          'sagemaker:DeleteModel',
        ],
        Resource: [sagemakerArn(account, '*')],
      },
      listEverything,
      {
        Sid: 'Bucket',
        Effect: 'Allow',
        Action: ['s3:*'],
        Resource: [bucketArn(account), `${bucketArn(account)}/*`],
      },
      {
        Sid: 'Logs',
        Effect: 'Allow',
        Action: ['logs:*'],
        Resource: [`arn:aws:logs:${account.region}:${account.accountId}:log-group:*`],
      },
      {
        Sid: 'ExecutionRolesWithinTheirBoundary',
        Effect: 'Allow',
        Action: ['iam:CreateRole', 'iam:PutRolePolicy', 'iam:DeleteRolePolicy'],
        Resource: [executionRoles(account)],
        Condition: {
          StringEquals: { 'iam:PermissionsBoundary': executionBoundaryArn(account.accountId) },
        },
      },
      {
        Sid: 'ExecutionRoles',
        Effect: 'Allow',
        Action: [
          'iam:GetRole',
          'iam:DeleteRole',
          'iam:TagRole',
          'iam:UntagRole',
          'iam:ListRoleTags',
          'iam:ListRolePolicies',
          'iam:GetRolePolicy',
          'iam:UpdateAssumeRolePolicy',
        ],
        Resource: [executionRoles(account)],
      },
      {
        Sid: 'LookAround',
        Effect: 'Allow',
        Action: ['iam:GetRole', 'iam:ListRolePolicies', 'iam:SimulatePrincipalPolicy'],
        Resource: [`arn:aws:iam::${account.accountId}:role/*`],
      },
      passExecutionRoles(account),
      {
        Sid: 'RolesQuotasAndAudit',
        Effect: 'Allow',
        Action: [
          'iam:ListRoles',
          'servicequotas:GetServiceQuota',
          'servicequotas:RequestServiceQuotaIncrease',
          'cloudtrail:LookupEvents',
        ],
        Resource: ['*'],
      },
    ),

  launch: (account) =>
    policy(
      {
        Sid: 'Spaces',
        Effect: 'Allow',
        Action: [
          'sagemaker:CreatePresignedDomainUrl',
          'sagemaker:DescribeDomain',
          'sagemaker:CreateUserProfile',
          'sagemaker:DescribeUserProfile',
          'sagemaker:UpdateUserProfile',
          'sagemaker:CreateSpace',
          'sagemaker:DescribeSpace',
          'sagemaker:UpdateSpace',
          'sagemaker:CreateApp',
          'sagemaker:DescribeApp',
          'sagemaker:DeleteApp',
          'sagemaker:AddTags',
        ],
        Resource: [sagemakerArn(account, '*')],
      },
      listEverything,
      passExecutionRoles(account),
      {
        Sid: 'KeysForThePersonOutside',
        Effect: 'Allow',
        Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
        Resource: [executionRoles(account)],
      },
    ),

  invoke: (account) =>
    policy(
      {
        Sid: 'Endpoints',
        Effect: 'Allow',
        Action: [
          'sagemaker:InvokeEndpoint',
          'sagemaker:DescribeEndpoint',
          'sagemaker:DescribeEndpointConfig',
        ],
        Resource: [sagemakerArn(account, 'endpoint/*'), sagemakerArn(account, 'endpoint-config/*')],
      },
      {
        Sid: 'ListEndpoints',
        Effect: 'Allow',
        Action: ['sagemaker:ListEndpoints'],
        Resource: ['*'],
      },
    ),

  extract: (account) =>
    policy(
      {
        Sid: 'WriteExtracts',
        Effect: 'Allow',
        Action: [
          's3:PutObject',
          's3:GetObject',
          's3:DeleteObject',
          's3:AbortMultipartUpload',
          's3:ListMultipartUploadParts',
        ],
        Resource: [`${bucketArn(account)}/${bucketPrefixes.extracts}*`],
      },
      {
        Sid: 'ListExtracts',
        Effect: 'Allow',
        Action: ['s3:ListBucket'],
        Resource: [bucketArn(account)],
        Condition: { StringLike: { 's3:prefix': [`${bucketPrefixes.extracts}*`] } },
      },
    ),
};

/** SageMaker's lists know no resources: their permission is for all of the account or none. */
export const listEverything: PolicyStatement = {
  Sid: 'ListEverything',
  Effect: 'Allow',
  Action: ['sagemaker:List*'],
  Resource: ['*'],
};

const passExecutionRoles = (account: AccountFacts): PolicyStatement => ({
  Sid: 'PassExecutionRoles',
  Effect: 'Allow',
  Action: ['iam:PassRole'],
  Resource: [executionRoles(account)],
  Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
});

export const sagemakerArn = (account: AccountFacts, resource: string): string =>
  `arn:aws:sagemaker:${account.region}:${account.accountId}:${resource}`;

export const bucketArn = ({ accountId }: Pick<AccountFacts, 'accountId'>): string =>
  `arn:aws:s3:::${bucketName(accountId)}`;

const executionRoles = ({ accountId }: AccountFacts): string =>
  `arn:aws:iam::${accountId}:role${executionRolePath}*`;

export const logGroupArns = (account: AccountFacts): readonly string[] =>
  [...Object.values(logGroupNames), '/aws/sagemaker/Endpoints/*'].map(
    (group) => `arn:aws:logs:${account.region}:${account.accountId}:log-group:${group}*`,
  );
