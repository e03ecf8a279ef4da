import { policy } from '@atelier/account-baseline';
import { DescribeLogStreamsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  AddTagsCommand,
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DeleteTagsCommand,
  DescribeEndpointCommand,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  ListEndpointsCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  StopTrainingJobCommand,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  clientsOf,
  type SageMakerStudio,
  startSageMakerStudio,
  type TestTenant,
} from '../testing/sagemaker-studio.ts';
import { tarGz } from '../testing/tar-gz.ts';

let studio: SageMakerStudio;
let foo: TestTenant;
let bar: TestTenant;

beforeAll(async () => {
  studio = await startSageMakerStudio({ trainingJobs: 2 });
  foo = await studio.createTenant();
  bar = await studio.createTenant();
}, 120_000);
afterAll(() => studio.stop(), 120_000);

const put = async (tenant: TestTenant, key: string, body: Buffer | string): Promise<string> => {
  await tenant.s3.send(new PutObjectCommand({ Bucket: tenant.bucket, Key: key, Body: body }));
  return `s3://${tenant.bucket}/${key}`;
};

const submit = async (
  tenant: TestTenant,
  name: string,
  program: string,
  change: Partial<CreateTrainingJobCommandInput> = {},
): Promise<void> => {
  const source = await put(tenant, `code/${name}.tar.gz`, await tarGz({ 'train.py': program }));
  await tenant.sagemaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName: name,
      RoleArn: tenant.roleArn,
      AlgorithmSpecification: {
        TrainingImage: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1',
        TrainingInputMode: 'File',
      },
      OutputDataConfig: { S3OutputPath: `s3://${tenant.bucket}/jobs` },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 120 },
      ...change,
      HyperParameters: {
        sagemaker_program: '"train.py"',
        sagemaker_submit_directory: JSON.stringify(source),
        ...change.HyperParameters,
      },
    }),
  );
};

const until = async (
  tenant: TestTenant,
  name: string,
  reached: (job: DescribeTrainingJobCommandOutput) => boolean,
): Promise<DescribeTrainingJobCommandOutput> => {
  for (let tries = 0; tries < 60; tries += 1) {
    const job = await tenant.sagemaker.send(
      new DescribeTrainingJobCommand({ TrainingJobName: name }),
    );
    if (reached(job)) return job;
  }
  throw new Error(`${name} does not get there`);
};

const ended = (tenant: TestTenant, name: string): Promise<DescribeTrainingJobCommandOutput> =>
  until(tenant, name, ({ TrainingJobStatus: status }) =>
    ['Completed', 'Failed', 'Stopped'].includes(status ?? ''),
  );

/** Containers and volumes go right after the end is told. */
const nothingLeftOf = async (arn: string): Promise<void> => {
  await expect
    .poll(() => studio.engine.find({ 'atelier.arn': arn }), { timeout: 10_000 })
    .toEqual([]);
  await expect.poll(() => studio.engine.volumes.list(), { timeout: 10_000 }).toEqual([]);
};

const logOf = async (tenant: TestTenant, group: string, prefix: string): Promise<string[]> => {
  const { logStreams } = await tenant.logs.send(
    new DescribeLogStreamsCommand({ logGroupName: group, logStreamNamePrefix: prefix }),
  );
  const lines: string[] = [];
  for (const { logStreamName } of logStreams ?? []) {
    const { events } = await tenant.logs.send(
      new GetLogEventsCommand({ logGroupName: group, logStreamName, startFromHead: true }),
    );
    lines.push(...(events ?? []).map(({ message }) => message ?? ''));
  }
  return lines;
};

