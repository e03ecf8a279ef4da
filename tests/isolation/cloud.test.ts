import {
  executionRoleArn,
  purposeRoleArn,
  purposes,
  serviceRoleArn,
  spaceName,
  tenantRoleArn,
  userPrefix,
  userProfileName,
} from '@atelier/account-baseline';
import { type Inside, openInside } from '@atelier/single-machine/inside';
import { launchWorkbench, until, waitForWorkbench } from '@atelier/single-machine/journey';
import {
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  CreateRoleCommand,
  GetRoleCommand,
  PutRolePolicyCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { CloseAccountCommand, ListAccountsCommand } from '@aws-sdk/client-organizations';
import {
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  CreateAppCommand,
  CreateModelCommand,
  CreatePresignedDomainUrlCommand,
  CreateSpaceCommand,
  CreateTrainingJobCommand,
  CreateUserProfileCommand,
  DeleteAppCommand,
  DeleteDomainCommand,
  DeleteEndpointCommand,
  DeleteSpaceCommand,
  DescribeDomainCommand,
  DescribeEndpointCommand,
  DescribeModelCommand,
  DescribeSpaceCommand,
  DescribeTrainingJobCommand,
  DescribeUserProfileCommand,
  ListDomainsCommand,
  ListEndpointsCommand,
  ListSpacesCommand,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetWebIdentityTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStack } from '../harness/stack.ts';
import { type Cloud, cloudOf, deployEndpoint } from './cloud.ts';
import { newParty, type Party } from './party.ts';
import { callTarget, refusedEvents } from './studio-audit.ts';

const ENDPOINT = `theirs-${crypto.randomUUID().slice(0, 8)}`;
const ABSENT = `absent-${crypto.randomUUID().slice(0, 8)}`;
const SECRET = 'jobs/secret.txt';
const LOG_GROUP = `/aws/sagemaker/Endpoints/${ENDPOINT}`;
const ROWS = JSON.stringify({ instances: [[1]] });

let inside: Inside;
let foo: Party;
let bar: Party;
/** Each of FOO's people who may use the workbench attacks. */
let attackers: readonly (readonly [string, Cloud])[];
let theirs: Cloud;
let theirDomain: string;
let ourDomain: string;
let providerAccountId: string;
const began = new Date();

interface Refusal {
  readonly name: string;
  readonly status: number;
  readonly message: string;
}
/** By request id, what was refused to FOO. */
const refusals = new Map<string, string>();

const memberOf = (value: unknown, member: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, member) : undefined;

async function refusalOf(what: string, call: Promise<unknown>): Promise<Refusal> {
  let answer: unknown;
  try {
    answer = await call;
  } catch (error) {
    const metadata = memberOf(error, '$metadata');
    const status = Number(memberOf(metadata, 'httpStatusCode'));
    refusals.set(String(memberOf(metadata, 'requestId')), what);
    const { name, message } = error as Error;
    return { name, status, message };
  }
  throw new Error(`${what} succeeded: ${JSON.stringify(answer).slice(0, 500)}`);
}

const isDenied = ({ name, status, message }: Refusal): boolean =>
  /^AccessDenied|^NotAuthorized|^UnauthorizedOperation/.test(name) ||
  // HEAD answers carry no body that could name the error.
  (status === 403 && /^(Forbidden|Unknown|403)/.test(`${name}${message}`));

/** Nothing is said that would not be said of a name that nobody has. */
const tellingNothing = (refusal: Refusal, ...names: string[]): string =>
  names.reduce(
    (text, name) => text.replaceAll(name, '<name>'),
    `${refusal.name} ${refusal.status} ${refusal.message}`,
  );

beforeAll(async () => {
  const stack = openStack();
  inside = await openInside(stack.instance);
  [foo, bar] = await Promise.all([newParty(stack, 'foo'), newParty(stack, 'bar')]);
  await Promise.all([foo, bar].map(({ tenant }) => waitForWorkbench({ person: tenant.admin })));
  theirs = await cloudOf(bar.people.data_scientist);
  attackers = [
    ['data scientist', await cloudOf(foo.people.data_scientist)],
    ['administrator', await cloudOf(foo.people.tenant_admin)],
  ];
  await theirs.s3.send(
    new PutObjectCommand({ Bucket: theirs.bucket, Key: SECRET, Body: 'secret of BAR' }),
  );
  await deployEndpoint(theirs, ENDPOINT);
  await launchWorkbench(bar.people.data_scientist);
  theirDomain = await domainOf(theirs);
  ourDomain = await domainOf(ours());
  providerAccountId = await inside.awsConfigOf('registration').then(async (config) => {
    const { Account } = await new STSClient(config).send(new GetCallerIdentityCommand({}));
    return Account ?? '';
  });
});
afterAll(() => inside.close());

const ours = (): Cloud => {
  const cloud = attackers[0]?.[1];
  if (cloud === undefined) throw new Error('nobody attacks');
  return cloud;
};

async function domainOf({ sagemaker }: Cloud): Promise<string> {
  const { Domains: domains } = await sagemaker.send(new ListDomainsCommand({}));
  return domains?.[0]?.DomainId ?? '';
}

/** By its owner's own eyes: everything that is attacked is there. */
async function proveAlive(): Promise<void> {
  const { s3, sagemaker, runtime, logs, bucket } = theirs;
  const { Body: body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: SECRET }));
  expect(await body?.transformToString()).toBe('secret of BAR');
  const endpoint = await sagemaker.send(new DescribeEndpointCommand({ EndpointName: ENDPOINT }));
  expect(endpoint.EndpointStatus).toBe('InService');
  const answer = await runtime.send(
    new InvokeEndpointCommand({
      EndpointName: ENDPOINT,
      ContentType: 'application/json',
      Body: ROWS,
    }),
  );
  expect(new TextDecoder().decode(answer.Body)).toContain('probability');
  const { logStreams: streams } = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName: LOG_GROUP }),
  );
  expect(streams?.length).toBeGreaterThan(0);
  const { Status: status } = await sagemaker.send(
    new DescribeSpaceCommand({ DomainId: theirDomain, SpaceName: theirSpace() }),
  );
  expect(status).toBe('InService');
}

