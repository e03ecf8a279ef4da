import { accountFactoryProductName } from '@atelier/account-baseline';
import type {
  DescribeProvisionedProductCommandInput,
  DescribeProvisionedProductOutput,
  DescribeRecordCommandInput,
  DescribeRecordOutput,
  ListLaunchPathsCommandInput,
  ListLaunchPathsOutput,
  ListProvisioningArtifactsCommandInput,
  ListProvisioningArtifactsOutput,
  ProvisioningArtifactDetail,
  ProvisionProductCommandInput,
  ProvisionProductOutput,
  RecordDetail,
  SearchProductsCommandInput,
  SearchProductsOutput,
  TerminateProvisionedProductCommandInput,
  TerminateProvisionedProductOutput,
} from '@aws-sdk/client-service-catalog';
import { AwsError } from '../../wire/errors.ts';
import type { RpcService } from '../../wire/operation.ts';
import type { AccountFactory } from '../factory/account-factory.ts';
import type {
  AccountParameters,
  FactoryRecord,
  ProvisionedProduct,
  RecordStore,
} from '../factory/record-store.ts';
import { findUnit } from '../organization.ts';
import { optionalText, requiredText } from './input.ts';
import { type ManagementDeps, managementOperation } from './management.ts';

const invalid = 'InvalidParametersException';
const product = { id: 'prod-accountfactory', view: 'prodview-accountfactory' };
const path = { id: 'lpv3-accountfactory', name: 'AWS Control Tower Account Factory Portfolio' };
/** Looked up at each request, as on AWS, where Control Tower replaces it. */
const artifact: ProvisioningArtifactDetail = {
  Id: 'pa-accountfactory1',
  Name: 'AWS Control Tower Account Factory',
  Type: 'CLOUD_FORMATION_TEMPLATE',
  Active: true,
  Guidance: 'DEFAULT',
};

/** Service Catalog with the one product that matters: Control Tower's Account Factory. */
export function createServiceCatalogService(
  deps: ManagementDeps & { readonly records: RecordStore; readonly factory: AccountFactory },
): RpcService {
  const { records, factory } = deps;

  return {
    protocol: 'json',
    name: 'servicecatalog',
    target: 'AWS242ServiceCatalogService',
    operations: [
      managementOperation<SearchProductsCommandInput, SearchProductsOutput>(deps, {
        name: 'SearchProducts',
        action: 'servicecatalog:SearchProducts',
        handle: async (input) => {
          const texts = Object.values(input.Filters ?? {}).flat();
          const matches = texts.every((text) =>
            accountFactoryProductName.toLowerCase().includes(String(text).toLowerCase()),
          );
          return {
            ProductViewSummaries: matches
              ? [
                  {
                    Id: product.view,
                    ProductId: product.id,
                    Name: accountFactoryProductName,
                    Owner: 'AWS Control Tower',
                    Type: 'CLOUD_FORMATION_TEMPLATE',
                    HasDefaultPath: true,
                  },
                ]
              : [],
          };
        },
      }),

      managementOperation<ListLaunchPathsCommandInput, ListLaunchPathsOutput>(deps, {
        name: 'ListLaunchPaths',
        action: 'servicecatalog:ListLaunchPaths',
        handle: async (input) => {
          mustBeTheProduct(input.ProductId);
          return { LaunchPathSummaries: [{ Id: path.id, Name: path.name }] };
        },
      }),

      managementOperation<ListProvisioningArtifactsCommandInput, ListProvisioningArtifactsOutput>(
        deps,
        {
          name: 'ListProvisioningArtifacts',
          action: 'servicecatalog:ListProvisioningArtifacts',
          handle: async (input) => {
            mustBeTheProduct(input.ProductId);
            return { ProvisioningArtifactDetails: [artifact] };
          },
        },
      ),

      managementOperation<ProvisionProductCommandInput, ProvisionProductOutput>(deps, {
        name: 'ProvisionProduct',
        action: 'servicecatalog:ProvisionProduct',
        handle: async (input) => {
          const record = await records.provision(readProvision(input));
          factory.wake(record);
          return { RecordDetail: detailOf(record) };
        },
      }),

      managementOperation<DescribeRecordCommandInput, DescribeRecordOutput>(deps, {
        name: 'DescribeRecord',
        action: 'servicecatalog:DescribeRecord',
        handle: async (input) => {
          const record = await records.find(requiredText(input.Id, 'Id', invalid));
          if (!record) throw notFound(`Record ${input.Id} not found.`);
          return { RecordDetail: detailOf(record), RecordOutputs: outputsOf(record) };
        },
      }),

      managementOperation<DescribeProvisionedProductCommandInput, DescribeProvisionedProductOutput>(
        deps,
        {
          name: 'DescribeProvisionedProduct',
          action: 'servicecatalog:DescribeProvisionedProduct',
          handle: async (input) => {
            const found = await findProduct(input.Id, input.Name);
            return {
              ProvisionedProductDetail: {
                Id: found.id,
                Name: found.name,
                Type: 'CONTROL_TOWER_ACCOUNT',
                Status: found.status === 'TERMINATED' ? 'ERROR' : found.status,
                CreatedTime: found.createdAt,
                LastRecordId: found.lastRecordId,
                ProductId: product.id,
                ProvisioningArtifactId: artifact.Id,
              },
            };
          },
        },
      ),

      managementOperation<
        TerminateProvisionedProductCommandInput,
        TerminateProvisionedProductOutput
      >(deps, {
        name: 'TerminateProvisionedProduct',
        action: 'servicecatalog:TerminateProvisionedProduct',
        handle: async (input) => {
          const found = await findProduct(input.ProvisionedProductId, input.ProvisionedProductName);
          const record = await records.terminate({
            token: requiredText(input.TerminateToken, 'TerminateToken', invalid, 128),
            productId: found.id,
          });
          factory.wake(record);
          return { RecordDetail: detailOf(record) };
        },
      }),
    ],
  };

  async function findProduct(id: unknown, name: unknown): Promise<ProvisionedProduct> {
    const wantedId = optionalText(id, 'ProvisionedProductId', invalid);
    const found = await records.findProduct(
      wantedId === null
        ? { name: requiredText(name, 'ProvisionedProductName', invalid) }
        : { id: wantedId },
    );
    if (found && found.status !== 'TERMINATED') return found;
    throw notFound('The provisioned product was not found.');
  }
}