const trainAndSave = `
import argparse, json, os
import pandas as pd
from sklearn.linear_model import LogisticRegression
import joblib
parser = argparse.ArgumentParser()
parser.add_argument('--C', type=float)
args = parser.parse_args()
data = pd.read_csv(os.path.join(os.environ['SM_CHANNEL_TRAIN'], 'part', 'data.csv'))
model = LogisticRegression(C=args.C).fit(data[['x']].to_numpy(), data['y'])
joblib.dump(model, os.path.join(os.environ['SM_MODEL_DIR'], 'model.joblib'))
os.makedirs(os.path.join(os.environ['SM_MODEL_DIR'], 'code'))
with open(os.path.join(os.environ['SM_MODEL_DIR'], 'code', 'inference.py'), 'w') as file:
    file.write('''
import json, os, joblib
def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, 'model.joblib'))
def input_fn(body, content_type):
    return json.loads(body)['instances']
def predict_fn(data, model):
    if data == 'fail':
        raise KeyError('no such customer')
    return model.predict_proba(data)[:, 1]
def output_fn(prediction, accept):
    return json.dumps({'predictions': [{'probability': float(p)} for p in prediction]}), accept
''')
print('accuracy', model.score(data[['x']].to_numpy(), data['y']), args.C)
`;

const modelWith = async (tenant: TestTenant, name: string, script: string): Promise<void> => {
  const data = await put(
    tenant,
    `models/${name}.tar.gz`,
    await tarGz({ 'code/inference.py': script }),
  );
  await tenant.sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: tenant.roleArn,
      PrimaryContainer: { Image: 'atelier/workbench', ModelDataUrl: data },
    }),
  );
  await configFor(tenant, name, name);
};

const configFor = async (tenant: TestTenant, name: string, model: string): Promise<void> => {
  await tenant.sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        {
          VariantName: 'AllTraffic',
          ModelName: model,
          InstanceType: 'ml.t2.medium',
          InitialInstanceCount: 1,
        },
      ],
    }),
  );
};

const settled = async (tenant: TestTenant, name: string) => {
  for (let tries = 0; tries < 60; tries += 1) {
    const endpoint = await tenant.sagemaker.send(
      new DescribeEndpointCommand({ EndpointName: name }),
    );
    if (endpoint.EndpointStatus === 'InService' || endpoint.EndpointStatus === 'Failed')
      return endpoint;
  }
  throw new Error(`${name} does not settle`);
};

const invoke = async (tenant: TestTenant, name: string, body: unknown): Promise<unknown> => {
  const { Body } = await tenant.runtime.send(
    new InvokeEndpointCommand({
      EndpointName: name,
      ContentType: 'application/json',
      Body: JSON.stringify(body),
    }),
  );
  return JSON.parse(Buffer.from(Body).toString());
};