const theirUser = () => bar.people.data_scientist.user.userId;
const theirSpace = () => spaceName(theirUser());
const colleague = () => bar.people.tenant_admin.user.userId;

type Attack = readonly [string, (cloud: Cloud) => Promise<unknown>];

async function allDenied(attacks: readonly Attack[]): Promise<void> {
  await proveAlive();
  for (const [who, cloud] of attackers) {
    for (const [what, run] of attacks) {
      const refusal = await refusalOf(`${what} by the ${who}`, run(cloud));
      expect(isDenied(refusal), `${what} by the ${who}: ${JSON.stringify(refusal)}`).toBe(true);
    }
  }
  await proveAlive();
}

/** About a thing that FOO could have under the same name: the answer is that of a name nobody has. */
async function allAbsent(
  attacks: readonly (readonly [string, (cloud: Cloud, name: string) => Promise<unknown>])[],
  names: { theirs: string; absent: string },
): Promise<void> {
  await proveAlive();
  for (const [who, cloud] of attackers) {
    for (const [what, run] of attacks) {
      const foreign = await refusalOf(`${what} by the ${who}`, run(cloud, names.theirs));
      const absent = await refusalOf(`${what} of nothing`, run(cloud, names.absent));
      expect({ what, said: tellingNothing(foreign, names.theirs) }).toEqual({
        what,
        said: tellingNothing(absent, names.absent),
      });
    }
  }
  await proveAlive();
}

