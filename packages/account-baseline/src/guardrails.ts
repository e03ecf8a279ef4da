import {
  executionBoundaryName,
  executionRolePath,
  executionRoleTagKey,
  purposeRoleName,
  purposes,
  serviceRoleArn,
  tenantRolePath,
} from './names.ts';
import { type PolicyDocument, policy } from './policy.ts';

const iamWrites = [
  'iam:Create*',
  'iam:Put*',
  'iam:Delete*',
  'iam:Update*',
  'iam:Attach*',
  'iam:Detach*',
  'iam:Tag*',
  'iam:Untag*',
  'iam:Set*',
  'iam:Add*',
  'iam:Remove*',
];

const byExecutionRoles = {
  ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::*:role${executionRolePath}*` },
};

/**
 * Deny policies on the unit of the tenants' accounts: they bind whatever an account's own policies say, but neither
 * the StackSet that carries the baseline nor Control Tower.
 */
export const describeWorkbenchGuardrails = (): PolicyDocument =>
  policy(
    {
      Sid: 'NotebooksOpenNoSpaces',
      Effect: 'Deny',
      Action: [
        'sagemaker:CreatePresigned*',
        ...['Create', 'Update', 'Delete'].flatMap((verb) =>
          ['Domain', 'UserProfile', 'Space', 'App'].map((kind) => `sagemaker:${verb}${kind}`),
        ),
      ],
      Resource: ['*'],
      Condition: byExecutionRoles,
    },
    {
      Sid: 'NotebooksWriteNoIam',
      Effect: 'Deny',
      Action: [...iamWrites, 'sts:AssumeRole', 'sts:TagSession'],
      Resource: ['*'],
      Condition: byExecutionRoles,
    },
    {
      Sid: 'NotebooksPassOnlyTheirOwnRole',
      Effect: 'Deny',
      Action: ['iam:PassRole'],
      NotResource: [
        `arn:aws:iam::*:role${executionRolePath}\${aws:PrincipalTag/${executionRoleTagKey}}`,
      ],
      Condition: byExecutionRoles,
    },
    {
      Sid: 'BucketRulesStay',
      Effect: 'Deny',
      Action: [
        's3:PutBucket*',
        's3:DeleteBucket*',
        's3:PutLifecycleConfiguration',
        's3:PutEncryptionConfiguration',
      ],
      Resource: ['*'],
      Condition: byExecutionRoles,
    },
    {
      Sid: 'BaselineRolesStay',
      Effect: 'Deny',
      Action: iamWrites,
      Resource: purposes.map((purpose) => `arn:aws:iam::*:role/${purposeRoleName(purpose)}`),
      Condition: notTheBaseline,
    },
    {
      Sid: 'BoundaryStays',
      Effect: 'Deny',
      Action: ['iam:DeleteRolePermissionsBoundary', 'iam:CreatePolicyVersion', 'iam:DeletePolicy*'],
      Resource: [
        `arn:aws:iam::*:role${executionRolePath}*`,
        `arn:aws:iam::*:policy/${executionBoundaryName}`,
      ],
      Condition: notTheBaseline,
    },
    {
      Sid: 'NoRoleWithoutBoundary',
      Effect: 'Deny',
      Action: ['iam:CreateRole', 'iam:PutRolePermissionsBoundary'],
      Resource: ['*'],
      Condition: {
        ...notTheBaseline,
        StringNotEquals: {
          'iam:PermissionsBoundary': `arn:aws:iam::\${aws:PrincipalAccount}:policy/${executionBoundaryName}`,
        },
      },
    },
    {
      Sid: 'AccountsStay',
      Effect: 'Deny',
      Action: ['organizations:LeaveOrganization'],
      Resource: ['*'],
    },
  );

const notTheBaseline = {
  ArnNotLike: {
    'aws:PrincipalArn': [
      'arn:aws:iam::*:role/stacksets-exec-*',
      'arn:aws:iam::*:role/AWSControlTowerExecution',
    ],
  },
};

/** In the provider account, who writes tenant roles decides who is which tenant: two services and nobody else. */
export const describePlatformGuardrails = (providerAccountId: string): PolicyDocument =>
  policy({
    Sid: 'TenantRolesAreWrittenByTwoServices',
    Effect: 'Deny',
    Action: iamWrites,
    Resource: [`arn:aws:iam::*:role${tenantRolePath}*`],
    Condition: {
      ArnNotEquals: {
        'aws:PrincipalArn': ['registration', 'workbench-management'].map((service) =>
          serviceRoleArn(providerAccountId, service),
        ),
      },
    },
  });
