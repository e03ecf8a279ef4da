import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, startTestDatabase, type TestDatabase } from '@atelier/single-machine/testing';
import { DescribeLogStreamsCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPodmanEngine } from '../containers/index.ts';
import { clientsOf, type TestTenant } from '../testing/sagemaker-studio.ts';
import { tarGz } from '../testing/tar-gz.ts';
import { testImage } from '../testing/test-image.ts';

let database: TestDatabase;
let home: string;
let port: number;
let child: ChildProcess;
let tenant: TestTenant;

const start = async (): Promise<void> => {
  child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, '../testing/sagemaker-process.ts'),
      database.url,
      home,
      String(port),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  if (child.stdout === null) throw new Error('no output');
  const [line]: string[] = await once(createInterface(child.stdout), 'line');
  const { keys, ...rest } = JSON.parse(line ?? '');
  const credentials = { ...keys, expiration: new Date(keys.expiration) };
  tenant = { ...clientsOf(`http://127.0.0.1:${port}`, credentials), ...rest };
};

/** `kill -9`, then a new process over what the old one left. */
const killAndRestart = async (): Promise<void> => {
  tenant.destroy();
  child.kill('SIGKILL');
  await once(child, 'exit');
  await start();
};

beforeAll(async () => {
  database = await startTestDatabase();
  home = await mkdtemp(join(tmpdir(), 'atelier-killed-'));
  port = await freePort();
  await start();
}, 120_000);

afterAll(async () => {
  tenant.destroy();
  child.kill('SIGKILL');
  const engine = await createPodmanEngine({
    home: join(home, 'containers'),
    runDirectory: join(home, 'run'),
    uidClaimsDirectory: join(home, 'claims'),
    ...testImage(),
    serveSocket: () => Promise.resolve({ close: () => Promise.resolve() }),
  });
  for (const container of await engine.find({})) await engine.remove(container.name);
  await engine.close();
  await database.stop();
  await rm(home, { recursive: true, force: true });
}, 120_000);

const put = async (key: string, body: Buffer): Promise<string> => {
  await tenant.s3.send(new PutObjectCommand({ Bucket: tenant.bucket, Key: key, Body: body }));
  return `s3://${tenant.bucket}/${key}`;
};

const submit = async (name: string, program: string): Promise<void> => {
  const source = await put(`code/${name}.tar.gz`, await tarGz({ 'train.py': program }));
  await tenant.sagemaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName: name,
      RoleArn: tenant.roleArn,
      AlgorithmSpecification: { TrainingImage: 'atelier/workbench', TrainingInputMode: 'File' },
      OutputDataConfig: { S3OutputPath: `s3://${tenant.bucket}/jobs` },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 120 },
      HyperParameters: { sagemaker_program: 'train.py', sagemaker_submit_directory: source },
    }),
  );
};

const describeJob = (name: string): Promise<DescribeTrainingJobCommandOutput> =>
  tenant.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name }));

const until = async (
  name: string,
  reached: (job: DescribeTrainingJobCommandOutput) => boolean,
): Promise<DescribeTrainingJobCommandOutput> => {
  for (let tries = 0; tries < 60; tries += 1) {
    const job = await describeJob(name);
    if (reached(job)) return job;
  }
  throw new Error(`${name} does not get there`);
};

const isEnded = ({ TrainingJobStatus: status }: DescribeTrainingJobCommandOutput): boolean =>
  ['Completed', 'Failed', 'Stopped'].includes(status ?? '');