describe('FOO’s keys', () => {
  test('open nothing in BAR’s bucket', async () => {
    const Bucket = theirs.bucket;
    const Key = SECRET;
    await allDenied([
      ['HeadBucket', ({ s3 }) => s3.send(new HeadBucketCommand({ Bucket }))],
      ['ListObjectsV2', ({ s3 }) => s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'jobs/' }))],
      ['ListMultipartUploads', ({ s3 }) => s3.send(new ListMultipartUploadsCommand({ Bucket }))],
      ['GetObject', ({ s3 }) => s3.send(new GetObjectCommand({ Bucket, Key }))],
      ['GetObject of nothing', ({ s3 }) => s3.send(new GetObjectCommand({ Bucket, Key: 'no' }))],
      ['HeadObject', ({ s3 }) => s3.send(new HeadObjectCommand({ Bucket, Key }))],
      ['PutObject', ({ s3 }) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'mine' }))],
      ['DeleteObject', ({ s3 }) => s3.send(new DeleteObjectCommand({ Bucket, Key }))],
      [
        'CopyObject',
        ({ s3, bucket }) =>
          s3.send(
            new CopyObjectCommand({
              Bucket: bucket,
              Key: 'jobs/taken',
              CopySource: `${Bucket}/${Key}`,
            }),
          ),
      ],
      [
        'CopyObject to BAR',
        ({ s3, bucket }) =>
          s3.send(
            new CopyObjectCommand({ Bucket, Key: 'jobs/given', CopySource: `${bucket}/jobs/x` }),
          ),
      ],
      [
        'CreateMultipartUpload',
        ({ s3 }) => s3.send(new CreateMultipartUploadCommand({ Bucket, Key })),
      ],
      ['GetBucketPolicy', ({ s3 }) => s3.send(new GetBucketPolicyCommand({ Bucket }))],
      [
        'PutBucketPolicy',
        ({ s3 }) => s3.send(new PutBucketPolicyCommand({ Bucket, Policy: openPolicy(Bucket) })),
      ],
      ['DeleteBucketPolicy', ({ s3 }) => s3.send(new DeleteBucketPolicyCommand({ Bucket }))],
      ['DeleteBucket', ({ s3 }) => s3.send(new DeleteBucketCommand({ Bucket }))],
    ]);
    for (const [, { s3 }] of attackers) {
      // Deleting many answers for each key.
      const many = await s3
        .send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }] } }))
        .catch((error: Error) => ({ Deleted: [], Errors: [{ Code: error.name }] }));
      expect(many.Deleted ?? []).toEqual([]);
      expect(many.Errors?.map(({ Code }) => Code)).toEqual(['AccessDenied']);
      const listed = await s3.send(new ListBucketsCommand({})).catch(() => ({ Buckets: [] }));
      expect(listed.Buckets?.map(({ Name }) => Name)).not.toContain(Bucket);
    }
    await proveAlive();
  });

  test('change nothing of the rules of FOO’s own bucket', async () => {
    await allDenied([
      [
        'PutBucketPolicy of its own',
        ({ s3, bucket }) =>
          s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: openPolicy(bucket) })),
      ],
      [
        'PutObject into extracts',
        ({ s3, bucket }) =>
          s3.send(
            new PutObjectCommand({
              Bucket: bucket,
              Key: 'extracts/data_scientist/customers/x',
              Body: 'x',
            }),
          ),
      ],
      [
        'GetObject of a colleague’s',
        ({ s3, bucket }) =>
          s3.send(
            new GetObjectCommand({ Bucket: bucket, Key: `${userPrefix(crypto.randomUUID())}x` }),
          ),
      ],
    ]);
  });

  test('reach neither BAR’s endpoint nor its model, and learn nothing of their names', async () => {
    await allAbsent(
      [
        [
          'DescribeEndpoint',
          ({ sagemaker }, EndpointName) =>
            sagemaker.send(new DescribeEndpointCommand({ EndpointName })),
        ],
        [
          'DeleteEndpoint',
          ({ sagemaker }, EndpointName) =>
            sagemaker.send(new DeleteEndpointCommand({ EndpointName })),
        ],
        [
          'UpdateEndpoint',
          ({ sagemaker }, EndpointName) =>
            sagemaker.send(
              new UpdateEndpointCommand({ EndpointName, EndpointConfigName: EndpointName }),
            ),
        ],
        [
          'DescribeModel',
          ({ sagemaker }, ModelName) => sagemaker.send(new DescribeModelCommand({ ModelName })),
        ],
        [
          'InvokeEndpoint',
          ({ runtime }, EndpointName) =>
            runtime.send(
              new InvokeEndpointCommand({
                EndpointName,
                ContentType: 'application/json',
                Body: ROWS,
              }),
            ),
        ],
      ],
      { theirs: ENDPOINT, absent: ABSENT },
    );
    for (const [, { sagemaker }] of attackers) {
      const { Endpoints: endpoints } = await sagemaker.send(new ListEndpointsCommand({}));
      expect(endpoints?.map(({ EndpointName }) => EndpointName)).not.toContain(ENDPOINT);
    }
  });

  test('read none of BAR’s logs', async () => {
    const group = (name: string) => `/aws/sagemaker/Endpoints/${name}`;
    const arn = `arn:aws:logs:us-east-1:${theirs.accountId}:log-group:${LOG_GROUP}`;
    await allAbsent(
      [
        [
          'DescribeLogStreams',
          ({ logs }, name) =>
            logs.send(new DescribeLogStreamsCommand({ logGroupName: group(name) })),
        ],
        [
          'FilterLogEvents',
          ({ logs }, name) => logs.send(new FilterLogEventsCommand({ logGroupName: group(name) })),
        ],
        [
          'GetLogEvents',
          ({ logs }, name) =>
            logs.send(new GetLogEventsCommand({ logGroupName: group(name), logStreamName: 'x' })),
        ],
      ],
      { theirs: ENDPOINT, absent: ABSENT },
    );
    for (const [who, { logs }] of attackers) {
      const byArn = new FilterLogEventsCommand({ logGroupIdentifier: arn });
      const refusal = await refusalOf(`FilterLogEvents by ARN by the ${who}`, logs.send(byArn));
      expect(refusal.status).toBeGreaterThanOrEqual(400);
      const { logGroups = [] } = await logs
        .send(new DescribeLogGroupsCommand({}))
        .catch(() => ({ logGroups: [] }));
      expect(logGroups.map(({ logGroupName }) => logGroupName)).not.toContain(LOG_GROUP);
    }
  });

  test('open no space, of BAR’s or of FOO’s own', async () => {
    const DomainId = theirDomain;
    const presign = (domain: string, user: string): Attack => [
      `CreatePresignedDomainUrl in ${domain}`,
      ({ sagemaker }) =>
        sagemaker.send(
          new CreatePresignedDomainUrlCommand({
            DomainId: domain,
            UserProfileName: userProfileName(user),
          }),
        ),
    ];
    await allDenied([
      presign(theirDomain, theirUser()),
      presign(ourDomain, foo.people.data_scientist.user.userId),
      ...[theirDomain, ourDomain].flatMap((domain): Attack[] => [
        [
          'CreateUserProfile',
          ({ sagemaker }) =>
            sagemaker.send(
              new CreateUserProfileCommand({ DomainId: domain, UserProfileName: 'mine' }),
            ),
        ],
        [
          'CreateSpace',
          ({ sagemaker }) =>
            sagemaker.send(new CreateSpaceCommand({ DomainId: domain, SpaceName: 'mine' })),
        ],
        [
          'DeleteSpace',
          ({ sagemaker }) =>
            sagemaker.send(new DeleteSpaceCommand({ DomainId: domain, SpaceName: theirSpace() })),
        ],
        [
          'CreateApp',
          ({ sagemaker }) =>
            sagemaker.send(
              new CreateAppCommand({
                DomainId: domain,
                SpaceName: theirSpace(),
                AppType: 'JupyterLab',
                AppName: 'default',
              }),
            ),
        ],
        [
          'DeleteApp',
          ({ sagemaker }) =>
            sagemaker.send(
              new DeleteAppCommand({
                DomainId: domain,
                SpaceName: theirSpace(),
                AppType: 'JupyterLab',
                AppName: 'default',
              }),
            ),
        ],
        [
          'DeleteDomain',
          ({ sagemaker }) => sagemaker.send(new DeleteDomainCommand({ DomainId: domain })),
        ],
      ]),
    ]);
    await allAbsent(
      [
        [
          'DescribeDomain',
          ({ sagemaker }, domain) =>
            sagemaker.send(new DescribeDomainCommand({ DomainId: domain })),
        ],
        [
          'DescribeSpace',
          ({ sagemaker }, domain) =>
            sagemaker.send(new DescribeSpaceCommand({ DomainId: domain, SpaceName: theirSpace() })),
        ],
        [
          'DescribeUserProfile',
          ({ sagemaker }, domain) =>
            sagemaker.send(
              new DescribeUserProfileCommand({
                DomainId: domain,
                UserProfileName: userProfileName(theirUser()),
              }),
            ),
        ],
      ],
      { theirs: DomainId, absent: `d-${'a'.repeat(DomainId.length - 2)}` },
    );
    for (const [, { sagemaker }] of attackers) {
      const { Spaces: spaces } = await sagemaker.send(new ListSpacesCommand({}));
      expect(spaces?.map(({ SpaceName }) => SpaceName)).not.toContain(theirSpace());
    }
  });

  test('take on no role', async () => {
    const own = ours().accountId;
    const roles = [
      ...purposes.flatMap((purpose) =>
        [own, theirs.accountId].map((id) => purposeRoleArn(id, purpose)),
      ),
      ...[theirUser(), colleague()].map((user) => executionRoleArn(theirs.accountId, user)),
      ...Object.values(foo.people).map(({ user }) => executionRoleArn(own, user.userId)),
      tenantRoleArn(providerAccountId, foo.tenant.tenantId),
      tenantRoleArn(providerAccountId, bar.tenant.tenantId),
      ...['registration', 'workbench-management'].map((one) =>
        serviceRoleArn(providerAccountId, one),
      ),
      executionRoleArn(theirs.accountId, crypto.randomUUID()),
    ];
    await allDenied(
      roles.flatMap((RoleArn): Attack[] => [
        [
          `AssumeRole ${RoleArn}`,
          ({ sts }) => sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'attack' })),
        ],
        [
          `AssumeRole ${RoleArn} with BAR’s tag`,
          ({ sts }) =>
            sts.send(
              new AssumeRoleCommand({
                RoleArn,
                RoleSessionName: 'attack',
                Tags: [{ Key: 'AtelierAccount', Value: theirs.accountId }],
              }),
            ),
        ],
      ]),
    );
  });

  test('pass no role but its own', async () => {
    const own = ours().accountId;
    const roles = [
      ...purposes.map((purpose) => purposeRoleArn(own, purpose)),
      purposeRoleArn(theirs.accountId, 'extract'),
      executionRoleArn(theirs.accountId, theirUser()),
      executionRoleArn(own, foo.people.marketer.user.userId),
      tenantRoleArn(providerAccountId, foo.tenant.tenantId),
    ];
    await allDenied(
      roles.map((ExecutionRoleArn) => [
        `CreateModel with ${ExecutionRoleArn}`,
        ({ sagemaker }) =>
          sagemaker.send(
            new CreateModelCommand({
              ModelName: `m-${crypto.randomUUID().slice(0, 8)}`,
              ExecutionRoleArn,
              PrimaryContainer: { Image: 'atelier/workbench' },
            }),
          ),
      ]),
    );
    const [scientist, administrator] = attackers.map(([, cloud]) => cloud);
    if (scientist === undefined || administrator === undefined) throw new Error('nobody attacks');
    for (const [cloud, role] of [
      [scientist, administrator.roleArn],
      [administrator, scientist.roleArn],
    ] as const) {
      const job = trainingJob(cloud, { RoleArn: role });
      const refusal = await refusalOf('passing a colleague’s role', cloud.sagemaker.send(job));
      expect(isDenied(refusal), JSON.stringify(refusal)).toBe(true);
    }
  });

  test('write no IAM, and reach neither the organisation nor its audit', async () => {
    const roleName = ours().roleArn.split('/').at(-1) ?? '';
    const open = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    });
    const trust = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
    });
    await allDenied([
      [
        'CreateRole',
        ({ iam }) =>
          iam.send(new CreateRoleCommand({ RoleName: 'mine', AssumeRolePolicyDocument: trust })),
      ],
      [
        'PutRolePolicy',
        ({ iam }) =>
          iam.send(
            new PutRolePolicyCommand({
              RoleName: roleName,
              PolicyName: 'mine',
              PolicyDocument: open,
            }),
          ),
      ],
      [
        'UpdateAssumeRolePolicy',
        ({ iam }) =>
          iam.send(
            new UpdateAssumeRolePolicyCommand({
              RoleName: 'AtelierExtract',
              PolicyDocument: trust,
            }),
          ),
      ],
      [
        'TagRole',
        ({ iam }) =>
          iam.send(
            new TagRoleCommand({
              RoleName: roleName,
              Tags: [{ Key: 'AtelierExecutionRole', Value: 'AtelierExtract' }],
            }),
          ),
      ],
      ['GetRole', ({ iam }) => iam.send(new GetRoleCommand({ RoleName: 'AtelierExtract' }))],
      ['ListAccounts', ({ organizations }) => organizations.send(new ListAccountsCommand({}))],
      [
        'CloseAccount',
        ({ organizations }) =>
          organizations.send(new CloseAccountCommand({ AccountId: theirs.accountId })),
      ],
      [
        'GetWebIdentityToken for a stranger',
        ({ sts }) =>
          sts.send(
            new GetWebIdentityTokenCommand({
              Audience: ['https://evil.example'],
              SigningAlgorithm: 'ES384',
            }),
          ),
      ],
    ]);
    const { endpoint } = await inside.awsConfigOf('registration');
    for (const [, { keys }] of attackers) {
      for (const [service, target] of [
        ['studio', 'AtelierStudio.LookupEvents'],
        ['studio', 'AtelierStudio.PutFaults'],
        ['cloudtrail', 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents'],
      ] as const) {
        const input = { AccountId: theirs.accountId, Faults: {} };
        const { body, requestId } = await callTarget({ endpoint, keys, service, target, input });
        expect(String(body.__type), target).toMatch(/AccessDenied/);
        refusals.set(requestId, target);
      }
    }
  });

  test('make no job read from BAR’s bucket or write to it', async () => {
    const cloud = ours();
    const theirSecret = `s3://${theirs.bucket}/jobs/`;
    const names: string[] = [];
    for (const change of [{ input: theirSecret }, { output: theirSecret }]) {
      const job = trainingJob(cloud, change);
      names.push(job.input.TrainingJobName ?? '');
      // Refused at once, or when the job comes to it.
      await cloud.sagemaker.send(job).catch((error: Error) => {
        names.pop();
        expect(error.name).toMatch(/AccessDenied|ValidationException/);
      });
    }
    for (const TrainingJobName of names) {
      const job = await until({
        what: TrainingJobName,
        ask: () => cloud.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName })),
        done: ({ TrainingJobStatus: status }) => status !== 'InProgress',
        withinMs: 60_000,
      });
      expect(job.TrainingJobStatus).toBe('Failed');
      expect(job.FailureReason).toMatch(/AccessDenied|not authorized/i);
    }
    const { Contents: contents } = await theirs.s3.send(
      new ListObjectsV2Command({ Bucket: theirs.bucket, Prefix: 'jobs/' }),
    );
    expect(contents?.map(({ Key }) => Key)).toEqual([SECRET]);
  });

  test('of a marketer are not to be had', async () => {
    await expect(cloudOf(foo.people.marketer)).rejects.toThrow(/role/);
  });
});

