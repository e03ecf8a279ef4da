import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { waitForWorkbench } from '@atelier/single-machine/journey';
import { withApiKey } from '@atelier/single-machine/people';
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import {
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import { Upload } from '@aws-sdk/lib-storage';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Cloud,
  createCloud,
  deploy,
  linesOf,
  put,
  train,
  untilTrained,
} from '../harness/models.ts';
import { openStack } from '../harness/stack.ts';
import { newTenant, PASSWORD, type TestTenant } from '../harness/tenants.ts';
import { outsideEnvironment } from './outside-environment.ts';

const stack = openStack();
let foo: TestTenant;
let environment: Record<string, string>;
let cloud: Cloud;

beforeAll(async () => {
  foo = await newTenant(stack, 'outside');
  await waitForWorkbench({ person: foo.admin });
  const { email } = foo.admin.user;
  environment = await outsideEnvironment(stack.instance, { email, password: PASSWORD });
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('AWS_')) delete process.env[name];
  }
  Object.assign(process.env, environment);
  // Without any configuration: the SDK finds address, region and keys in the environment.
  cloud = createCloud({
    bucket: environment.ATELIER_BUCKET ?? '',
    role: environment.ATELIER_EXECUTION_ROLE ?? '',
  });
});

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function read(key: string, range?: string): Promise<Uint8Array> {
  const { Body: body } = await cloud.s3.send(
    new GetObjectCommand({ Bucket: cloud.bucket, Key: key, ...(range && { Range: range }) }),
  );
  if (!body) throw new Error(`${key} has no body`);
  return body.transformToByteArray();
}

describe('`npm run env`', () => {
  test('gives everything that acting from outside takes, and nothing else', () => {
    expect(Object.keys(environment).sort()).toEqual([
      'ATELIER_BUCKET',
      'ATELIER_EXECUTION_ROLE',
      'ATELIER_TOKEN',
      'ATELIER_URL',
      'AWS_ACCESS_KEY_ID',
      'AWS_DEFAULT_REGION',
      'AWS_ENDPOINT_URL',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
    ]);
    expect(environment.ATELIER_URL).toBe(stack.instance.addresses.landing);
  });

  test('its token is the person', async () => {
    const holder = withApiKey(stack.instance.addresses, environment.ATELIER_TOKEN ?? '');
    const me = await holder.api('user-management').getMe();
    expect(me).toMatchObject({ email: foo.admin.user.email, tenantId: foo.tenantId });
  });
});

