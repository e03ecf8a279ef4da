import { describeExecutionBoundary } from './execution-role.ts';
import {
  bucketName,
  bucketPrefixes,
  domainName,
  executionBoundaryName,
  logGroupNames,
  purposeRoleArn,
} from './names.ts';
import { type PolicyDocument, policy, type RoleDescription } from './policy.ts';
import { type AccountFacts, bucketArn, describePurposeRoles } from './purpose-roles.ts';

export interface BaselineBucket {
  readonly name: string;
  readonly policy: PolicyDocument;
  readonly lifecycle: readonly LifecycleRule[];
  readonly encryption: 'AES256' | 'aws:kms';
  readonly ownership: 'BucketOwnerEnforced';
}

export interface LifecycleRule {
  readonly id: string;
  readonly prefix: string;
  readonly expirationDays: number | null;
  readonly abortMultipartDays: number;
}

export interface BaselineDomain {
  readonly name: string;
  readonly authMode: 'IAM';
  readonly networkAccess: 'VpcOnly';
  /** Every call of a notebook carries its user profile. */
  readonly executionRoleIdentity: 'USER_PROFILE_NAME';
  readonly idleTimeoutMinutes: number;
}

export interface BaselineLogGroup {
  readonly name: string;
  readonly retentionDays: number;
}

/** What every tenant account holds, read by Studio at account creation and by the StackSet's template. */
export interface AccountBaseline {
  /** Grows with every change, so that an account says which one it has. */
  readonly version: number;
  readonly roles: readonly RoleDescription[];
  readonly managedPolicies: readonly { readonly name: string; readonly document: PolicyDocument }[];
  readonly bucket: BaselineBucket;
  readonly domain: BaselineDomain;
  readonly logGroups: readonly BaselineLogGroup[];
  readonly tags: Readonly<Record<string, string>>;
}

export const describeBaseline = (account: AccountFacts): AccountBaseline => ({
  version: 1,
  roles: describePurposeRoles(account),
  managedPolicies: [{ name: executionBoundaryName, document: describeExecutionBoundary(account) }],
  bucket: {
    name: bucketName(account.accountId),
    policy: bucketPolicy(account),
    lifecycle: [
      { id: 'jobs', prefix: bucketPrefixes.jobs, expirationDays: 90, abortMultipartDays: 2 },
      {
        id: 'extracts',
        prefix: bucketPrefixes.extracts,
        expirationDays: 180,
        abortMultipartDays: 2,
      },
      { id: 'unfinished', prefix: '', expirationDays: null, abortMultipartDays: 7 },
    ],
    encryption: 'AES256',
    ownership: 'BucketOwnerEnforced',
  },
  domain: {
    name: domainName(account.accountId),
    authMode: 'IAM',
    networkAccess: 'VpcOnly',
    executionRoleIdentity: 'USER_PROFILE_NAME',
    idleTimeoutMinutes: 60,
  },
  logGroups: Object.values(logGroupNames).map((name) => ({ name, retentionDays: 90 })),
  tags: { 'atelier:component': 'workbench', 'atelier:account': account.accountId },
});

/** TLS only, except where the connection never leaves the machine; and no extract but by the role that writes them. */
const bucketPolicy = (account: AccountFacts): PolicyDocument =>
  policy(
    {
      Sid: 'TlsOutsideTheMachine',
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:*'],
      Resource: [bucketArn(account), `${bucketArn(account)}/*`],
      Condition: {
        Bool: { 'aws:SecureTransport': 'false' },
        NotIpAddress: { 'aws:SourceIp': ['127.0.0.0/8', '::1/128'] },
      },
    },
    {
      Sid: 'ExtractsAreWrittenByTheirRole',
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:PutObject'],
      Resource: [`${bucketArn(account)}/${bucketPrefixes.extracts}*`],
      Condition: {
        ArnNotEquals: { 'aws:PrincipalArn': purposeRoleArn(account.accountId, 'extract') },
      },
    },
  );
