import { setTimeout as sleep } from 'node:timers/promises';
import { brokerRoleArn } from '@atelier/account-baseline';
import {
  CloudFormationClient,
  DescribeStackInstanceCommand,
  ListStackInstancesCommand,
} from '@aws-sdk/client-cloudformation';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CloseAccountCommand,
  DescribeAccountCommand,
  ListAccountsCommand,
  ListParentsCommand,
  OrganizationsClient,
} from '@aws-sdk/client-organizations';
import {
  DescribeRecordCommand,
  ListProvisioningArtifactsCommand,
  ProvisionProductCommand,
  type RecordDetail,
  SearchProductsCommand,
  ServiceCatalogClient,
  TerminateProvisionedProductCommand,
} from '@aws-sdk/client-service-catalog';
import {
  GetServiceQuotaCommand,
  RequestServiceQuotaIncreaseCommand,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStudio } from '../app.ts';
import { silentLogger } from '../logger.ts';
import { allowAll, startTestStudio, type TestStudio } from '../testing/test-studio.ts';
import { createFaults, type FaultName } from './faults.ts';

let studio: TestStudio;
/** What modules of other parts were told to make and remove. */
const made: string[] = [];
const removed: string[] = [];
/** Names of accounts whose bucket is never finished, and the accounts that got there. */
const stuck = new Set<string>();
const stuckAt: string[] = [];
const accountNameOf = async (accountId: string): Promise<string> =>
  (await studio.studio.accounts.find(accountId))?.name ?? '';

beforeAll(async () => {
  studio = await startTestStudio({
    compose: async () => [
      {
        baseline: {
          createBucket: async (accountId, bucket) => {
            const name = await accountNameOf(accountId);
            if (stuck.has(name)) {
              stuckAt.push(accountId);
              // What a killed process was doing never comes to an end.
              await new Promise(() => {});
            }
            made.push(`${accountId} ${bucket.name}`);
          },
          createDomain: async (accountId, domain) => {
            made.push(`${accountId} ${domain.name}`);
          },
        },
        removeAccount: async (accountId) => {
          removed.push(accountId);
        },
      },
    ],
  });
});
afterAll(() => studio.stop());

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}
const clientFor = (credentials: Keys) => ({
  endpoint: studio.url,
  region: 'us-east-1',
  credentials,
  maxAttempts: 1,
});

/** The way workbench-management goes: its own keys, then the broker role in the management account. */
async function brokerKeys(service = 'workbench-management'): Promise<Keys> {
  const { roles, sessions, platform } = studio.studio;
  const own = await sessions.serviceKey(await roles.get(platform.providerAccountId, service));
  const { Credentials } = await new STSClient(clientFor(own)).send(
    new AssumeRoleCommand({
      RoleArn: brokerRoleArn(platform.managementAccountId),
      RoleSessionName: 'workbench-management',
    }),
  );
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
}

