import type { Purpose, TenantScope } from '@atelier/service-kit';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { ServiceCatalogClient } from '@aws-sdk/client-service-catalog';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentityProvider } from '@smithy/types';

/** Region and, on one machine, endpoint of every client. */
export interface CloudAddress {
  readonly region: string;
  readonly endpoint?: string;
}

/** Clients of the tenant's account under the role of a purpose. */
export interface AccountClients {
  readonly sagemaker: SageMakerClient;
  readonly s3: S3Client;
  readonly iam: IAMClient;
  readonly quotas: ServiceQuotasClient;
  readonly sts: STSClient;
}

/** Clients of the management account under the broker's role. */
export interface ManagementClients {
  readonly serviceCatalog: ServiceCatalogClient;
  readonly organizations: OrganizationsClient;
  readonly cloudFormation: CloudFormationClient;
}

export interface CloudClients {
  account(scope: TenantScope, purpose: Exclude<Purpose, 'tenant'>): AccountClients;
  readonly management: ManagementClients;
  /** The service's own: it tags tenants' roles. */
  readonly provider: { readonly iam: IAMClient };
}

export const createCloudClients = (deps: {
  address: CloudAddress;
  ownCredentials: AwsCredentialIdentityProvider;
  brokerCredentials: AwsCredentialIdentityProvider;
}): CloudClients => {
  const { address } = deps;
  const asBroker = { ...address, credentials: deps.brokerCredentials };
  return {
    account: (scope, purpose) => {
      const config = { ...address, credentials: scope.credentials(purpose) };
      return {
        sagemaker: new SageMakerClient(config),
        s3: new S3Client({ ...config, forcePathStyle: true }),
        iam: new IAMClient(config),
        quotas: new ServiceQuotasClient(config),
        sts: new STSClient(config),
      };
    },
    management: {
      serviceCatalog: new ServiceCatalogClient(asBroker),
      organizations: new OrganizationsClient(asBroker),
      cloudFormation: new CloudFormationClient(asBroker),
    },
    provider: { iam: new IAMClient({ ...address, credentials: deps.ownCredentials }) },
  };
};

/** Whether AWS refused with this error. */
export const isAwsError = (error: unknown, ...names: string[]): boolean =>
  error instanceof Error && names.includes(error.name);
