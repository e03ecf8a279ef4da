import { join } from 'node:path';
import {
  describeBrokerRole,
  describeServiceRole,
  policy,
  type RoleDescription,
  serviceRolePath,
} from '@atelier/account-baseline';
import { writePrivateFile } from '../home-files.ts';
import type { RoleStore } from '../iam/role-store.ts';
import type { Sessions } from '../iam/sessions.ts';
import type { Account, AccountStore } from './account-store.ts';
import { putRole } from './iam-writer.ts';
import { organization } from './organization.ts';

export interface PlatformAccountSet {
  readonly management: Account;
  readonly log: Account;
  readonly provider: Account;
}

/** Makes the accounts that the platform itself lives in; finds them at later starts. */
export async function ensurePlatformAccounts(accounts: AccountStore): Promise<PlatformAccountSet> {
  const ensure = async (
    kind: 'management' | 'log' | 'provider',
    name: string,
    organizationalUnitId: string,
  ): Promise<Account> =>
    (await accounts.platform(kind)) ??
    accounts.create({
      kind,
      name,
      email: `${kind}@accounts.atelier.localhost`,
      organizationalUnitId,
      createdBy: `first-start/${kind}`,
    });
  const { units } = organization;
  return {
    management: await ensure('management', 'Management', units.root.id),
    log: await ensure('log', 'Log archive', units.security.id),
    provider: await ensure('provider', 'Provider', units.platform.id),
  };
}

/** Operates Studio itself: sets faults, finds accounts, reads the audit of any. */
export const operatorName = 'studio-operator';

/**
 * Makes a role per service, and its long-lived keys as a file the SDK's default chain reads through
 * `AWS_SHARED_CREDENTIALS_FILE`: what Pod Identity is on EKS. Repeated at each start, so that a new service gets its
 * role and changed descriptions take effect.
 */
export async function ensureServiceRoles(deps: {
  readonly platform: PlatformAccountSet;
  readonly roles: RoleStore;
  readonly sessions: Sessions;
  readonly home: string;
  readonly services: readonly string[];
}): Promise<void> {
  const { platform, roles } = deps;
  const managementAccountId = platform.management.accountId;
  const providerAccountId = platform.provider.accountId;
  const accounts = { managementAccountId, providerAccountId };

  await putRole(roles, managementAccountId, describeBrokerRole(accounts));
  await putRole(roles, managementAccountId, operatorRole);
  await writeCredentials(deps, managementAccountId, operatorName);
  for (const service of deps.services) {
    await putRole(
      roles,
      providerAccountId,
      describeServiceRole(service, accounts, nobodyAssumesIt),
    );
    await writeCredentials(deps, providerAccountId, service);
  }
}

async function writeCredentials(
  deps: { readonly roles: RoleStore; readonly sessions: Sessions; readonly home: string },
  accountId: string,
  name: string,
): Promise<void> {
  const key = await deps.sessions.serviceKey(await deps.roles.get(accountId, name));
  await writePrivateFile(
    join(deps.home, 'credentials', name),
    `[default]\naws_access_key_id = ${key.accessKeyId}\naws_secret_access_key = ${key.secretAccessKey}\n`,
  );
}

/** Studio hands out these roles' keys itself: nothing may assume them. */
const nobodyAssumesIt = policy({
  Sid: 'NobodyAssumesIt',
  Effect: 'Deny',
  Principal: '*',
  Action: ['sts:AssumeRole'],
});

const operatorRole: RoleDescription = {
  name: operatorName,
  path: serviceRolePath,
  description: 'Operates Studio: faults and audit.',
  trust: nobodyAssumesIt,
  policies: {
    operate: policy({
      Effect: 'Allow',
      Action: ['studio:*', 'organizations:ListAccounts'],
      Resource: ['*'],
    }),
  },
  boundaryArn: null,
  maxSessionSeconds: 3_600,
  tags: {},
};