function mustBeTheProduct(productId: unknown, productName?: unknown): void {
  if (productId === product.id || (!productId && productName === accountFactoryProductName)) return;
  throw notFound('The product was not found.');
}

function readProvision(input: ProvisionProductCommandInput): {
  token: string;
  name: string;
  parameters: AccountParameters;
} {
  mustBeTheProduct(input.ProductId, input.ProductName);
  const artifactFits =
    input.ProvisioningArtifactId === artifact.Id ||
    (!input.ProvisioningArtifactId && input.ProvisioningArtifactName === artifact.Name);
  if (!artifactFits) throw notFound('The provisioning artifact was not found.');
  // Control Tower refuses these, and says so late: after the account was made.
  if (input.Tags?.length || input.NotificationArns?.length) {
    throw new AwsError(invalid, 'Account Factory takes neither tags nor notifications.');
  }
  const name = requiredText(input.ProvisionedProductName, 'ProvisionedProductName', invalid, 128);
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/.test(name)) {
    throw new AwsError(invalid, 'ProvisionedProductName must match [a-zA-Z0-9][a-zA-Z0-9._-]*.');
  }
  return {
    token: requiredText(input.ProvisionToken, 'ProvisionToken', invalid, 128),
    name,
    parameters: readParameters(input.ProvisioningParameters),
  };
}

const accountParameters = [
  'AccountEmail',
  'AccountName',
  'ManagedOrganizationalUnit',
  'SSOUserEmail',
  'SSOUserFirstName',
  'SSOUserLastName',
];

function readParameters(
  given: ProvisionProductCommandInput['ProvisioningParameters'],
): AccountParameters {
  const values = new Map((given ?? []).map(({ Key, Value }) => [Key, Value]));
  const unknown = [...values.keys()].find((key) => !accountParameters.includes(key ?? ''));
  if (unknown !== undefined) throw new AwsError(invalid, `There is no parameter ${unknown}.`);
  const get = (name: string, maxLength: number): string =>
    requiredText(values.get(name), name, invalid, maxLength);
  for (const name of ['SSOUserEmail', 'SSOUserFirstName', 'SSOUserLastName']) get(name, 100);
  const accountEmail = get('AccountEmail', 64);
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(accountEmail)) {
    throw new AwsError(invalid, 'AccountEmail is no e-mail address.');
  }
  const unitText = get('ManagedOrganizationalUnit', 200);
  const [, unitName, unitId = ''] = /^(.+) \((ou-[a-z0-9-]+)\)$/.exec(unitText) ?? [];
  const unit = findUnit(unitId);
  if (unit?.name !== unitName || !unit) {
    throw new AwsError(invalid, `There is no organizational unit "${unitText}".`);
  }
  return { accountName: get('AccountName', 50), accountEmail, organizationalUnitId: unit.id };
}

function detailOf(record: FactoryRecord): RecordDetail {
  return {
    RecordId: record.id,
    RecordType: record.kind,
    Status: record.status,
    ProvisionedProductName: record.productName,
    ProvisionedProductId: record.productId,
    ProvisionedProductType: 'CONTROL_TOWER_ACCOUNT',
    ProductId: product.id,
    ProvisioningArtifactId: artifact.Id,
    PathId: path.id,
    CreatedTime: record.createdAt,
    UpdatedTime: record.updatedAt,
    RecordErrors: record.error
      ? [{ Code: record.error.code, Description: record.error.description }]
      : [],
    RecordTags: [],
  };
}

const outputsOf = (record: FactoryRecord) =>
  record.status === 'SUCCEEDED' && record.accountId && record.parameters
    ? [
        { OutputKey: 'AccountId', OutputValue: record.accountId },
        { OutputKey: 'AccountEmail', OutputValue: record.parameters.accountEmail },
      ]
    : [];

const notFound = (message: string): AwsError => new AwsError('ResourceNotFoundException', message);
