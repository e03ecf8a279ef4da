import { purposeRoleArn, tenantRoleArn } from '@atelier/account-baseline';
import type { ServiceCaller, ServiceName } from '@atelier/contracts';
import {
  createPeers,
  createRoleCredentials,
  createTokenSigner,
  createTokenVerifier,
  type LongWorkDeps,
  type Peers,
  type ServiceDeps,
  type TenantCredentials,
} from '@atelier/service-kit';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type AwsConfig, type Platform, REGION } from './platform.ts';

/** Calls other services in the name of a caller. */
export function peersOf(platform: Platform, caller: ServiceCaller): Peers {
  return createPeers({
    signer: createTokenSigner({ caller, privateKey: platform.secrets.signingKeys[caller] }),
    addresses: platform.serviceAddresses,
  });
}

/** The number of the account that keys belong to. */
export async function accountOf(aws: AwsConfig): Promise<string> {
  const sts = new STSClient(aws);
  try {
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    if (Account === undefined) throw new Error('Studio does not say whose the keys are');
    return Account;
  } finally {
    sts.destroy();
  }
}

/** Where the clients of a service find the cloud, whatever they sign with. */
export function cloudAddressOf({ instance }: Platform): { region: string; endpoint: string } {
  return { region: REGION, endpoint: instance.addresses.studio };
}

/** Credentials of tenants' roles, by the way from the caller's own role (strategy `role`). */
export async function tenantCredentialsOf(
  platform: Platform,
  caller: ServiceCaller,
  peers: Peers,
): Promise<TenantCredentials> {
  const aws = await platform.awsConfigOf(caller);
  const providerAccount = await accountOf(aws);
  return createRoleCredentials({
    sts: aws,
    tenantRoleArn: (tenantId) => tenantRoleArn(providerAccount, tenantId),
    purposeRoleArn,
    async accountOf(tenantId) {
      const { accountId } = await peers('tenant-management', {
        tenantId,
        requestId: `credentials-${tenantId}`,
      }).getTenantAsService();
      if (accountId === null) throw new Error(`tenant ${tenantId} has no account yet`);
      return accountId;
    },
  });
}

/** A service that acts in no tenant's account asks for no credentials; if it does, that is a fault of ours. */
const noCredentials: TenantCredentials = () => {
  throw new Error('this service acts in no account');
};

/** What every service is composed from; its schema is up to date when this returns. */
export async function serviceDepsOf(
  platform: Platform,
  service: ServiceName,
  {
    migrations,
    mounted = {},
    actsInAccounts,
  }: {
    readonly migrations: string;
    /** Migrations of packages that the service mounts. */
    readonly mounted?: Readonly<Record<string, string>>;
    readonly actsInAccounts: boolean;
  },
): Promise<ServiceDeps & LongWorkDeps & { readonly peers: Peers }> {
  const { connections, secrets } = platform;
  await connections.migrate(service, migrations, mounted);
  const peers = peersOf(platform, service);
  return {
    database: connections.databaseOf(service, 'app'),
    operatorDatabase: connections.databaseOf(service, 'operator'),
    verifyToken: createTokenVerifier({ audience: service, trustedKeys: secrets.trustedKeys }),
    tenantCredentials: actsInAccounts
      ? await tenantCredentialsOf(platform, service, peers)
      : noCredentials,
    eventBus: platform.eventBus,
    stateStore: platform.stateStore,
    workQueue: (kind) => platform.queue(`work/${kind}`),
    peers,
  };
}
