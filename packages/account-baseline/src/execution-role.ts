import {
  bucketPrefixes,
  executionBoundaryArn,
  executionRoleArn,
  executionRoleName,
  executionRolePath,
  executionRoleTagKey,
  purposeRoleArn,
  userPrefix,
} from './names.ts';
import {
  type PolicyDocument,
  type PolicyStatement,
  policy,
  type RoleDescription,
} from './policy.ts';
import {
  type AccountFacts,
  bucketArn,
  listEverything,
  logGroupArns,
  sagemakerArn,
} from './purpose-roles.ts';

/** What jobs and models a data scientist handles; presigned URLs, profiles and spaces are not among it. */
const sagemakerActions = [
  ...['TrainingJob', 'ProcessingJob', 'TransformJob'].flatMap((kind) => [
    `sagemaker:Create${kind}`,
    `sagemaker:Describe${kind}`,
    `sagemaker:Stop${kind}`,
  ]),
  ...['Model', 'EndpointConfig', 'Endpoint'].flatMap((kind) => [
    `sagemaker:Create${kind}`,
    `sagemaker:Describe${kind}`,
    `sagemaker:Delete${kind}`,
  ]),
  'sagemaker:UpdateEndpoint',
  'sagemaker:UpdateEndpointWeightsAndCapacities',
  'sagemaker:InvokeEndpoint',
  'sagemaker:AddTags',
  'sagemaker:DeleteTags',
  'sagemaker:DescribeDomain',
  'sagemaker:DescribeUserProfile',
  'sagemaker:DescribeSpace',
];

/** The role of one user's notebooks and jobs: the data roles the user has decide which extracts it reads. */
export function describeExecutionRole(
  options: AccountFacts & {
    readonly userId: string;
    readonly dataRoles: readonly string[];
    /** Audience of the identity tokens that the front-door takes. */
    readonly identityAudience: string;
  },
): RoleDescription {
  const { accountId, userId } = options;
  const own = executionRoleArn(accountId, userId);
  return {
    name: executionRoleName(userId),
    path: executionRolePath,
    description: "One user's notebooks and jobs.",
    trust: policy(
      {
        Sid: 'Studio',
        Effect: 'Allow',
        Principal: { Service: 'sagemaker.amazonaws.com' },
        Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
      },
      {
        Sid: 'ThePersonOutside',
        Effect: 'Allow',
        Principal: { AWS: purposeRoleArn(accountId, 'launch') },
        Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
      },
    ),
    policies: {
      workbench: policy(
        {
          Sid: 'ReadExtractsOfTheUsersDataRoles',
          Effect: 'Allow',
          Action: ['s3:GetObject'],
          Resource: [
            ...options.dataRoles.map(
              (role) => `${bucketArn(options)}/${bucketPrefixes.extracts}${role}/*`,
            ),
            `${bucketArn(options)}/${bucketPrefixes.imports}*`,
          ],
        },
        {
          Sid: 'ListWhatMayBeRead',
          Effect: 'Allow',
          Action: ['s3:ListBucket'],
          Resource: [bucketArn(options)],
          // HeadBucket, which SDKs begin with, names no prefix.
          Condition: {
            StringLikeIfExists: {
              's3:prefix': [
                ...options.dataRoles.map((role) => `${bucketPrefixes.extracts}${role}/*`),
                ...sharedPrefixes.map((prefix) => `${prefix}*`),
                `${bucketPrefixes.imports}*`,
                `${userPrefix(userId)}*`,
              ],
            },
          },
        },
        {
          Sid: 'Bucket',
          Effect: 'Allow',
          Action: ['s3:GetBucketLocation'],
          Resource: [bucketArn(options)],
        },
        {
          Sid: 'OwnAndSharedObjects',
          Effect: 'Allow',
          Action: [
            's3:GetObject',
            's3:PutObject',
            's3:DeleteObject',
            's3:AbortMultipartUpload',
            's3:ListMultipartUploadParts',
          ],
          Resource: [userPrefix(userId), ...sharedPrefixes].map(
            (prefix) => `${bucketArn(options)}/${prefix}*`,
          ),
        },
        ...computeStatements(options),
        {
          Sid: 'PassItself',
          Effect: 'Allow',
          Action: ['iam:PassRole'],
          Resource: [own],
          Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
        },
        { Sid: 'KnowItself', Effect: 'Allow', Action: ['iam:GetRole'], Resource: [own] },
        {
          Sid: 'ProveWhoItIs',
          Effect: 'Allow',
          Action: ['sts:GetWebIdentityToken'],
          Resource: ['*'],
          Condition: {
            'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': options.identityAudience },
            Null: { 'sts:IdentityTokenAudience': 'false' },
          },
        },
      ),
    },
    boundaryArn: executionBoundaryArn(accountId),
    maxSessionSeconds: 43_200,
    tags: { [executionRoleTagKey]: executionRoleName(userId) },
  };
}

/** What the users of one tenant write for one another. */
const sharedPrefixes = [bucketPrefixes.jobs, bucketPrefixes.models, bucketPrefixes.scores];

const computeStatements = (account: AccountFacts): readonly PolicyStatement[] => [
  {
    Sid: 'JobsAndModels',
    Effect: 'Allow',
    Action: sagemakerActions,
    Resource: [sagemakerArn(account, '*')],
  },
  listEverything,
  {
    Sid: 'ReadLogs',
    Effect: 'Allow',
    Action: ['logs:DescribeLogStreams', 'logs:GetLogEvents', 'logs:FilterLogEvents'],
    Resource: logGroupArns(account),
  },
];

/** What no execution role exceeds, whatever policies it is given. */
export const describeExecutionBoundary = (account: AccountFacts): PolicyDocument =>
  policy(
    {
      Sid: 'TheAccountsBucket',
      Effect: 'Allow',
      Action: [
        's3:GetObject',
        's3:PutObject',
        's3:DeleteObject',
        's3:ListBucket',
        's3:GetBucketLocation',
        's3:AbortMultipartUpload',
        's3:ListMultipartUploadParts',
      ],
      Resource: [bucketArn(account), `${bucketArn(account)}/*`],
    },
    ...computeStatements(account),
    {
      Sid: 'OwnRoleOnly',
      Effect: 'Allow',
      Action: ['iam:PassRole', 'iam:GetRole'],
      Resource: [
        `arn:aws:iam::${account.accountId}:role${executionRolePath}\${aws:PrincipalTag/${executionRoleTagKey}}`,
      ],
    },
    { Sid: 'Identity', Effect: 'Allow', Action: ['sts:GetWebIdentityToken'], Resource: ['*'] },
  );
