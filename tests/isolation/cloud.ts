import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '@atelier/single-machine/journey';
import type { SignedIn } from '@atelier/single-machine/people';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { IAMClient } from '@aws-sdk/client-iam';
import { OrganizationsClient } from '@aws-sdk/client-organizations';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  DescribeEndpointCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { STSClient } from '@aws-sdk/client-sts';

/** Clients of a person's own execution role, from outside the notebook, and where its things are. */
export interface Cloud {
  readonly accountId: string;
  readonly bucket: string;
  readonly roleArn: string;
  readonly s3: S3Client;
  readonly sagemaker: SageMakerClient;
  readonly runtime: SageMakerRuntimeClient;
  readonly logs: CloudWatchLogsClient;
  readonly sts: STSClient;
  readonly iam: IAMClient;
  readonly organizations: OrganizationsClient;
  readonly keys: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
}

export async function cloudOf(person: SignedIn): Promise<Cloud> {
  const keys = await person.api('workbench-management').issueCredentials();
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  const config = {
    region: keys.region,
    maxAttempts: 1,
    ...(keys.endpointUrl === null ? {} : { endpoint: keys.endpointUrl }),
    credentials,
  };
  return {
    accountId: keys.executionRoleArn.split(':')[4] ?? '',
    bucket: keys.bucket,
    roleArn: keys.executionRoleArn,
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sagemaker: new SageMakerClient(config),
    runtime: new SageMakerRuntimeClient(config),
    logs: new CloudWatchLogsClient(config),
    sts: new STSClient(config),
    iam: new IAMClient(config),
    organizations: new OrganizationsClient(config),
    keys: credentials,
  };
}

/** Answers every row alike: enough to keep the contract of a slot, and no work for a small machine. */
const INFERENCE = `
import json

def model_fn(model_dir):
    return None

def input_fn(body, content_type):
    return json.loads(body)["instances"]

def predict_fn(rows, model):
    return [0.5 for _ in rows]

def output_fn(probabilities, accept):
    print("asked for", len(probabilities), flush=True)
    return json.dumps({"predictions": [{"probability": p} for p in probabilities]}), accept
`;

async function modelArchive(): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-model-'));
  try {
    await mkdir(join(folder, 'code'));
    await writeFile(join(folder, 'code', 'inference.py'), INFERENCE);
    await promisify(execFile)('tar', ['-czf', 'model.tar.gz', 'code'], { cwd: folder });
    return await readFile(join(folder, 'model.tar.gz'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A running endpoint of the person's account, that answers as the churn slot wants it. */
export async function deployEndpoint(cloud: Cloud, name: string): Promise<void> {
  const key = `models/${name}/model.tar.gz`;
  await cloud.s3.send(
    new PutObjectCommand({ Bucket: cloud.bucket, Key: key, Body: await modelArchive() }),
  );
  await cloud.sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: cloud.roleArn,
      PrimaryContainer: {
        Image: 'atelier/workbench',
        ModelDataUrl: `s3://${cloud.bucket}/${key}`,
        Environment: { SAGEMAKER_PROGRAM: 'inference.py' },
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
  const endpoint = await until({
    what: `the endpoint ${name}`,
    ask: () => cloud.sagemaker.send(new DescribeEndpointCommand({ EndpointName: name })),
    done: ({ EndpointStatus: status }) => status !== 'Creating',
    withinMs: 60_000,
  });
  if (endpoint.EndpointStatus !== 'InService') {
    throw new Error(`${name} is ${endpoint.EndpointStatus}: ${endpoint.FailureReason ?? ''}`);
  }
}