describe('train, deploy, invoke, delete', () => {
  test('a training job leaves its model in S3 and its lines in the log', async () => {
    const rows = Array.from({ length: 200 }, (_, index) => `${index},${index > 100 ? 1 : 0}`);
    const train = await put(foo, 'data/train/part/data.csv', `x,y\n${rows.join('\n')}\n`);
    await submit(foo, 'journey', trainAndSave, {
      HyperParameters: { C: '0.5' },
      InputDataConfig: [
        {
          ChannelName: 'train',
          DataSource: {
            S3DataSource: {
              S3DataType: 'S3Prefix',
              S3Uri: train.replace('part/data.csv', ''),
            },
          },
        },
      ],
    });
    const job = await ended(foo, 'journey');
    expect(job.FailureReason).toBeUndefined();
    expect(job).toMatchObject({
      TrainingJobStatus: 'Completed',
      SecondaryStatus: 'Completed',
      ModelArtifacts: { S3ModelArtifacts: `s3://${foo.bucket}/jobs/journey/output/model.tar.gz` },
    });
    expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
      'Starting',
      'Downloading',
      'Training',
      'Uploading',
      'Completed',
    ]);
    expect(job.LastModifiedTime).toBeInstanceOf(Date);
    expect(await logOf(foo, '/aws/sagemaker/TrainingJobs', 'journey/')).toContain(
      'accuracy 1.0 0.5',
    );
    const listed = await foo.sagemaker.send(new ListTrainingJobsCommand({ NameContains: 'JOUR' }));
    expect(listed.TrainingJobSummaries?.map(({ TrainingJobName }) => TrainingJobName)).toEqual([
      'journey',
    ]);
    await nothingLeftOf(job.TrainingJobArn ?? '');
  });

  test('its model is deployed, answers, tells its errors, and goes', async () => {
    await foo.sagemaker.send(
      new CreateModelCommand({
        ModelName: 'journey',
        ExecutionRoleArn: foo.roleArn,
        PrimaryContainer: {
          Image: 'atelier/workbench',
          ModelDataUrl: `s3://${foo.bucket}/jobs/journey/output/model.tar.gz`,
        },
      }),
    );
    await configFor(foo, 'journey', 'journey');
    await foo.sagemaker.send(
      new CreateEndpointCommand({ EndpointName: 'journey', EndpointConfigName: 'journey' }),
    );
    const endpoint = await settled(foo, 'journey');
    expect(endpoint).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'journey' });
    expect(endpoint.ProductionVariants?.[0]).toMatchObject({ CurrentInstanceCount: 1 });

    const answer = await invoke(foo, 'journey', { instances: [[1], [199]] });
    expect(answer).toMatchObject({ predictions: [{}, {}] });
    const [low, high] = (answer as { predictions: { probability: number }[] }).predictions;
    expect(low?.probability).toBeLessThan(0.5);
    expect(high?.probability).toBeGreaterThan(0.5);

    await expect(invoke(foo, 'journey', { instances: 'fail' })).rejects.toMatchObject({
      name: 'ModelError',
      $metadata: { httpStatusCode: 424 },
      OriginalStatusCode: 500,
      OriginalMessage: expect.stringContaining("KeyError: 'no such customer'"),
      LogStreamArn: expect.stringContaining('/aws/sagemaker/Endpoints/journey'),
    });
    await expect(
      foo.runtime.send(
        new InvokeEndpointCommand({ EndpointName: 'journey', Body: Buffer.alloc(6_291_457) }),
      ),
    ).rejects.toMatchObject({ $metadata: { httpStatusCode: 413 } });

    // Another account's endpoint answers like an absent one; the target was just seen to live.
    await expect(invoke(bar, 'journey', { instances: [[1]] })).rejects.toMatchObject({
      name: 'ValidationError',
      message: `Endpoint journey of account ${bar.accountId} not found.`,
    });
    await expect(
      bar.sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'journey' })),
    ).rejects.toMatchObject({ name: 'ValidationException', message: /Could not find endpoint/u });

    await foo.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'journey' }));
    await foo.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: 'journey' }));
    await foo.sagemaker.send(new DeleteModelCommand({ ModelName: 'journey' }));
    await expect
      .poll(async () => (await foo.sagemaker.send(new ListEndpointsCommand({}))).Endpoints, {
        timeout: 20_000,
      })
      .toEqual([]);
    await expect(invoke(foo, 'journey', {})).rejects.toMatchObject({ name: 'ValidationError' });
    await nothingLeftOf(endpoint.EndpointArn ?? '');
  });
});