test('Studio’s audit has every refusal', async () => {
  const ofFoo = await refusedEvents(inside, ours().accountId, began);
  expect(refusals.size).toBeGreaterThan(100);
  const missing = [...refusals].filter(([requestId]) => !ofFoo.has(requestId));
  expect(missing).toEqual([]);
});

function openPolicy(bucket: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: `arn:aws:s3:::${bucket}/*` },
    ],
  });
}

function trainingJob(
  cloud: Cloud,
  change: { RoleArn?: string; input?: string; output?: string },
): CreateTrainingJobCommand {
  const at = (path: string) => `s3://${cloud.bucket}/jobs/${path}`;
  return new CreateTrainingJobCommand({
    TrainingJobName: `attack-${crypto.randomUUID().slice(0, 8)}`,
    RoleArn: change.RoleArn ?? cloud.roleArn,
    AlgorithmSpecification: {
      TrainingImage: 'atelier/workbench',
      TrainingInputMode: 'File',
      ContainerEntrypoint: ['/bin/sh', '-c', 'echo stolen > /opt/ml/model/stolen'],
    },
    ...(change.input !== undefined && {
      InputDataConfig: [
        {
          ChannelName: 'train',
          DataSource: {
            S3DataSource: { S3DataType: 'S3Prefix' as const, S3Uri: change.input },
          },
        },
      ],
    }),
    OutputDataConfig: { S3OutputPath: change.output ?? at('output') },
    ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
    StoppingCondition: { MaxRuntimeInSeconds: 60 },
  });
}
