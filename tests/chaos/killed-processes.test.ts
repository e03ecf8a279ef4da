import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { manifest } from '@atelier/contracts';
import {
  importFile,
  importTestData,
  until,
  waitForWorkbench,
} from '@atelier/single-machine/journey';
import { anonymous, readMail, type SignedIn, signIn } from '@atelier/single-machine/people';
import { shopData } from '@atelier/single-machine/shop';
import { superuserUrl } from '@atelier/single-machine/testing';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DescribeTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cloud, cloudOf, linesOf, train } from '../harness/models.ts';
import { newTenant, PASSWORD, type TestTenant } from '../harness/tenants.ts';
import {
  answerOf,
  type BrokenStack,
  RECOVERY_BOUND_MS,
  say,
  seconds,
  startBrokenStack,
} from './broken-stack.ts';

const CUSTOMERS = 300;
const shop = shopData('chaos', CUSTOMERS);

let stack: BrokenStack;
let foo: TestTenant;
let cloud: Cloud;

beforeAll(async () => {
  stack = await startBrokenStack();
  foo = await newTenant(stack, 'foo');
  await waitForWorkbench({ person: foo.admin });
  await importTestData(foo.admin, shop);
  cloud = await cloudOf(foo.admin);
}, 240_000);

afterAll(async () => {
  expect(await stack.stop()).toEqual([]);
}, 120_000);

/** Waits for what a killed process was at, and says how long it took from its return. */
async function resumed<Value>(options: {
  readonly what: string;
  readonly backAt: number;
  readonly ask: () => Promise<Value>;
  readonly done: (value: Value) => boolean;
}): Promise<Value> {
  const value = await until({
    what: options.what,
    ask: () => answerOf(options.ask),
    done: (answer) => answer !== null && options.done(answer),
    withinMs: RECOVERY_BOUND_MS,
  });
  say(`${options.what}: ${seconds(performance.now() - options.backAt)} after that`);
  if (value === null) throw new Error('an answer was waited for');
  return value;
}

describe('the worker is killed', () => {
  test('in the middle of an extract: it is published once, whole', async () => {
    const data = foo.admin.api('data-management');
    // Whoever reads purchases waits, on the replica too: the extract stands in its middle for as long as this is held.
    const blocker = new pg.Client(await superuserUrl(stack.instance, 'atelier'));
    await blocker.connect();
    await blocker.query('begin; lock table customer_management.purchases in access exclusive mode');
    const { id } = await data.requestExtract({
      body: { datasets: [{ name: 'customers' }, { name: 'purchases' }], purpose: 'Chaos' },
      idempotencyKey: crypto.randomUUID(),
    });
    const replica = new pg.Client(await superuserUrl(stack.instance, 'atelier', 'replica'));
    await replica.connect();
    await until({
      what: 'the extract that waits in its middle',
      ask: async () => {
        const { rows } = await replica.query(
          "select 1 from pg_stat_activity where usename like 'extract%' and wait_event_type = 'Lock'",
        );
        return rows.length;
      },
      done: (waiting) => waiting > 0,
      withinMs: 30_000,
    });
    await replica.end();
    const { backAt } = await stack.kill('worker');
    await blocker.query('rollback');
    await blocker.end();
    const extract = await resumed({
      what: 'the extract is published',
      backAt,
      ask: () => data.getExtract({ params: { extractId: id } }),
      done: ({ state }) => state === 'succeeded' || state === 'failed',
    });
    expect(extract).toMatchObject({ state: 'succeeded', cause: null });

    for (const [dataset, address] of Object.entries(extract.manifests)) {
      const key = address.slice(`s3://${cloud.bucket}/`.length);
      const told = manifest.parse(JSON.parse(new TextDecoder().decode(await read(key))));
      expect(told.rows).toBe(shop.counts[dataset as 'customers' | 'purchases']);
      for (const file of told.files) {
        const sha256 = createHash('sha256')
          .update(await read(file.key))
          .digest('hex');
        expect(sha256).toBe(file.sha256);
      }
      const below = await keysBelow(key.slice(0, key.lastIndexOf('/') + 1));
      expect(below.filter((one) => one.endsWith('manifest.json'))).toEqual([key]);
      const unlisted = below.filter(
        (one) => one !== key && !told.files.some((file) => file.key === one),
      );
      expect(unlisted).toEqual([]);
    }
  }, 120_000);
});