describe('jobs that do not end well say why', () => {
  test('a failing script’s own traceback is the failure reason and in the log', async () => {
    await submit(
      foo,
      'fails',
      "def inner():\n    raise ValueError('churn column is missing')\ninner()\n",
    );
    const job = await ended(foo, 'fails');
    expect(job.TrainingJobStatus).toBe('Failed');
    expect(job.FailureReason).toMatch(/^AlgorithmError: .*exit code 1/u);
    expect(job.FailureReason).toContain('line 2, in inner');
    expect(job.FailureReason).toContain('ValueError: churn column is missing');
    expect((await logOf(foo, '/aws/sagemaker/TrainingJobs', 'fails/')).join('\n')).toContain(
      'ValueError: churn column is missing',
    );
  });

  test('out of memory is named', async () => {
    await submit(foo, 'hungry', 'data = bytearray(6 * 1024 ** 3)\n');
    const job = await ended(foo, 'hungry');
    expect(job.FailureReason).toMatch(/out of memory/u);
  });

  test('a full volume is the script’s own error', async () => {
    await submit(
      foo,
      'fills',
      "with open('/opt/ml/model/big', 'wb') as file:\n    for _ in range(2000):\n        file.write(bytes(1 << 20))\n",
    );
    expect((await ended(foo, 'fills')).FailureReason).toMatch(/Disk quota exceeded|No space left/u);
  });

  test('absent input data is named', async () => {
    await submit(foo, 'no-data', 'print(1)', {
      InputDataConfig: [
        {
          ChannelName: 'train',
          DataSource: {
            S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${foo.bucket}/nothing/` },
          },
        },
      ],
    });
    expect((await ended(foo, 'no-data')).FailureReason).toMatch(
      /ClientError: Data download failed:NoSuchKey/u,
    );
  });

  test('another account’s data cannot be read, though it is there', async () => {
    const uri = await put(bar, 'private/secret.csv', 'secret');
    expect(
      await (
        await bar.s3.send(new GetObjectCommand({ Bucket: bar.bucket, Key: 'private/secret.csv' }))
      ).Body?.transformToString(),
    ).toBe('secret');
    await submit(foo, 'steals', 'print(1)', {
      InputDataConfig: [
        {
          ChannelName: 'train',
          DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: uri } },
        },
      ],
    });
    expect((await ended(foo, 'steals')).FailureReason).toMatch(/AccessDenied/u);
  });

  test.each([
    ['a link that leaves the model', "import os; os.symlink('/etc', '/opt/ml/model/etc')"],
    ['a pipe', "import os; os.mkfifo('/opt/ml/model/pipe')"],
    [
      'a link in place of the archive',
      "import os; os.makedirs('/opt/ml/artifacts/model.tar.gz.part')\nopen('/opt/ml/model/m', 'w').close()\nos.symlink('/etc/passwd', '/opt/ml/artifacts/model.tar.gz')",
    ],
    ['a pipe in place of the archive', "import os; os.mkfifo('/opt/ml/artifacts/model.tar.gz')"],
  ])('%s as artefact is refused', async (what, program) => {
    const name = `hostile-${what.replaceAll(/[^a-z]/gu, '-')}`;
    await submit(foo, name, program);
    const job = await ended(foo, name);
    expect(job.TrainingJobStatus).toBe('Failed');
    expect(job.FailureReason).toMatch(/link|file|directory/u);
    expect(job.ModelArtifacts).toBeUndefined();
  });

  test.each([
    ['leaves', { name: '../../escaped' }],
    ['links', { name: 'link', type: 'symlink', linkname: '/etc' }],
    ['hardlinks', { name: 'hard', type: 'link', linkname: '/etc/passwd' }],
    ['pipes', { name: 'pipe', type: 'fifo' }],
  ] as const)('a source archive that %s is refused', async (what, header) => {
    const source = await put(
      foo,
      `evil/${what}.tar.gz`,
      await tarGz({ 'train.py': 'print(1)' }, [header]),
    );
    await submit(foo, `evil-${what}`, '', {
      HyperParameters: { sagemaker_submit_directory: JSON.stringify(source) },
    });
    expect((await ended(foo, `evil-${what}`)).FailureReason).toMatch(
      /leaves the directory|neither a file nor a directory/u,
    );
  });
});

const slow = `
import signal, sys, time
def stop(*_):
    open('/opt/ml/model/checkpoint', 'w').write('saved at stop')
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print('waiting', flush=True)
time.sleep(300)
`;

describe('stopping', () => {
  test('a stopped job keeps what it saved', async () => {
    await submit(foo, 'stopped', slow);
    await until(foo, 'stopped', ({ SecondaryStatus }) => SecondaryStatus === 'Training');
    await expect
      .poll(() => logOf(foo, '/aws/sagemaker/TrainingJobs', 'stopped/'), { timeout: 10_000 })
      .toContain('waiting');
    await foo.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'stopped' }));
    const job = await ended(foo, 'stopped');
    expect(job).toMatchObject({ TrainingJobStatus: 'Stopped', SecondaryStatus: 'Stopped' });
    expect(job.ModelArtifacts?.S3ModelArtifacts).toMatch(/model\.tar\.gz$/u);
    await expect(
      foo.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'stopped' })),
    ).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('the time limit stops a job and is named', async () => {
    await submit(foo, 'overtime', slow, { StoppingCondition: { MaxRuntimeInSeconds: 2 } });
    expect(await ended(foo, 'overtime')).toMatchObject({
      TrainingJobStatus: 'Stopped',
      SecondaryStatus: 'MaxRuntimeExceeded',
    });
  });

  test('more jobs than the account may have are refused, naming the limit', async () => {
    await submit(foo, 'first', slow);
    await submit(foo, 'second', slow);
    await expect(submit(foo, 'third', slow)).rejects.toMatchObject({
      name: 'ResourceLimitExceeded',
      message: /is 2 Instances/u,
    });
    for (const name of ['first', 'second']) {
      await foo.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: name }));
      await ended(foo, name);
    }
  });
});

describe('what is refused at creation', () => {
  test('names Amazon’s constraint', async () => {
    await expect(submit(foo, 'bad name!', '')).rejects.toMatchObject({
      name: 'ValidationException',
      message:
        "1 validation error detected: Value 'bad name!' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$",
    });
  });

  test('an unknown image, several instances, an accelerator', async () => {
    const specification = { TrainingInputMode: 'File' as const };
    await expect(
      submit(foo, 'refused', '', {
        AlgorithmSpecification: { ...specification, TrainingImage: 'evil/image:1' },
      }),
    ).rejects.toMatchObject({ message: /Image evil\/image:1 is not available here/u });
    await expect(
      submit(foo, 'refused', '', {
        ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 2, VolumeSizeInGB: 1 },
      }),
    ).rejects.toMatchObject({ message: /InstanceCount must be 1/u });
    await expect(
      submit(foo, 'refused', '', {
        ResourceConfig: { InstanceType: 'ml.p3.2xlarge', InstanceCount: 1, VolumeSizeInGB: 1 },
      }),
    ).rejects.toMatchObject({ message: /ml\.p3\.2xlarge is not available/u });
  });

  test('a name that is taken, in the words SDKs look for', async () => {
    await submit(foo, 'taken', 'print(1)');
    await expect(submit(foo, 'taken', 'print(1)')).rejects.toMatchObject({ name: 'ResourceInUse' });
    await ended(foo, 'taken');
    await modelWith(foo, 'twice', '');
    await expect(modelWith(foo, 'twice', '')).rejects.toMatchObject({
      message: /Cannot create already existing model/u,
    });
  });

  test('a role that may not be passed, is foreign or does not trust', async () => {
    const keys = await studio.createKeys({
      accountId: foo.accountId,
      permissions: policy({
        Effect: 'Allow',
        Action: ['sagemaker:*', 's3:*'],
        Resource: ['*'],
      }),
    });
    const unprivileged = { ...foo, ...clientsOf(studio.url, keys) };
    await expect(submit(unprivileged, 'no-pass', '')).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: /iam:PassRole/u,
    });
    unprivileged.destroy();
    await expect(submit(foo, 'foreign', '', { RoleArn: bar.roleArn })).rejects.toThrow();
    const untrusting = await studio.createKeys({
      accountId: foo.accountId,
      permissions: policy({ Effect: 'Allow', Action: ['*'], Resource: ['*'] }),
    });
    await expect(
      submit(foo, 'untrusting', '', { RoleArn: untrusting.roleArn }),
    ).rejects.toMatchObject({ message: /Could not assume role/u });
  });

  test('a model whose data is not there', async () => {
    await expect(
      foo.sagemaker.send(
        new CreateModelCommand({
          ModelName: 'absent',
          ExecutionRoleArn: foo.roleArn,
          PrimaryContainer: {
            Image: 'atelier/workbench',
            ModelDataUrl: `s3://${foo.bucket}/none.tar.gz`,
          },
        }),
      ),
    ).rejects.toMatchObject({ message: /Could not find model data/u });
  });
});

