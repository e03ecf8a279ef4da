import { AssumeRoleCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import type { Purpose, TenantCredentials } from './tenant-scope.ts';

/** Chained sessions last an hour at most, at each hop. */
const SESSION_SECONDS = 3600;
/** Credentials are renewed this long before they end, so that no request meets their last moment. */
const REFRESH_AHEAD_MS = 10 * 60 * 1000;

const cached = (
  fetchFresh: () => Promise<AwsCredentialIdentity>,
): AwsCredentialIdentityProvider => {
  let current: Promise<AwsCredentialIdentity> | null = null;
  let refreshAt = 0;
  return () => {
    if (current === null || Date.now() >= refreshAt) {
      const fresh = fetchFresh();
      current = fresh;
      refreshAt = Number.POSITIVE_INFINITY;
      fresh.then(
        ({ expiration }) => {
          refreshAt = (expiration?.getTime() ?? 0) - REFRESH_AHEAD_MS;
        },
        () => {
          current = null;
          refreshAt = 0;
        },
      );
    }
    return current;
  };
};

const assume = async (
  config: STSClientConfig,
  roleArn: string,
  sessionName: string,
): Promise<AwsCredentialIdentity> => {
  const sts = new STSClient(config);
  try {
    const { Credentials: keys } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: roleArn,
        RoleSessionName: sessionName,
        DurationSeconds: SESSION_SECONDS,
      }),
    );
    if (keys?.AccessKeyId === undefined || keys.SecretAccessKey === undefined) {
      throw new Error(`STS gave no keys for ${roleArn}`);
    }
    return {
      accessKeyId: keys.AccessKeyId,
      secretAccessKey: keys.SecretAccessKey,
      ...(keys.SessionToken === undefined ? {} : { sessionToken: keys.SessionToken }),
      ...(keys.Expiration === undefined ? {} : { expiration: keys.Expiration }),
    };
  } finally {
    sts.destroy();
  }
};

/**
 * Strategy `role`: the service's own role → the tenant's role in the provider account → the role of the purpose in the
 * tenant's account. The session is named for the tenant, so that every audit shows him.
 */
export const createRoleCredentials = (deps: {
  /** The service's own credentials, region and, on one machine, the endpoint. */
  sts: STSClientConfig;
  tenantRoleArn: (tenantId: string) => string;
  purposeRoleArn: (accountId: string, purpose: Exclude<Purpose, 'tenant'>) => string;
  /** The number of the tenant's account. Throws when there is none yet. */
  accountOf: (tenantId: string) => Promise<string>;
}): TenantCredentials => {
  const providers = new Map<string, AwsCredentialIdentityProvider>();
  const provider: TenantCredentials = (tenantId, purpose) => {
    const key = `${tenantId}/${purpose}`;
    const known = providers.get(key);
    if (known !== undefined) return known;
    const fresh = cached(async () => {
      if (purpose === 'tenant') return assume(deps.sts, deps.tenantRoleArn(tenantId), tenantId);
      const accountId = await deps.accountOf(tenantId);
      return assume(
        { ...deps.sts, credentials: provider(tenantId, 'tenant') },
        deps.purposeRoleArn(accountId, purpose),
        tenantId,
      );
    });
    providers.set(key, fresh);
    return fresh;
  };
  return provider;
};

/** Credentials of one fixed role, renewed ahead of their end. `sts`: how and as whom STS is asked. */
export const createAssumedCredentials = (deps: {
  sts: STSClientConfig;
  roleArn: string;
  sessionName: string;
}): AwsCredentialIdentityProvider => cached(() => assume(deps.sts, deps.roleArn, deps.sessionName));
