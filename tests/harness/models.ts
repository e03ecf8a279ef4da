import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '@atelier/single-machine/journey';
import type { SignedIn } from '@atelier/single-machine/people';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
  DescribeEndpointCommand,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobCommandOutput,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';

const run = promisify(execFile);

export const SCIKIT_LEARN_IMAGE =
  '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3';

/** AWS clients of one person, and where that person may store. */
export interface Cloud {
  readonly bucket: string;
  readonly role: string;
  readonly s3: S3Client;
  readonly sagemaker: SageMakerClient;
  readonly runtime: SageMakerRuntimeClient;
  readonly logs: CloudWatchLogsClient;
}

/** Clients as the SDKs build them from `config`, or without one from the environment alone. */
export function createCloud(
  place: { readonly bucket: string; readonly role: string },
  config: ConstructorParameters<typeof SageMakerClient>[0] & object = {},
): Cloud {
  return {
    ...place,
    s3: new S3Client(config as object),
    sagemaker: new SageMakerClient(config),
    runtime: new SageMakerRuntimeClient(config as object),
    logs: new CloudWatchLogsClient(config as object),
  };
}

/** Clients under the keys that the product gives a person for work outside of the notebook. */
export async function cloudOf(person: SignedIn): Promise<Cloud> {
  const keys = await person.api('workbench-management').issueCredentials();
  return createCloud(
    { bucket: keys.bucket, role: keys.executionRoleArn },
    {
      region: keys.region,
      credentials: keys,
      // What is being restarted is asked again by the test, not by the SDK.
      maxAttempts: 1,
      ...(keys.endpointUrl === null ? {} : { endpoint: keys.endpointUrl }),
    },
  );
}

/** A .tar.gz of texts by path. */
export async function archiveOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-archive-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const { stdout } = await run('tar', ['-czf', '-', '-C', folder, ...Object.keys(files)], {
      encoding: 'buffer',
      maxBuffer: 16 << 20,
    });
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Stores an object and answers its address. */
export async function put(cloud: Cloud, key: string, body: Buffer | string): Promise<string> {
  await cloud.s3.send(new PutObjectCommand({ Bucket: cloud.bucket, Key: key, Body: body }));
  return `s3://${cloud.bucket}/${key}`;
}

/** Starts a training job of one script. */
export async function train(
  cloud: Cloud,
  options: {
    readonly name: string;
    readonly program: string;
    /** By channel: where its data lies. */
    readonly data?: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const { name, program, data = {} } = options;
  const archive = await archiveOf({ 'train.py': program });
  const source = await put(cloud, `jobs/${name}/source.tar.gz`, archive);
  await cloud.sagemaker.send(
    new CreateTrainingJobCommand({
      TrainingJobName: name,
      RoleArn: cloud.role,
      AlgorithmSpecification: { TrainingImage: SCIKIT_LEARN_IMAGE, TrainingInputMode: 'File' },
      HyperParameters: { sagemaker_program: 'train.py', sagemaker_submit_directory: source },
      InputDataConfig: Object.entries(data).map(([ChannelName, S3Uri]) => ({
        ChannelName,
        DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri } },
      })),
      OutputDataConfig: { S3OutputPath: `s3://${cloud.bucket}/jobs/${name}/output` },
      ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 300 },
    }),
  );
}

/** Returns the job once it has ended, however it did. */
export function untilTrained(
  cloud: Cloud,
  name: string,
  withinMs = 120_000,
): Promise<DescribeTrainingJobCommandOutput> {
  return until({
    what: `the end of ${name}`,
    ask: () => cloud.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name })),
    done: ({ TrainingJobStatus: status }) =>
      status === 'Completed' || status === 'Failed' || status === 'Stopped',
    withinMs,
  });
}

/** Serves a script with a model archive, by default one that holds the script alone; returns once it is in service. */
export async function deploy(
  cloud: Cloud,
  options: {
    readonly name: string;
    readonly script: string;
    /** A `model.tar.gz` in S3. */
    readonly model?: string;
    readonly environment?: Readonly<Record<string, string>>;
  },
): Promise<void> {
  const { name, script } = options;
  const archive = await archiveOf({ 'inference.py': script });
  const source = await put(cloud, `models/${name}/source.tar.gz`, archive);
  await cloud.sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: cloud.role,
      PrimaryContainer: {
        Image: SCIKIT_LEARN_IMAGE,
        ModelDataUrl: options.model ?? source,
        Environment: {
          ...options.environment,
          SAGEMAKER_PROGRAM: 'inference.py',
          SAGEMAKER_SUBMIT_DIRECTORY: source,
        },
      },
    }),
  );
  await cloud.sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [
        {
          VariantName: 'main',
          ModelName: name,
          InstanceType: 'ml.m5.large',
          InitialInstanceCount: 1,
        },
      ],
    }),
  );
  await cloud.sagemaker.send(
    new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }),
  );
  await untilInService(cloud, name);
}

async function untilInService(cloud: Cloud, name: string): Promise<void> {
  const endpoint = await until({
    what: `the endpoint ${name}`,
    ask: () => cloud.sagemaker.send(new DescribeEndpointCommand({ EndpointName: name })),
    done: ({ EndpointStatus: status }) => status !== 'Creating' && status !== 'Updating',
    withinMs: 120_000,
  });
  if (endpoint.EndpointStatus !== 'InService') {
    throw new Error(`${name} is ${endpoint.EndpointStatus}: ${endpoint.FailureReason}`);
  }
}

/** The lines of a job or an endpoint, oldest first. */
export async function linesOf(
  cloud: Cloud,
  logGroupName: string,
  logStreamNamePrefix: string,
): Promise<string[]> {
  const { events } = await cloud.logs.send(
    new FilterLogEventsCommand({ logGroupName, logStreamNamePrefix }),
  );
  return (events ?? []).map(({ message }) => message ?? '');
}
