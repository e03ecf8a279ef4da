import { accountFactoryProductName } from '@atelier/account-baseline';
import {
  DescribeProvisionedProductCommand,
  DescribeRecordCommand,
  ListProvisioningArtifactsCommand,
  ProvisionProductCommand,
  SearchProductsCommand,
  type ServiceCatalogClient,
  TerminateProvisionedProductCommand,
} from '@aws-sdk/client-service-catalog';
import { isAwsError } from './cloud-clients.ts';

export type AccountOutcome =
  | { readonly state: 'pending' }
  | { readonly state: 'made'; readonly accountId: string }
  | { readonly state: 'failed'; readonly code: string; readonly message: string };

/** Control Tower's Account Factory, by Service Catalog. */
export interface AccountRequests {
  /**
   * Asks for the tenant's account, or finds the request that an earlier try made: the token is the same. A failed request
   * is asked again under the next `attempt`, which names a new product with the same account name and address.
   */
  request(tenantId: string, requestId: string, attempt: number): Promise<{ recordId: string }>;
  outcome(recordId: string): Promise<AccountOutcome>;
  /** Takes the account out of Control Tower's hands; null when there is nothing to take. */
  unmanage(tenantId: string, attempt: number, token: string): Promise<{ recordId: string } | null>;
}

const productName = (tenantId: string, attempt: number): string =>
  `workbench-${tenantId}-${attempt}`;

export const createAccountRequests = (deps: {
  serviceCatalog: ServiceCatalogClient;
  /** `Workbenches (ou-…)`. */
  organizationalUnit: string;
  /** Address of an account's root user; unique, at most 64 characters. */
  emailOf: (tenantId: string) => string;
}): AccountRequests => {
  const { serviceCatalog } = deps;

  /** Looked up at each request, since Control Tower replaces both. */
  const product = async (): Promise<{ productId: string; artifactId: string }> => {
    const { ProductViewSummaries: found = [] } = await serviceCatalog.send(
      new SearchProductsCommand({ Filters: { FullTextSearch: [accountFactoryProductName] } }),
    );
    const productId = found.find(({ Name }) => Name === accountFactoryProductName)?.ProductId;
    if (productId === undefined) throw new Error('there is no Account Factory product');
    const { ProvisioningArtifactDetails: artifacts = [] } = await serviceCatalog.send(
      new ListProvisioningArtifactsCommand({ ProductId: productId }),
    );
    const artifactId = artifacts.find(({ Active }) => Active)?.Id;
    if (artifactId === undefined) throw new Error('the Account Factory has no active version');
    return { productId, artifactId };
  };

  return {
    request: async (tenantId, requestId, attempt) => {
      const { productId, artifactId } = await product();
      const email = deps.emailOf(tenantId);
      const { RecordDetail: record } = await serviceCatalog.send(
        new ProvisionProductCommand({
          ProductId: productId,
          ProvisioningArtifactId: artifactId,
          ProvisionedProductName: productName(tenantId, attempt),
          ProvisionToken: `${requestId}-${attempt}`,
          ProvisioningParameters: [
            { Key: 'AccountName', Value: tenantId },
            { Key: 'AccountEmail', Value: email },
            { Key: 'ManagedOrganizationalUnit', Value: deps.organizationalUnit },
            { Key: 'SSOUserEmail', Value: email },
            { Key: 'SSOUserFirstName', Value: 'Workbench' },
            { Key: 'SSOUserLastName', Value: 'Owner' },
          ],
        }),
      );
      if (record?.RecordId === undefined) throw new Error('Service Catalog gave no record');
      return { recordId: record.RecordId };
    },

    outcome: async (recordId) => {
      const { RecordDetail: record, RecordOutputs: outputs = [] } = await serviceCatalog.send(
        new DescribeRecordCommand({ Id: recordId }),
      );
      if (record?.Status === 'FAILED') {
        const error = record.RecordErrors?.[0];
        return {
          state: 'failed',
          code: error?.Code ?? 'Unknown',
          message: error?.Description ?? 'The account factory gave no reason.',
        };
      }
      const accountId = outputs.find(({ OutputKey }) => OutputKey === 'AccountId')?.OutputValue;
      return record?.Status === 'SUCCEEDED' && accountId !== undefined
        ? { state: 'made', accountId }
        : { state: 'pending' };
    },

    unmanage: async (tenantId, attempt, token) => {
      try {
        const { ProvisionedProductDetail: found } = await serviceCatalog.send(
          new DescribeProvisionedProductCommand({ Name: productName(tenantId, attempt) }),
        );
        const { RecordDetail: record } = await serviceCatalog.send(
          new TerminateProvisionedProductCommand({
            ProvisionedProductId: found?.Id,
            TerminateToken: token,
          }),
        );
        return record?.RecordId === undefined ? null : { recordId: record.RecordId };
      } catch (error) {
        if (isAwsError(error, 'ResourceNotFoundException')) return null;
        throw error;
      }
    },
  };
};