async function provision(
  options: { name?: string; token?: string; accountName?: string; email?: string } = {},
): Promise<RecordDetail> {
  const catalog = new ServiceCatalogClient(clientFor(await brokerKeys()));
  const { ProductViewSummaries } = await catalog.send(
    new SearchProductsCommand({ Filters: { FullTextSearch: ['Account Factory'] } }),
  );
  const ProductId = ProductViewSummaries?.[0]?.ProductId;
  const { ProvisioningArtifactDetails } = await catalog.send(
    new ListProvisioningArtifactsCommand({ ProductId }),
  );
  const accountName = options.accountName ?? uuidv7();
  const parameters = {
    AccountName: accountName,
    AccountEmail: options.email ?? `${accountName}@accounts.example.com`,
    ManagedOrganizationalUnit: 'Workbenches (ou-ate1-workbnch)',
    SSOUserEmail: 'operator@example.com',
    SSOUserFirstName: 'Paul',
    SSOUserLastName: 'Operator',
  };
  const { RecordDetail } = await catalog.send(
    new ProvisionProductCommand({
      ProductId,
      ProvisioningArtifactId: ProvisioningArtifactDetails?.find(({ Active }) => Active)?.Id,
      ProvisionedProductName: options.name ?? `workbench-${accountName}`,
      ProvisionToken: options.token ?? uuidv7(),
      ProvisioningParameters: Object.entries(parameters).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
  return RecordDetail ?? {};
}

async function settled(record: RecordDetail): Promise<{ detail: RecordDetail; accountId: string }> {
  const catalog = new ServiceCatalogClient(clientFor(await brokerKeys()));
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answer = await catalog.send(new DescribeRecordCommand({ Id: record.RecordId }));
    const status = answer.RecordDetail?.Status;
    if (status === 'SUCCEEDED' || status === 'FAILED') {
      const output = answer.RecordOutputs?.find(({ OutputKey }) => OutputKey === 'AccountId');
      return { detail: answer.RecordDetail ?? {}, accountId: output?.OutputValue ?? '' };
    }
    await sleep(50);
  }
  throw new Error('the record did not settle');
}

const arm = (name: FaultName, times = 1): Promise<void> =>
  createFaults({ database: studio.database }).set({ [name]: times });

const eventsOf = (accountName: string) =>
  studio.events.filter((event) => JSON.stringify(event).includes(accountName));

describe('an account', () => {
  test('is made with its baseline and announced in the shape of Control Tower', async () => {
    const accountName = uuidv7();
    const { detail, accountId } = await settled(await provision({ accountName }));
    expect(detail.Status).toBe('SUCCEEDED');
    expect(accountId).toMatch(/^\d{12}$/);

    const [event, ...more] = eventsOf(accountName);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      source: 'aws.controltower',
      'detail-type': 'AWS Service Event via CloudTrail',
      account: studio.studio.platform.managementAccountId,
      region: 'us-east-1',
      detail: {
        eventName: 'CreateManagedAccount',
        serviceEventDetails: {
          createManagedAccountStatus: {
            organizationalUnit: {
              organizationalUnitName: 'Workbenches',
              organizationalUnitId: 'ou-ate1-workbnch',
            },
            account: { accountName, accountId },
            state: 'SUCCEEDED',
            requestedTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/),
          },
        },
      },
    });

    expect(made).toContain(`${accountId} atelier-workbench-${accountId}`);
    expect(made).toContain(`${accountId} atelier-${accountId}`);
    const operator = await studio.createKeys({ accountId, permissions: allowAll });
    for (const RoleName of [
      'AtelierProvision',
      'AtelierLaunch',
      'AtelierInvoke',
      'AtelierExtract',
    ]) {
      await new IAMClient(clientFor(operator)).send(new GetRoleCommand({ RoleName }));
    }
    const stacks = new CloudFormationClient(clientFor(await brokerKeys()));
    const instance = {
      StackSetName: 'atelier-account-baseline',
      StackInstanceAccount: accountId,
      StackInstanceRegion: 'us-east-1',
    };
    const { StackInstance } = await stacks.send(new DescribeStackInstanceCommand(instance));
    expect(StackInstance).toMatchObject({
      Account: accountId,
      Status: 'CURRENT',
      StackInstanceStatus: { DetailedStatus: 'SUCCEEDED' },
    });
    const { Summaries } = await stacks.send(new ListStackInstancesCommand(instance));
    expect(Summaries?.map(({ Account }) => Account)).toEqual([accountId]);

    const organizations = new OrganizationsClient(clientFor(await brokerKeys()));
    const { Account } = await organizations.send(
      new DescribeAccountCommand({ AccountId: accountId }),
    );
    expect(Account).toMatchObject({ Id: accountId, Name: accountName, Status: 'ACTIVE' });
    expect(Account?.JoinedTimestamp).toBeInstanceOf(Date);
    const { Parents } = await organizations.send(new ListParentsCommand({ ChildId: accountId }));
    expect(Parents).toEqual([{ Id: 'ou-ate1-workbnch', Type: 'ORGANIZATIONAL_UNIT' }]);
  });

  test('is made once for one token, and its product name stays taken', async () => {
    const accountName = uuidv7();
    const token = uuidv7();
    const [first, second] = await Promise.all([
      provision({ accountName, token }),
      provision({ accountName, token }),
    ]);
    expect(second.RecordId).toBe(first.RecordId);
    await settled(first);
    expect(eventsOf(accountName)).toHaveLength(1);
    await expect(
      provision({ accountName, name: `workbench-${accountName}` }),
    ).rejects.toMatchObject({
      name: 'DuplicateResourceException',
    });
  });

  test('is not made twice for one e-mail address', async () => {
    const accountName = uuidv7();
    await settled(await provision({ accountName }));
    const again = await settled(await provision({ accountName, name: uuidv7() }));
    expect(again.detail.Status).toBe('FAILED');
    expect(again.detail.RecordErrors?.[0]?.Code).toBe('EmailAlreadyExists');
  });

  test('closes: its keys end and what it held is removed', async () => {
    const { detail, accountId } = await settled(await provision());
    const keys = await studio.createKeys({ accountId, permissions: allowAll });
    const broker = clientFor(await brokerKeys());
    const { RecordDetail } = await new ServiceCatalogClient(broker).send(
      new TerminateProvisionedProductCommand({
        ProvisionedProductId: detail.ProvisionedProductId,
        TerminateToken: uuidv7(),
      }),
    );
    expect((await settled(RecordDetail ?? {})).detail.Status).toBe('SUCCEEDED');
    const organizations = new OrganizationsClient(broker);
    await organizations.send(new CloseAccountCommand({ AccountId: accountId }));
    const { Account } = await organizations.send(
      new DescribeAccountCommand({ AccountId: accountId }),
    );
    expect(Account?.Status).toBe('SUSPENDED');
    await expect(
      new STSClient(clientFor(keys)).send(new GetCallerIdentityCommand({})),
    ).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
    await expect.poll(() => removed).toContain(accountId);
    await expect(
      organizations.send(new CloseAccountCommand({ AccountId: accountId })),
    ).rejects.toMatchObject({ name: 'AccountAlreadyClosedException' });
  });

  test('of the platform itself does not close', async () => {
    const organizations = new OrganizationsClient(clientFor(await brokerKeys()));
    await expect(
      organizations.send(
        new CloseAccountCommand({ AccountId: studio.studio.platform.providerAccountId }),
      ),
    ).rejects.toMatchObject({ name: 'ConstraintViolationException' });
  });
});

