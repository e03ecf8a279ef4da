import { stdout } from 'node:process';
import { zstdDecompressSync } from 'node:zlib';
import { manifest, ProblemError } from '@atelier/contracts';
import {
  activate,
  checkedBinding,
  extractForChurn,
  importTestData,
  launchWorkbench,
  runChurnNotebook,
  until,
  waitForWorkbench,
} from '@atelier/single-machine/journey';
import type { SignedIn } from '@atelier/single-machine/people';
import { openTestData, shopData } from '@atelier/single-machine/shop';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DeleteEndpointCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { openStack } from '../harness/stack.ts';
import { newTenant } from '../harness/tenants.ts';
import { createStory } from './steps.ts';

const SOURCES = { query: { limit: 200 } };
/** An answer is due within 300 ms; a shared machine gets a generous bound, and the time is printed. */
const ANSWER_BOUND_MS = 5000;

/** The code of the refusal that a call ends in. */
const refusal = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'succeeded',
    (error: unknown) => {
      if (error instanceof ProblemError) return error.problem.code;
      throw error;
    },
  );

/** Every customer's stored score. */
const everyScore = async (person: SignedIn) => {
  const api = person.api('customer-management');
  const scores = [];
  let cursor: string | null = null;
  do {
    const page = await api.listCustomers({
      query: { ...SOURCES.query, ...(cursor === null ? {} : { cursor }) },
    });
    scores.push(...page.items.map(({ id, churn }) => ({ id, churn })));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return scores;
};

/** Clients of a person's own execution role, from outside the notebook. */
const cloudOf = async (person: SignedIn) => {
  const keys = await person.api('workbench-management').issueCredentials();
  const config = {
    region: keys.region,
    ...(keys.endpointUrl === null ? {} : { endpoint: keys.endpointUrl }),
    credentials: keys,
  };
  return {
    bucket: keys.bucket,
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sagemaker: new SageMakerClient(config),
  };
};

test('a tenant takes its data, trains a model, puts it back, and leaves', async () => {
  const stack = openStack();
  const story = createStory();
  const data = openTestData(process.env);
  stdout.write(`  data: ${data.source}\n`);

  const foo = await story.step('1  FOO signs up and is active', () => newTenant(stack, 'foo'));
  const bar = await story.step('   BAR signs up and is active', () => newTenant(stack, 'bar'));
  const mara = await story.step('   Mara joins by invitation', () => foo.join('marketer'));
  const dev = await story.step('   Dev joins by invitation', () => foo.join('data_scientist'));

  await story.step('2  the workbench is provisioned, step by step', async () => {
    const { accountId } = await waitForWorkbench({ person: foo.admin });
    const { request } = await foo.admin.api('workbench-management').getWorkbench();
    expect(request?.steps.map(({ state }) => state)).toEqual(Array(6).fill('succeeded'));
    const record = await foo.admin.api('tenant-management').getTenant();
    expect(record.accountId).toBe(accountId);
  });

  await story.step(`3  ${data.counts.purchases} purchases are imported`, async () => {
    await importTestData(mara, data);
    const { total } = await mara.api('customer-management').listCustomers();
    expect(total).toBe(data.counts.customers);
  });
  await importTestData(bar.admin, shopData('bar', 200));

  await story.step('4  Mara sees the built-in statistics, labelled', async () => {
    const scores = await until({
      what: 'the built-in scores',
      ask: () => everyScore(mara),
      done: (all) => all.every(({ churn }) => churn !== null),
      withinMs: 60_000,
    });
    expect(new Set(scores.map(({ churn }) => churn?.source))).toEqual(new Set(['built-in']));
  });

  const extract = await story.step(
    '5  Dev gets a masked extract as Parquet with a manifest',
    async () => {
      const preview = await dev.api('data-management').previewDataset({
        params: { dataset: 'customers' },
        body: { filter: [] },
      });
      expect(preview.rows).toHaveLength(20);
      return extractForChurn(dev);
    },
  );
  await story.step('   the files are as the manifest says, and hold nothing personal', async () => {
    const { s3, bucket } = await cloudOf(dev);
    const read = async (key: string) => {
      const { Body: body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return (await body?.transformToByteArray()) ?? new Uint8Array();
    };
    for (const [dataset, uri] of Object.entries(extract.manifests)) {
      const text = new TextDecoder().decode(await read(uri.replace(`s3://${bucket}/`, '')));
      const told = manifest.parse(JSON.parse(text));
      expect(told.rows, dataset).toBe(
        dataset === 'customers' ? data.counts.customers : data.counts.purchases,
      );
      for (const { key, rows } of told.files) {
        const bytes = await read(key);
        const found = await parquetReadObjects({
          file: bytes.slice().buffer,
          compressors: { ZSTD: (input) => zstdDecompressSync(input) },
        });
        expect(found).toHaveLength(rows);
        expect(JSON.stringify(found)).not.toMatch(/@\w|example/);
      }
    }
  });

  const session = await story.step('6  Dev opens JupyterLab without signing in again', () =>
    launchWorkbench(dev),
  );
  const run = await story.step(
    '7  the notebook trains, evaluates, deploys, scores and registers',
    () => runChurnNotebook(session),
  );
  const measured = run.text.split('\n').filter((line) => /AUC/.test(line));
  stdout.write(measured.map((line) => `           ${line}\n`).join(''));
  const [model, builtIn] = measured.map((line) => ({
    auc: Number(/AUC ([\d.]+)/.exec(line)?.[1]),
    logLoss: Number(/log loss ([\d.]+)/.exec(line)?.[1]),
  }));
  expect(model?.auc).toBeGreaterThan(builtIn?.auc ?? 1);
  expect(model?.logLoss).toBeLessThan(builtIn?.logLoss ?? 0);

  const binding = await story.step('8  the contract check passes', () => checkedBinding(dev));
  await story.step('   Dev activates the model; every customer is scored', async () => {
    const scored = await activate(dev, binding);
    expect(scored).toBe(data.counts.customers);
  });

  const someone = await story.step('9  Mara sees FOO’s model, BAR the statistics', async () => {
    const scores = await everyScore(mara);
    for (const { churn } of scores) {
      expect(churn).toMatchObject({
        source: 'stored',
        model: binding.endpointName,
        version: binding.version,
      });
    }
    const theirs = await everyScore(bar.admin);
    expect(new Set(theirs.map(({ churn }) => churn?.source))).toEqual(new Set(['built-in']));
    const first = scores[0];
    if (first === undefined) throw new Error('FOO has no customers');
    const live = await mara
      .api('customer-management')
      .getChurnScore({ params: { customerId: first.id } });
    expect(live).toMatchObject({ source: 'model', fallback: null });
    expect(live.probability).toBeCloseTo(first.churn?.probability ?? -1, 6);
    return first;
  });

  const ask = () =>
    mara.api('customer-management').getChurnScore({ params: { customerId: someone.id } });
  await story.step('10 the endpoint is gone: answers keep coming, labelled', async () => {
    const { sagemaker } = await cloudOf(dev);
    await sagemaker.send(new DeleteEndpointCommand({ EndpointName: binding.endpointName }));
    const instead = await until({
      what: 'an answer without the model',
      ask: async () => {
        const began = performance.now();
        const score = await ask();
        return { score, ms: performance.now() - began };
      },
      done: ({ score }) => score.source !== 'model',
      withinMs: 30_000,
    });
    stdout.write(
      `           answered in ${Math.round(instead.ms)} ms as ${instead.score.source}\n`,
    );
    expect(instead.score).toMatchObject({ source: 'stored', model: binding.endpointName });
    expect(instead.score.fallback?.cause).toBeDefined();
    expect(instead.ms).toBeLessThan(ANSWER_BOUND_MS);
  });
  await story.step('   the model returns by itself when the endpoint does', async () => {
    const notebook = await session.startKernel();
    try {
      const { error } = await notebook.execute(
        `import boto3\nsm = boto3.client('sagemaker')\nname = '${binding.endpointName}'\n` +
          'sm.create_endpoint(EndpointName=name, EndpointConfigName=name)',
      );
      expect(error).toBeNull();
    } finally {
      notebook.close();
    }
    await until({
      what: 'the model’s return',
      ask,
      done: ({ source, fallback }) => source === 'model' && fallback === null,
      withinMs: 90_000,
    });
  });

  await story.step('11 BAR reaches nothing of FOO’s, and it is recorded', async () => {
    const api = bar.admin.api('customer-management');
    const params = { customerId: someone.id };
    expect(await refusal(api.getCustomer({ params }))).toBe('not_found');
    expect(await refusal(api.getChurnScore({ params }))).toBe('not_found');
    expect(
      await refusal(
        bar.admin.api('data-management').getExtract({ params: { extractId: extract.id } }),
      ),
    ).toBe('not_found');
    const { items } = await api.listAudit();
    expect(items).toContainEqual(
      expect.objectContaining({ operation: 'customer-management.getCustomer', outcome: 'refused' }),
    );
    await waitForWorkbench({ person: bar.admin });
    const theirs = await cloudOf(bar.admin);
    const ours = await cloudOf(dev);
    const list = new ListObjectsV2Command({ Bucket: ours.bucket, Prefix: 'users/' });
    await expect(theirs.s3.send(list)).rejects.toThrow(/not authorized|Access ?Denied/i);
  });

  await story.step('12 FOO is suspended: everybody is out within seconds', async () => {
    const operator = await stack.signInOperator();
    const tenants = operator.api('tenant-management');
    const params = { tenantId: foo.tenantId };
    await tenants.suspendTenant({ params, body: { reason: 'leaves' } });
    await until({
      what: 'the end of Mara’s session',
      ask: () => refusal(mara.api('customer-management').getAsOf()),
      done: (code) => code !== 'succeeded',
      withinMs: 15_000,
    });
  });
  await story.step('   FOO is deleted, account and all', async () => {
    const operator = await stack.signInOperator();
    const tenants = operator.api('tenant-management');
    const params = { tenantId: foo.tenantId };
    const { slug } = await tenants.getTenantAsOperator({ params });
    await tenants.deleteTenant({ params, body: { confirmation: slug } });
    const gone = await until({
      what: 'the deletion',
      ask: () => tenants.getTenantAsOperator({ params }),
      done: ({ state, offboarding }) => state === 'deleted' || offboarding?.state === 'failed',
      withinMs: 180_000,
    });
    expect(
      gone.offboarding?.steps.map(({ name, state, cause }) => ({ name, state, cause })),
    ).toEqual(
      gone.offboarding?.steps.map(({ name }) => ({ name, state: 'succeeded', cause: null })),
    );
    expect(gone).toMatchObject({ state: 'deleted', accountId: null });
  });
  story.print();
});