describe('endpoints', () => {
  const answers = (text: string) => `
def model_fn(model_dir):
    return '${text}'
def transform_fn(model, body, content_type, accept):
    import json, os
    if json.loads(body) == 'die':
        os._exit(9)
    return json.dumps(model), 'application/json'
`;

  test('a model that does not load fails with its own traceback', async () => {
    await modelWith(foo, 'broken', "raise ImportError('no module named magic')");
    await foo.sagemaker.send(
      new CreateEndpointCommand({ EndpointName: 'broken', EndpointConfigName: 'broken' }),
    );
    const endpoint = await settled(foo, 'broken');
    expect(endpoint.EndpointStatus).toBe('Failed');
    expect(endpoint.FailureReason).toContain('did not pass the ping health check');
    expect(endpoint.FailureReason).toContain('ImportError: no module named magic');
    expect(
      (await logOf(foo, '/aws/sagemaker/Endpoints/broken', 'AllTraffic/')).join('\n'),
    ).toContain('ImportError: no module named magic');
    await foo.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'broken' }));
  });

  test('a dead container comes back by itself, an update swaps models, a failed update keeps the old', async () => {
    await modelWith(foo, 'one', answers('one'));
    await modelWith(foo, 'two', answers('two'));
    await foo.sagemaker.send(
      new CreateEndpointCommand({ EndpointName: 'lives', EndpointConfigName: 'one' }),
    );
    await settled(foo, 'lives');
    expect(await invoke(foo, 'lives', 1)).toBe('one');
    await expect(invoke(foo, 'lives', 'die')).rejects.toMatchObject({
      name: 'ModelError',
      OriginalStatusCode: 0,
    });
    await expect
      .poll(() => invoke(foo, 'lives', 1).catch((error: Error) => error.name), { timeout: 20_000 })
      .toBe('one');

    await foo.sagemaker.send(
      new UpdateEndpointCommand({ EndpointName: 'lives', EndpointConfigName: 'two' }),
    );
    expect(await settled(foo, 'lives')).toMatchObject({ EndpointConfigName: 'two' });
    expect(await invoke(foo, 'lives', 1)).toBe('two');

    await foo.sagemaker.send(
      new UpdateEndpointCommand({ EndpointName: 'lives', EndpointConfigName: 'broken' }),
    );
    const kept = await settled(foo, 'lives');
    expect(kept).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: 'two' });
    expect(kept.FailureReason).toContain('ImportError');
    expect(await invoke(foo, 'lives', 1)).toBe('two');
    expect((await studio.engine.find({ 'atelier.arn': kept.EndpointArn ?? '' })).length).toBe(1);
  });

  test('tags are kept, listed and removed', async () => {
    const { EndpointArn: ResourceArn } = await foo.sagemaker.send(
      new DescribeEndpointCommand({ EndpointName: 'lives' }),
    );
    await foo.sagemaker.send(
      new AddTagsCommand({ ResourceArn, Tags: [{ Key: 'slot', Value: 'customer-churn/1' }] }),
    );
    expect((await foo.sagemaker.send(new ListTagsCommand({ ResourceArn }))).Tags).toEqual([
      { Key: 'slot', Value: 'customer-churn/1' },
    ]);
    await foo.sagemaker.send(new DeleteTagsCommand({ ResourceArn, TagKeys: ['slot'] }));
    expect((await foo.sagemaker.send(new ListTagsCommand({ ResourceArn }))).Tags).toEqual([]);
    await expect(bar.sagemaker.send(new ListTagsCommand({ ResourceArn }))).rejects.toMatchObject({
      message: /Could not find/u,
    });
  });
});

test('an account that leaves leaves nothing', async () => {
  await studio.sagemaker.deleteForAccount(foo.accountId);
  expect(await studio.engine.find({ 'atelier.account': foo.accountId })).toEqual([]);
  expect(await studio.engine.volumes.list()).toEqual([]);
});