describe('S3 by the JavaScript SDK', () => {
  const folder = `jobs/objects-${randomBytes(4).toString('hex')}`;
  const small = 'naïve café ✓\n';

  test('an object comes back as it was put, whole and in part, under odd keys too', async () => {
    const key = `${folder}/a b+c&d=é ✓.txt`;
    await put(cloud, key, small);
    expect(new TextDecoder().decode(await read(key))).toBe(small);
    expect(new TextDecoder().decode(await read(key, 'bytes=0-1'))).toBe('na');
    const { ContentLength: length } = await cloud.s3.send(
      new HeadObjectCommand({ Bucket: cloud.bucket, Key: key }),
    );
    expect(length).toBe(Buffer.byteLength(small));
  });

  test('a stream of unknown length goes up in parts and comes back whole', async () => {
    const bytes = randomBytes((12 << 20) + 17);
    const upload = new Upload({
      client: cloud.s3,
      params: { Bucket: cloud.bucket, Key: `${folder}/large.bin`, Body: Readable.from(cut(bytes)) },
    });
    const { ETag: tag } = await upload.done();
    expect(tag).toMatch(/-3"$/);
    expect(sha256(await read(`${folder}/large.bin`))).toBe(sha256(bytes));
  });

  test('copies, lists in pages and deletes in batches', async () => {
    for (const name of ['one', 'two', 'three']) await put(cloud, `${folder}/list/${name}`, name);
    await cloud.s3.send(
      new CopyObjectCommand({
        Bucket: cloud.bucket,
        Key: `${folder}/list/copy`,
        CopySource: `${cloud.bucket}/${folder}/list/one`,
      }),
    );
    expect(new TextDecoder().decode(await read(`${folder}/list/copy`))).toBe('one');
    const first = await list(2);
    const second = await list(2, first.token);
    expect([...first.keys, ...second.keys]).toEqual(
      ['copy', 'one', 'three', 'two'].map((name) => `${folder}/list/${name}`),
    );
    expect(second.token).toBeUndefined();
    await cloud.s3.send(
      new DeleteObjectsCommand({
        Bucket: cloud.bucket,
        Delete: { Objects: [...first.keys, ...second.keys].map((Key) => ({ Key })) },
      }),
    );
    expect((await list(10)).keys).toEqual([]);
  });

  async function list(size: number, token?: string) {
    const page = await cloud.s3.send(
      new ListObjectsV2Command({
        Bucket: cloud.bucket,
        Prefix: `${folder}/list/`,
        MaxKeys: size,
        ContinuationToken: token,
      }),
    );
    const keys = (page.Contents ?? []).map(({ Key: key }) => key ?? '');
    return { keys, token: page.NextContinuationToken };
  }
});

function* cut(bytes: Buffer): Iterable<Buffer> {
  for (let from = 0; from < bytes.length; from += 1 << 20)
    yield bytes.subarray(from, from + (1 << 20));
}

const TRAIN = `
import os
import joblib
import pandas as pd
from sklearn.linear_model import LinearRegression

data = pd.read_csv(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "train.csv"))
model = LinearRegression().fit(data[["x"]].to_numpy(), data["y"])
print(f"slope {model.coef_[0]:.3f} from {len(data)} rows")
joblib.dump(model, os.path.join(os.environ["SM_MODEL_DIR"], "model.joblib"))
`;

const SERVE = `
import json
import os
import joblib

def model_fn(model_dir):
    return joblib.load(os.path.join(model_dir, "model.joblib"))

def input_fn(body, content_type):
    return json.loads(body)

def predict_fn(rows, model):
    return model.predict(rows).tolist()

def output_fn(values, accept):
    return json.dumps(values), "application/json"
`;

describe('SageMaker by the JavaScript SDK', () => {
  test('a job leaves a model and its log, an endpoint serves it and goes', async () => {
    const name = `line-${randomBytes(4).toString('hex')}`;
    const rows = Array.from({ length: 50 }, (_, x) => `${x},${3 * x + 1}`);
    await put(cloud, `jobs/${name}/data/train.csv`, `x,y\n${rows.join('\n')}\n`);
    await train(cloud, {
      name,
      program: TRAIN,
      data: { train: `s3://${cloud.bucket}/jobs/${name}/data/` },
    });
    const job = await untilTrained(cloud, name);
    expect(job.FailureReason).toBeUndefined();
    const artefact = `s3://${cloud.bucket}/jobs/${name}/output/${name}/output/model.tar.gz`;
    expect(job.ModelArtifacts?.S3ModelArtifacts).toBe(artefact);
    const { ContentLength: length } = await cloud.s3.send(
      new HeadObjectCommand({
        Bucket: cloud.bucket,
        Key: artefact.slice(`s3://${cloud.bucket}/`.length),
      }),
    );
    expect(length).toBeGreaterThan(100);
    expect(await linesOf(cloud, '/aws/sagemaker/TrainingJobs', `${name}/`)).toContain(
      'slope 3.000 from 50 rows',
    );

    await deploy(cloud, { name, script: SERVE, model: artefact });
    const { Body: body, ContentType: type } = await cloud.runtime.send(
      new InvokeEndpointCommand({
        EndpointName: name,
        ContentType: 'application/json',
        Body: JSON.stringify([[10], [100]]),
      }),
    );
    expect(type).toBe('application/json');
    const [ten, hundred] = JSON.parse(new TextDecoder().decode(body)) as number[];
    expect(ten).toBeCloseTo(31);
    expect(hundred).toBeCloseTo(301);

    await cloud.sagemaker.send(new DeleteEndpointCommand({ EndpointName: name }));
    await cloud.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name }));
    await cloud.sagemaker.send(new DeleteModelCommand({ ModelName: name }));
    await expect
      .poll(
        () =>
          cloud.sagemaker
            .send(new DescribeEndpointCommand({ EndpointName: name }))
            .catch((error: Error) => error.message),
        { timeout: 30_000 },
      )
      .toMatch(/Could not find endpoint/);
  });
});