async function read(key: string): Promise<Uint8Array> {
  const { Body: body } = await cloud.s3.send(
    new GetObjectCommand({ Bucket: cloud.bucket, Key: key }),
  );
  return (await body?.transformToByteArray()) ?? new Uint8Array();
}

async function keysBelow(prefix: string): Promise<string[]> {
  const { Contents: objects } = await cloud.s3.send(
    new ListObjectsV2Command({ Bucket: cloud.bucket, Prefix: prefix }),
  );
  return (objects ?? []).map(({ Key: key }) => key ?? '');
}

describe('the services are killed', () => {
  test('right after a sign-up was verified, and again while the workbench is made: one of each', async () => {
    const { addresses } = stack.instance;
    const company = `killed-${randomBytes(4).toString('hex')}`;
    const email = `tess@${company}.example`;
    const registration = anonymous(addresses).api('registration');
    await registration.register({
      body: { company, name: 'Tess Admin', email },
      idempotencyKey: crypto.randomUUID(),
    });
    const { links } = await readMail({ addresses, to: email });
    const token = new URL(links[0] ?? '').searchParams.get('token') ?? '';
    const verified = await registration.verifyRegistration({ body: { token, password: PASSWORD } });

    await stack.kill('services');
    await inTheMiddle();
    const second = await stack.kill('services');
    await resumed({
      what: 'the company is active',
      backAt: second.backAt,
      ask: () =>
        registration.getRegistration({
          params: { registrationId: verified.id },
          headers: { 'atelier-registration-token': verified.token },
        }),
      done: ({ state }) => state === 'active',
    });
    const tess = await signIn({ addresses, application: 'crm', email, password: PASSWORD });
    const { accountId } = await resumed({
      what: 'the workbench is ready',
      backAt: second.backAt,
      ask: () => tess.api('workbench-management').getWorkbench(),
      done: ({ state }) => state === 'ready' || state === 'failed',
    });
    expect(accountId).toMatch(/^\d{12}$/);
    await expectOneOfEach(tess, company);
  }, 180_000);
});

/** Returns while the workbench is being made, with some steps done and some to do. */
async function inTheMiddle(): Promise<void> {
  const database = new pg.Client(await superuserUrl(stack.instance, 'atelier'));
  await database.connect();
  try {
    for (const deadline = performance.now() + 60_000; ; await delay(20)) {
      const { rows } = await database.query<{ done: number }>(
        `select count(*) filter (where step.value->>'state' = 'succeeded')::int as done
           from cloud.state, json_each(state->'steps') as step
          where kind = 'workbench' and state->>'state' = 'running'`,
      );
      const { done = 0 } = rows[0] ?? {};
      if (done > 0) {
        say(`the services are killed with ${done} of the workbench's steps done`);
        return;
      }
      if (performance.now() > deadline) throw new Error('nobody makes a workbench');
    }
  } finally {
    await database.end();
  }
}

async function expectOneOfEach(tess: SignedIn, company: string): Promise<void> {
  const operator = await stack.signInOperator();
  const tenants = await operator
    .api('tenant-management')
    .listTenants({ query: { search: company } });
  expect(tenants.items).toHaveLength(1);
  const users = await tess.api('user-management').listUsers();
  expect(users.items).toHaveLength(1);
  const tenantId = tess.user.tenantId ?? '';
  const roles = await stack.query(
    'studio',
    "select name from iam_roles where path = '/atelier/tenant/' and name like $1",
    [`%${tenantId}%`],
  );
  expect(roles).toHaveLength(1);
  const [counted] = await stack.query<{ accounts: number; tenants: number }>(
    'studio',
    "select (select count(*)::int from accounts where kind = 'tenant' and status = 'ACTIVE') as accounts, (select count(*)::int from iam_roles where path = '/atelier/tenant/') as tenants",
  );
  // FOO and the company that was killed.
  expect(counted).toEqual({ accounts: 2, tenants: 2 });
}