test('a Studio that was killed while it made an account is continued by the next', async () => {
  const accountName = uuidv7();
  stuck.add(accountName);
  const record = await provision({ accountName });
  await expect.poll(() => stuckAt.length).toBe(1);
  const events: string[] = [];
  const next = await createStudio({
    database: studio.database,
    home: studio.home,
    region: 'us-east-1',
    publicUrl: studio.url,
    logger: silentLogger,
    events: async (event) => {
      events.push(JSON.stringify(event));
    },
    compose: async () => [],
  });
  const { detail, accountId } = await settled(record);
  expect(detail.Status).toBe('SUCCEEDED');
  expect(stuckAt).toEqual([accountId]);
  expect(events).toHaveLength(1);
  expect(events[0]).toContain('CreateManagedAccount');
  await next.close();
});

describe('who may', () => {
  test('only workbench-management becomes the broker', async () => {
    await expect(brokerKeys('registration')).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test("a tenant account's own permissions reach no account of the organisation", async () => {
    const accountId = await studio.createAccount();
    const keys = await studio.createKeys({ accountId, permissions: allowAll });
    const organizations = new OrganizationsClient(clientFor(keys));
    await expect(organizations.send(new ListAccountsCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    await expect(
      organizations.send(new CloseAccountCommand({ AccountId: accountId })),
    ).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('faults', () => {
  test('throttling is answered so that SDKs try again', async () => {
    const catalog = new ServiceCatalogClient({ ...clientFor(await brokerKeys()), maxAttempts: 3 });
    await arm('throttle', 2);
    await expect(catalog.send(new SearchProductsCommand({}))).resolves.toBeDefined();
    await arm('throttle', 1);
    const impatient = new ServiceCatalogClient(clientFor(await brokerKeys()));
    await expect(impatient.send(new SearchProductsCommand({}))).rejects.toMatchObject({
      name: 'ThrottlingException',
    });
  });

  test('another operation in progress fails the record and leaves no account', async () => {
    const accountName = uuidv7();
    await arm('operation-in-progress');
    const { detail } = await settled(await provision({ accountName }));
    expect(detail.RecordErrors?.[0]?.Description).toContain('another operation is in progress');
    const again = await settled(await provision({ accountName, name: uuidv7() }));
    expect(again.detail.Status).toBe('SUCCEEDED');
  });

  test('an account whose creation failed is taken over by a new product of the same name and address', async () => {
    const accountName = uuidv7();
    await arm('account-fails');
    const failed = await settled(await provision({ accountName }));
    expect(failed.detail.Status).toBe('FAILED');
    const again = await settled(await provision({ accountName, name: uuidv7() }));
    expect(again.detail.Status).toBe('SUCCEEDED');
    await expect.poll(() => eventsOf(accountName).length).toBe(2);
    const details = eventsOf(accountName).map((event) => JSON.stringify(event.detail));
    expect(details[0]).toContain('"state":"FAILED"');
    expect(details[1]).toContain('UpdateManagedAccount');
    expect(details[1]).toContain(again.accountId);
  });

  test('an event may be lost, and come twice', async () => {
    const [lost, doubled] = [uuidv7(), uuidv7()];
    await arm('lost-event');
    await settled(await provision({ accountName: lost }));
    expect(eventsOf(lost)).toEqual([]);
    await arm('doubled-event');
    await settled(await provision({ accountName: doubled }));
    const [first, second, ...more] = eventsOf(doubled);
    expect(second?.id).toBe(first?.id);
    expect(more).toEqual([]);
  });

  test('a baseline may end INOPERABLE', async () => {
    await arm('baseline-inoperable');
    const { accountId } = await settled(await provision());
    const { Summaries } = await new CloudFormationClient(clientFor(await brokerKeys())).send(
      new ListStackInstancesCommand({
        StackSetName: 'atelier-account-baseline',
        StackInstanceAccount: accountId,
      }),
    );
    expect(Summaries?.[0]).toMatchObject({ Status: 'INOPERABLE' });
  });
});

describe('input', () => {
  test.each([
    [{ email: 'nonsense' }, 'InvalidParametersException'],
    [{ name: 'has blanks' }, 'InvalidParametersException'],
    [{ accountName: 'x'.repeat(51), email: 'x@example.com' }, 'InvalidParametersException'],
  ])('%o is refused at once', async (options, name) => {
    await expect(provision(options)).rejects.toMatchObject({ name });
  });
});

test('quotas are read and raised in the account itself', async () => {
  const accountId = await studio.createAccount();
  const keys = await studio.createKeys({ accountId, permissions: allowAll });
  const quotas = new ServiceQuotasClient(clientFor(keys));
  const quota = { ServiceCode: 'sagemaker', QuotaCode: 'L-AC46C40F' };
  const before = await quotas.send(new GetServiceQuotaCommand(quota));
  const value = before.Quota?.Value ?? 0;
  expect(value).toBeGreaterThan(0);
  const { RequestedQuota } = await quotas.send(
    new RequestServiceQuotaIncreaseCommand({ ...quota, DesiredValue: value + 5 }),
  );
  expect(RequestedQuota?.Status).toBe('APPROVED');
  const after = await quotas.send(new GetServiceQuotaCommand(quota));
  expect(after.Quota?.Value).toBe(value + 5);
});
