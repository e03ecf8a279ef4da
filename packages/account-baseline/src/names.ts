/**
 * Every name that the cloud sees, made from immutable opaque ids alone: the one naming module for services, Studio and
 * CDK. Slugs, companies and e-mail addresses never become part of one.
 */

/** Tag of a tenant role that says which account its tenant's workbench lives in. */
export const accountTagKey = 'AtelierAccount';

/** Tag of an execution role with its own name: policies compare a passed role with it. */
export const executionRoleTagKey = 'AtelierExecutionRole';

const roleArn = (accountId: string, pathAndName: string): string =>
  `arn:aws:iam::${accountId}:role${pathAndName}`;

export const tenantRolePath = '/atelier/tenant/';
export const tenantRoleName = (tenantId: string): string => tenantId;
export const tenantRoleArn = (providerAccountId: string, tenantId: string): string =>
  roleArn(providerAccountId, `${tenantRolePath}${tenantRoleName(tenantId)}`);

/** What the SaaS does in a tenant's account; each purpose has a role of its own there. */
export const purposes = ['provision', 'launch', 'invoke', 'extract'] as const;
export type Purpose = (typeof purposes)[number];

const purposeRoleNames = {
  provision: 'AtelierProvision',
  launch: 'AtelierLaunch',
  invoke: 'AtelierInvoke',
  extract: 'AtelierExtract',
} as const satisfies Record<Purpose, string>;

export const purposeRoleName = (purpose: Purpose): string => purposeRoleNames[purpose];
export const purposeRoleArn = (accountId: string, purpose: Purpose): string =>
  roleArn(accountId, `/${purposeRoleName(purpose)}`);

export const serviceRolePath = '/atelier/service/';
export const serviceRoleName = (service: string): string => service;
export const serviceRoleArn = (providerAccountId: string, service: string): string =>
  roleArn(providerAccountId, `${serviceRolePath}${serviceRoleName(service)}`);

/** Role in the management account through which accounts are asked for. */
export const brokerRoleName = 'AtelierAccountBroker';
export const brokerRoleArn = (managementAccountId: string): string =>
  roleArn(managementAccountId, `/${brokerRoleName}`);

export const executionRolePath = '/atelier/execution/';
export const executionRoleName = (userId: string): string => `AtelierExecution-${userId}`;
export const executionRoleArn = (accountId: string, userId: string): string =>
  roleArn(accountId, `${executionRolePath}${executionRoleName(userId)}`);

/** The user behind an execution role's ARN; null when it is none. */
export const userOfExecutionRole = (arn: string): { accountId: string; userId: string } | null => {
  const match =
    /^arn:aws:iam::(\d{12}):role\/atelier\/execution\/AtelierExecution-([0-9a-f-]{36})$/.exec(arn);
  return match?.[1] && match[2] ? { accountId: match[1], userId: match[2] } : null;
};

export const executionBoundaryName = 'AtelierExecutionBoundary';
export const executionBoundaryArn = (accountId: string): string =>
  `arn:aws:iam::${accountId}:policy/${executionBoundaryName}`;

export const bucketName = (accountId: string): string => `atelier-workbench-${accountId}`;

/** First part of every key in a tenant's bucket. */
export const bucketPrefixes = {
  extracts: 'extracts/',
  imports: 'imports/',
  users: 'users/',
  jobs: 'jobs/',
  models: 'models/',
  scores: 'scores/',
} as const;

export const extractPrefix = (dataRole: string, dataset: string, requestId: string): string =>
  `${bucketPrefixes.extracts}${dataRole}/${dataset}/${requestId}/`;

export const userPrefix = (userId: string): string => `${bucketPrefixes.users}${userId}/`;

export const domainName = (accountId: string): string => `atelier-${accountId}`;
export const userProfileName = (userId: string): string => userId;
export const spaceName = (userId: string): string => `space-${userId}`;
/** A JupyterLab app is always called so. */
export const appName = 'default';

export const logGroupNames = {
  trainingJobs: '/aws/sagemaker/TrainingJobs',
  processingJobs: '/aws/sagemaker/ProcessingJobs',
  transformJobs: '/aws/sagemaker/TransformJobs',
  studio: '/aws/sagemaker/studio',
} as const;

export const endpointLogGroupName = (endpointName: string): string =>
  `/aws/sagemaker/Endpoints/${endpointName}`;

/** The StackSet that puts the baseline into every account of the unit. */
export const baselineStackSetName = 'atelier-account-baseline';

/** Service Catalog's product that makes accounts, as Control Tower names it. */
export const accountFactoryProductName = 'AWS Control Tower Account Factory';