describe('Studio is killed', () => {
  test('in the middle of a training job: it completes, with one artefact', async () => {
    const name = `killed-${randomBytes(4).toString('hex')}`;
    await train(cloud, {
      name,
      program:
        'import os, time\nprint("begun", flush=True)\ntime.sleep(8)\n' +
        'open(os.path.join(os.environ["SM_MODEL_DIR"], "model"), "w").write("trained")\n' +
        'print("ended", flush=True)\n',
    });
    await until({
      what: 'the first line of the job',
      ask: () => answerOf(() => lines(name)),
      done: (found) => found?.includes('begun') === true,
      withinMs: 60_000,
    });
    const { backAt } = await stack.kill('studio');
    const job = await resumed({
      what: 'the job has ended',
      backAt,
      ask: () => cloud.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: name })),
      done: ({ TrainingJobStatus: status }) => status !== 'InProgress',
    });
    expect(job.FailureReason).toBeUndefined();
    expect(job.TrainingJobStatus).toBe('Completed');
    const artefacts = (await keysBelow(`jobs/${name}/output/`)).filter((key) =>
      key.endsWith('model.tar.gz'),
    );
    expect(artefacts).toHaveLength(1);
    const told = await lines(name);
    expect(told.filter((line) => line === 'ended')).toHaveLength(1);
  }, 150_000);

  const lines = (name: string) => linesOf(cloud, '/aws/sagemaker/TrainingJobs', `${name}/`);
});

describe('the front-door is killed', () => {
  test('and whoever was signed in still is', async () => {
    const { backAt } = await stack.kill('front-door');
    const me = await resumed({
      what: 'the session goes on',
      backAt,
      ask: () => foo.admin.api('user-management').getMe(),
      done: () => true,
    });
    expect(me.email).toBe(foo.admin.user.email);
  }, 120_000);
});

describe('PostgreSQL is killed', () => {
  test('in the middle of an import: every line is there once, and the scores follow', async () => {
    const bar = await newTenant(stack, 'bar');
    const api = bar.admin.api('customer-management');
    const { customers, purchases } = shopData('bar', 3000);
    await importFile({
      person: bar.admin,
      kind: 'customers',
      fileName: 'customers.csv',
      content: customers,
      mapping: {
        separator: 'comma',
        header: true,
        columns: { customerId: 'customer_id', name: 'name', email: 'email' },
      },
    });
    const bytes = new TextEncoder().encode(purchases);
    const { id } = await api.createImport({
      body: { kind: 'purchases', fileName: 'purchases.csv', bytes: bytes.length },
      idempotencyKey: crypto.randomUUID(),
    });
    const params = { importId: id };
    await api.uploadImportFile({ params, body: bytes });
    await api.startImport({
      params,
      body: {
        separator: 'comma',
        header: true,
        columns: {
          customerId: 'customer_id',
          purchasedOn: 'purchased_on',
          quantity: 'quantity',
          value: 'value',
        },
      },
    });
    const { backAt } = await stack.kill('postgres-primary');
    const view = await resumed({
      what: 'the import has ended',
      backAt,
      ask: () => api.getImport({ params }),
      done: ({ state }) => state === 'succeeded' || state === 'failed',
    });
    expect(view.state).toBe('succeeded');
    const lines = purchases.trim().split('\n').length - 1;
    const [kept] = await stack.query<{ count: number }>(
      'atelier',
      'select count(*)::int from customer_management.purchases where tenant_id = $1',
      [bar.tenantId],
    );
    expect(kept?.count).toBe(lines);
    await resumed({
      what: 'every customer has a score',
      backAt,
      ask: () => api.listCustomers({ query: { limit: 50, sort: '-churn' } }),
      done: ({ items }) => items.every(({ churn }) => churn !== null),
    });
  }, 180_000);
});
