import type { RequestListener } from 'node:http';
import { userPrefix } from '@atelier/account-baseline';
import {
  generateShop,
  openTestData,
  purchasesCsv,
  type TestData,
} from '@atelier/single-machine/shop';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openNotebook } from '../notebook-client/index.ts';
import { makePerson, presign, type SpacePerson, startApp } from '../testing/space-person.ts';
import { type SpacesStudio, startSpacesStudio } from '../testing/spaces-studio.ts';
import { allowAll } from '../testing/test-studio.ts';

interface Registration {
  readonly slot: string;
  readonly endpointName: string;
}

/** The product's API as far as the notebook asks it: a stand-in, since the services are not part of Studio. */
const createProduct = () => {
  const state = {
    asOf: '',
    manifests: {} as Record<string, string>,
    registrations: [] as Registration[],
    proofs: [] as string[],
  };
  const answer = (method: string, path: string, body: string): unknown => {
    if (path === '/api/customer-management/as-of') return { asOf: state.asOf, isToday: false };
    if (path.startsWith('/api/data-management/extracts')) {
      return {
        items: [{ id: 'x', state: 'succeeded', manifests: state.manifests }],
        nextCursor: null,
      };
    }
    const slot = /^\/api\/customer-management\/slots\/(.+)\/bindings$/.exec(path)?.[1];
    if (method === 'POST' && slot !== undefined) {
      const { endpointName } = JSON.parse(body) as { endpointName: string };
      state.registrations.push({ slot, endpointName });
      return { id: 'b', version: 1, state: 'checking' };
    }
    if (path === '/api/customer-management/bindings/b') {
      return { id: 'b', version: 1, state: 'checked', check: null };
    }
    return null;
  };
  const listener: RequestListener = (request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const authorization = request.headers.authorization ?? '';
      const path = request.url ?? '';
      if (path === '/auth/workbench-identity') {
        state.proofs.push(authorization);
        response.end(JSON.stringify({ token: 'short', expiresInSeconds: 300 }));
        return;
      }
      const found =
        authorization === 'Bearer short' ? answer(request.method ?? '', path, body) : null;
      response.statusCode = found === null ? 404 : 200;
      response.end(JSON.stringify(found ?? { code: 'not_found', title: path }));
    });
  };
  return { state, listener };
};

const product = createProduct();
let studio: SpacesStudio;
let person: SpacePerson;

beforeAll(async () => {
  studio = await startSpacesStudio({ frontDoor: product.listener });
  person = await makePerson(studio, await studio.createWorkbench());
  await startApp(person);
});
afterAll(() => studio?.stop());

/** What an extract would have left, written by the notebook's own user from the raw file. */
const prepare = (data: TestData, prefix: string): string => `
import hashlib, io, json
import boto3, pandas as pd
s3 = boto3.client("s3")
raw = io.StringIO(s3.get_object(Bucket="${person.bucket}", Key="${prefix}raw")["Body"].read().decode())
${
  data.purchaseFormat.kind === 'cdnow'
    ? `purchases = pd.read_csv(raw, sep=r"\\s+", header=None, names=["_", "customer_id", "purchased_on", "quantity", "amount"], dtype={"customer_id": str, "purchased_on": str})`
    : `purchases = pd.read_csv(raw, dtype={"customer_id": str}).rename(columns={"value": "amount"})`
}
purchases["purchased_on"] = pd.to_datetime(purchases["purchased_on"]).dt.date
customers = pd.DataFrame({"id": sorted(set(purchases["customer_id"]))})
for name, frame in {"purchases": purchases, "customers": customers}.items():
    body = io.BytesIO(); frame.to_parquet(body, index=False); body = body.getvalue()
    key = f"${prefix}{name}/part-0.parquet"
    s3.put_object(Bucket="${person.bucket}", Key=key, Body=body)
    manifest = {"files": [{"key": key, "bytes": len(body), "rows": len(frame), "sha256": hashlib.sha256(body).hexdigest()}], "rows": len(frame), "schema": [], "publishedAt": "2026-01-01T00:00:00Z"}
    s3.put_object(Bucket="${person.bucket}", Key=f"${prefix}{name}/manifest.json", Body=json.dumps(manifest).encode())
print(len(customers), len(purchases))
`;

const runOn = async (name: string, data: TestData): Promise<string> => {
  const prefix = `${userPrefix(person.userId)}${name}/`;
  const keys = await studio.createKeys({ accountId: person.accountId, permissions: allowAll });
  const s3 = new S3Client({
    endpoint: studio.url,
    region: 'us-east-1',
    credentials: keys,
    forcePathStyle: true,
  });
  await s3.send(
    new PutObjectCommand({ Bucket: person.bucket, Key: `${prefix}raw`, Body: data.purchases }),
  );
  s3.destroy();
  const session = await openNotebook(await presign(person));
  const kernel = await session.startKernel();
  const prepared = await kernel.execute(prepare(data, prefix));
  kernel.close();
  expect(prepared.error).toBeNull();
  expect(prepared.text).toBe(`${data.counts.customers} ${data.counts.purchases}\n`);
  product.state.asOf = data.purchaseFormat.asOf;
  product.state.manifests = Object.fromEntries(
    ['customers', 'purchases'].map((dataset) => [
      dataset,
      `s3://${person.bucket}/${prefix}${dataset}/manifest.json`,
    ]),
  );
  const startedMs = performance.now();
  const run = await session.runNotebook('churn.ipynb', { timeoutMs: 110_000 });
  const tookMs = performance.now() - startedMs;
  process.stdout.write(`${name}: ${(tookMs / 1000).toFixed(1)} s\n${run.text}\n`);
  expect(tookMs).toBeLessThan(110_000);
  return run.text;
};

const figures = (text: string, contender: string): { auc: number; logLoss: number } => {
  const [, auc, logLoss] =
    new RegExp(`^${contender} +AUC ([0-9.]+) +log loss ([0-9.]+)$`, 'm').exec(text) ?? [];
  return { auc: Number(auc), logLoss: Number(logLoss) };
};

test('the churn notebook runs from top to bottom on the test data and beats the built-in on it', async () => {
  const data = openTestData(process.env);
  const text = await runOn('test-data', data);
  const own = figures(text, 'your model');
  const builtIn = figures(text, 'built-in');
  expect(own.auc).toBeGreaterThan(builtIn.auc);
  expect(own.logLoss).toBeLessThan(builtIn.logLoss);
  expect(text).toContain(`${data.counts.customers.toLocaleString('en-US')} customers scored`);
  const endpoint = /endpoint (\S+) is version 1 of customer-churn\/1/.exec(text)?.[1];
  expect(product.state.registrations.at(-1)).toEqual({
    slot: 'customer-churn/1',
    endpointName: endpoint,
  });
  expect(product.state.proofs[0]?.split('.')).toHaveLength(3);
});

test('the churn notebook runs on a generated shop', async () => {
  const shop = generateShop({ seed: 'notebook', size: 1_500, endDate: '2026-06-30' });
  const text = await runOn('shop', {
    source: 'generated',
    customers: '',
    purchases: purchasesCsv(shop.purchases),
    purchaseFormat: { kind: 'generated', asOf: '2026-06-30' },
    counts: {
      customers: new Set(shop.purchases.map(({ customerId }) => customerId)).size,
      purchases: shop.purchases.length,
    },
  });
  expect(figures(text, 'your model').auc).toBeGreaterThan(0.5);
});