test('a job in training and an endpoint in service outlive a killed Studio, and end right, once', async () => {
  await submit(
    'outlives',
    `
import time
for number in range(40):
    print('line', number, flush=True)
    time.sleep(0.1)
open('/opt/ml/model/model.txt', 'w').write('trained once')
`,
  );
  const data = await put(
    'models/pid.tar.gz',
    await tarGz({
      'code/inference.py': `
import time
started = time.time()
def model_fn(model_dir):
    return started
def transform_fn(model, body, content_type, accept):
    return str(model), 'application/json'
`,
    }),
  );
  await tenant.sagemaker.send(
    new CreateModelCommand({
      ModelName: 'outlives',
      ExecutionRoleArn: tenant.roleArn,
      PrimaryContainer: { Image: 'atelier/workbench', ModelDataUrl: data },
    }),
  );
  await tenant.sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: 'outlives',
      ProductionVariants: [
        {
          VariantName: 'v',
          ModelName: 'outlives',
          InstanceType: 'ml.t2.medium',
          InitialInstanceCount: 1,
        },
      ],
    }),
  );
  await tenant.sagemaker.send(
    new CreateEndpointCommand({ EndpointName: 'outlives', EndpointConfigName: 'outlives' }),
  );
  const endpointIs = async (status: string): Promise<void> => {
    await expect
      .poll(
        async () =>
          (await tenant.sagemaker.send(new DescribeEndpointCommand({ EndpointName: 'outlives' })))
            .EndpointStatus,
        { timeout: 30_000 },
      )
      .toBe(status);
  };
  const invoke = async (): Promise<string> => {
    const { Body } = await tenant.runtime.send(
      new InvokeEndpointCommand({ EndpointName: 'outlives', Body: Buffer.from('1') }),
    );
    return Buffer.from(Body).toString();
  };
  await endpointIs('InService');
  const before = await invoke();
  await until('outlives', ({ SecondaryStatus }) => SecondaryStatus === 'Training');

  await killAndRestart();
  await killAndRestart();

  // The same process answers: it was adopted, not started anew.
  await expect.poll(() => invoke().catch(() => null), { timeout: 15_000 }).toBe(before);
  const job = await until('outlives', isEnded);
  expect(job.TrainingJobStatus).toBe('Completed');
  expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
    'Starting',
    'Downloading',
    'Training',
    'Uploading',
    'Completed',
  ]);
  const stream = await tenant.logs.send(
    new GetLogEventsCommand({
      logGroupName: '/aws/sagemaker/TrainingJobs',
      logStreamName: await streamOf('outlives'),
      startFromHead: true,
    }),
  );
  expect(stream.events?.map(({ message }) => message)).toEqual(
    Array.from({ length: 40 }, (_, number) => `line ${number}`),
  );
  await tenant.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'outlives' }));
}, 120_000);

const streamOf = async (job: string): Promise<string> => {
  const { logStreams } = await tenant.logs.send(
    new DescribeLogStreamsCommand({
      logGroupName: '/aws/sagemaker/TrainingJobs',
      logStreamNamePrefix: `${job}/`,
    }),
  );
  return logStreams?.[0]?.logStreamName ?? '';
};

test.each([50, 150, 300, 500, 800, 1200, 1700])(
  'a job whose Studio is killed %d ms after its creation ends right and leaves nothing',
  async (afterMs) => {
    const name = `killed-${afterMs}`;
    await submit(
      name,
      "import time; time.sleep(0.3); open('/opt/ml/model/model.txt', 'w').write('trained')",
    );
    await sleep(afterMs);
    await killAndRestart();
    const job = await until(name, isEnded);
    expect(job).toMatchObject({ TrainingJobStatus: 'Completed' });
    const key = `jobs/${name}/output/model.tar.gz`;
    const head = await tenant.s3.send(new HeadObjectCommand({ Bucket: tenant.bucket, Key: key }));
    expect(head.ContentLength).toBeGreaterThan(0);
    await expect
      .poll(
        async () =>
          (await readdir(join(home, 'containers/volumes'))).filter((volume) =>
            volume.includes(name),
          ),
        { timeout: 10_000 },
      )
      .toEqual([]);
  },
  60_000,
);

test('a stop asked for before the kill is carried out after it', async () => {
  await submit(
    'stopping',
    `
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: (time.sleep(3), sys.exit(0)))
print('up', flush=True)
time.sleep(100)
`,
  );
  await until('stopping', ({ SecondaryStatus }) => SecondaryStatus === 'Training');
  await sleep(1500);
  await tenant.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'stopping' }));
  await killAndRestart();
  expect((await until('stopping', isEnded)).TrainingJobStatus).toBe('Stopped');
}, 60_000);
