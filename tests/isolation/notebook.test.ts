import { glob, readFile } from 'node:fs/promises';
import { connect as dial } from 'node:net';
import { networkInterfaces } from 'node:os';
import { purposeRoleArn, spaceName, userProfileName } from '@atelier/account-baseline';
import { importTestData, launchWorkbench, waitForWorkbench } from '@atelier/single-machine/journey';
import { createCookieJar, withApiKey } from '@atelier/single-machine/people';
import { shopData } from '@atelier/single-machine/shop';
import type { NotebookSession } from '@atelier/studio/notebook-client';
import { DescribeLogStreamsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  DescribeEndpointCommand,
  DescribeSpaceCommand,
  ListDomainsCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { openStack, type Stack } from '../harness/stack.ts';
import { PASSWORD } from '../harness/tenants.ts';
import { createAuditTrail } from './audit-trail.ts';
import { type Cloud, cloudOf, deployEndpoint } from './cloud.ts';
import { newParty, type Party } from './party.ts';

const ENDPOINT = `theirs-${crypto.randomUUID().slice(0, 8)}`;
const KEY = 'jobs/secret.txt';
const ROWS = JSON.stringify({ instances: [[1]] });

const answer = z.object({ status: z.number(), text: z.string() });
const probe = z.object({
  outcomes: z.record(z.string(), z.string()),
  answers: z.record(z.string(), answer),
  sockets: z.array(z.string()),
  processes: z.array(z.tuple([z.number(), z.string()])),
  interfaces: z.array(z.string()),
  environment: z.record(z.string(), z.string()),
});

let stack: Stack;
/** Whose things are attacked, and from whose notebook. */
let foo: Party;
let bar: Party;
let fooCloud: Cloud;
let fooSession: NotebookSession;
let targets: Awaited<ReturnType<typeof findTargets>>;
let seen: z.infer<typeof probe>;

/** Runs Python on a fresh kernel and gives what it printed. */
async function runIn(session: NotebookSession, code: string): Promise<string> {
  const kernel = await session.startKernel();
  try {
    const { text, error } = await kernel.execute(code, { timeoutMs: 120_000 });
    expect(error).toBeNull();
    return text;
  } finally {
    kernel.close();
  }
}

/** What FOO's own notebook holds: a thief inside it could have carried it out. */
const SECRETS = `
import json, os, boto3, atelier.data
client = atelier.data.client()
proof = boto3.client("sts", region_name="us-east-1").get_web_identity_token(
    Audience=[os.environ["ATELIER_URL"]], DurationSeconds=300, SigningAlgorithm="ES384")["WebIdentityToken"]
print(json.dumps({
    "workbenchToken": client._bearer(),
    "proof": proof,
    "credentialsToken": os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"],
}))
`;

const secrets = z.object({
  workbenchToken: z.string(),
  proof: z.string(),
  credentialsToken: z.string(),
});

async function findTargets() {
  const { instance } = stack;
  const sockets = [
    instance.path('front-door.sock'),
    instance.path('postgres', 'sockets', `.s.PGSQL.${instance.portOf('postgres-primary')}`),
    instance.path('postgres', 'sockets', `.s.PGSQL.${instance.portOf('postgres-replica')}`),
  ];
  const others = glob(`/run/atelier/*/sockets/${fooCloud.accountId}/**/*.sock`);
  for await (const path of others) sockets.push(path);
  const customers = await foo.tenant.admin.api('customer-management').listCustomers();
  const { secret } = await foo.tenant.admin.api('user-management').createApiKey({
    body: { name: 'stolen', roles: ['tenant_admin'], expiresInSeconds: 3600 },
    idempotencyKey: crypto.randomUUID(),
  });
  const domains = await fooCloud.sagemaker.send(new ListDomainsCommand({}));
  const user = foo.people.data_scientist.user.userId;
  return {
    sockets,
    hosts: [
      '127.0.0.1',
      ...Object.values(networkInterfaces())
        .flatMap((addresses) => addresses ?? [])
        .filter(({ family, internal }) => family === 'IPv4' && !internal)
        .map(({ address }) => address),
    ],
    ports: (
      [
        'front-door',
        'studio',
        'postgres-primary',
        'postgres-replica',
        'identity-provider',
        'tenant-management',
        'user-management',
        'customer-management',
        'workbench-management',
        'data-management',
        'mail',
        'smtp',
      ] as const
    ).map((listener) => instance.portOf(listener)),
    files: [instance.path('secrets', 'root.json'), instance.path('state.json')],
    hostNames: [
      ...new Set(Object.values(instance.addresses).map((address) => new URL(address).host)),
    ],
    bucket: fooCloud.bucket,
    key: KEY,
    endpoint: ENDPOINT,
    domain: domains.Domains?.[0]?.DomainId ?? '',
    space: spaceName(user),
    user: userProfileName(user),
    role: purposeRoleArn(fooCloud.accountId, 'launch'),
    keys: fooCloud.keys,
    customer: customers.items[0]?.id ?? '',
    tenant: foo.tenant.tenantId,
    apiKey: secret ?? '',
    spaceHost: new URL(fooSession.origin).host,
    spaceCookie: fooSession.cookie,
    ...secrets.parse(JSON.parse(await runIn(fooSession, SECRETS))),
  };
}

const canDial = (address: { path: string } | { host: string; port: number }): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = dial(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/** From outside, by its owner or by whoever may: each target of the notebook's attacks is there. */
async function proveAlive(): Promise<void> {
  for (const path of targets.sockets) expect(await canDial({ path }), path).toBe(true);
  for (const port of targets.ports) {
    expect(await canDial({ host: '127.0.0.1', port }), `port ${port}`).toBe(true);
  }
  for (const path of targets.files) await readFile(path);
  const { s3, sagemaker, runtime, logs, sts } = fooCloud;
  const object = await s3.send(new GetObjectCommand({ Bucket: targets.bucket, Key: KEY }));
  expect(await object.Body?.transformToString()).toBe('secret of FOO');
  const { EndpointStatus } = await sagemaker.send(
    new DescribeEndpointCommand({ EndpointName: ENDPOINT }),
  );
  expect(EndpointStatus).toBe('InService');
  await runtime.send(
    new InvokeEndpointCommand({
      EndpointName: ENDPOINT,
      ContentType: 'application/json',
      Body: ROWS,
    }),
  );
  const { logStreams } = await logs.send(
    new DescribeLogStreamsCommand({ logGroupName: `/aws/sagemaker/Endpoints/${ENDPOINT}` }),
  );
  expect(logStreams?.length).toBeGreaterThan(0);
  const space = { DomainId: targets.domain, SpaceName: targets.space };
  expect((await sagemaker.send(new DescribeSpaceCommand(space))).Status).toBe('InService');
  expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe(fooCloud.accountId);
  expect((await fooSession.call('GET', '/api/contents')).status).toBe(200);
  const params = { customerId: targets.customer };
  await foo.tenant.admin.api('customer-management').getCustomer({ params });
  const me = await withApiKey(stack.instance.addresses, targets.apiKey)
    .api('user-management')
    .getMe();
  expect(me.tenantId).toBe(foo.tenant.tenantId);
}

/** What was stolen still opens FOO's own doors, through FOO's own socket. */
const FROM_HOME = `
import json, os, urllib.request
def status(method, url, headers, body=None):
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    return urllib.request.urlopen(request, timeout=10).status
bearer = lambda token: {"Authorization": f"Bearer {token}"}
print(json.dumps([
    status("GET", os.environ["ATELIER_URL"] + "/api/user-management/me", bearer(TARGETS["workbenchToken"])),
    status("POST", os.environ["ATELIER_URL"] + "/auth/workbench-identity", bearer(TARGETS["proof"]), b"{}"),
    status("GET", "http://127.0.0.1:4566/_atelier/credentials", {"Authorization": TARGETS["credentialsToken"]}),
]))
`;

const withTargets = (code: string): string =>
  `import json\nTARGETS = json.loads(${JSON.stringify(JSON.stringify(targets))})\n${code}`;

beforeAll(async () => {
  stack = openStack();
  [foo, bar] = await Promise.all([newParty(stack, 'foo'), newParty(stack, 'bar')]);
  await importTestData(foo.tenant.admin, shopData(foo.tenant.name, 30));
  for (const { tenant } of [foo, bar]) await waitForWorkbench({ person: tenant.admin });
  fooCloud = await cloudOf(foo.people.data_scientist);
  await fooCloud.s3.send(
    new PutObjectCommand({ Bucket: fooCloud.bucket, Key: KEY, Body: 'secret of FOO' }),
  );
  await deployEndpoint(fooCloud, ENDPOINT);
  fooSession = await launchWorkbench(foo.people.data_scientist);
  const barSession = await launchWorkbench(bar.people.data_scientist);
  targets = await findTargets();
  await proveAlive();
  const attack = await readFile(new URL('./notebook_probe.py', import.meta.url), 'utf8');
  const text = await runIn(barSession, withTargets(attack));
  const line = text.split('\n').find((one) => one.startsWith('PROBE '));
  seen = probe.parse(JSON.parse((line ?? '').slice('PROBE '.length)));
  await proveAlive();
  expect(JSON.parse(await runIn(fooSession, withTargets(FROM_HOME)))).toEqual([200, 200, 200]);
});

const outcomesOf = (prefix: string): [string, string][] =>
  Object.entries(seen.outcomes).filter(([what]) => what.startsWith(prefix));

describe('a notebook of BAR’s', () => {
  test('reaches no host socket but its own two', () => {
    expect(targets.sockets.length).toBeGreaterThanOrEqual(5);
    const attempts = outcomesOf('socket ');
    expect(attempts).toHaveLength(targets.sockets.length);
    for (const [what, outcome] of attempts) {
      expect(outcome, what).toMatch(/^(FileNotFoundError|PermissionError)/);
    }
    const own = ['/run/atelier/front-door.sock', '/run/atelier/studio.sock'];
    // What Jupyter and its kernels speak by lives in the person's own folders.
    const found = seen.sockets.filter((path) => !/^\/(tmp|home\/sagemaker-user)\//.test(path));
    expect(found.filter((path) => !own.includes(path))).toEqual([]);
    for (const path of own) expect(seen.outcomes[`own ${path}`]).toBe('done: None');
  });

  test('has no network: no host port, no metadata, no name', () => {
    expect(seen.interfaces).toEqual(['lo']);
    const attempts = outcomesOf('tcp ');
    expect(attempts.length).toBeGreaterThan(targets.ports.length);
    for (const [what, outcome] of [...attempts, ...outcomesOf('a name')]) {
      expect(outcome, what).toMatch(/^(ConnectionRefusedError|OSError|gaierror)/);
    }
  });

  test('sees no process but its own, and no file of the host’s', () => {
    expect(seen.processes.length).toBeGreaterThan(0);
    for (const [uid, command] of seen.processes) {
      expect(uid, command).toBe(1000);
      expect(command).not.toMatch(/postgres|conmon|podman|\bnode\b|atelier\/\d+/);
    }
    for (const [what, outcome] of outcomesOf('file ')) {
      expect(outcome, what).toMatch(/^(FileNotFoundError|PermissionError)/);
    }
  });

  test('is refused FOO’s bucket, endpoint, logs, space and roles', () => {
    for (const what of [
      'list the bucket',
      'read the object',
      'write the object',
      'presign the space',
      'assume the role',
    ]) {
      expect(seen.outcomes[what], what).toMatch(/AccessDenied|not authorized/);
    }
    for (const what of ['describe the endpoint', 'invoke the endpoint', 'describe the space']) {
      expect(seen.outcomes[what], what).toMatch(
        /ValidationError|ValidationException|ResourceNotFound|AccessDenied/,
      );
    }
    expect(seen.outcomes['read the logs']).toMatch(/ResourceNotFound|AccessDenied/);
  });

  test('cannot use FOO’s keys, though they are good outside', () => {
    for (const what of ['the keys at this socket', 'the keys on the bucket']) {
      expect(seen.outcomes[what], what).toMatch(/another account than the one the keys/);
    }
    expect(seen.answers['keys: with its own']?.status).toBe(200);
    expect(seen.answers["keys: with the other notebook's token"]?.status).toBe(403);
  });

  test('is BAR’s user at the front-door, and nobody else', () => {
    const me = JSON.parse(seen.answers['own: who am I']?.text ?? '{}');
    expect(me).toMatchObject({
      tenantId: bar.tenant.tenantId,
      userId: bar.people.data_scientist.user.userId,
    });
    const of = (prefix: string) =>
      Object.entries(seen.answers).filter(([what]) => what.startsWith(prefix));
    for (const [what, { status }] of of('tenant:')) expect(status, what).toBe(404);
    const platform = of('platform:');
    expect(platform.length).toBe(6);
    for (const [what, { status }] of platform) {
      expect(status, what).toBe(what.includes('between services') ? 404 : 401);
    }
    for (const [what, { status }] of of('nothing:')) expect(status, what).toBe(404);
  });

  test('reaches no other host by naming it: neither an application nor FOO’s space', () => {
    const attempts = Object.entries(seen.answers).filter(([what]) => what.startsWith('host:'));
    expect(attempts.length).toBe(targets.hostNames.length * 2 + 2);
    for (const [what, { status, text }] of attempts) {
      expect(status, `${what}: ${text}`).toBeGreaterThanOrEqual(400);
      expect(text, what).not.toMatch(/<html|"content"/i);
    }
  });

  test('holds no secret of the platform’s in its environment', () => {
    const text = JSON.stringify(seen.environment);
    expect(text).not.toMatch(/postgres|atk_|AWS_SECRET|PASSWORD|session=/i);
    expect(text).not.toContain(fooCloud.accountId);
  });
});

test('every refusal of the product is in an audit', async () => {
  const trail = createAuditTrail();
  for (const [what, { text }] of Object.entries(seen.answers)) {
    const chain = what.startsWith('tenant:') ? 'tenant' : 'platform';
    if (!/^(tenant|platform):/.test(what)) continue;
    const { requestId } = JSON.parse(text) as { requestId: string };
    trail.expect(requestId, chain, what);
  }
  expect(trail.size).toBe(8);
  const operator = await stack.signInOperator();
  expect(await trail.missing({ tenant: bar.tenant.admin, platform: operator })).toEqual([]);
});

test('a browser sends a notebook none of the product’s cookies', async () => {
  const { addresses } = stack.instance;
  const jar = createCookieJar();
  const lines: string[] = [];
  const open = async (url: string, request = {}): Promise<{ url: string; text: string }> => {
    const { response } = await jar.send(url, request);
    lines.push(...response.headers.getSetCookie());
    const location = response.headers.get('location');
    if (location !== null) return open(new URL(location, url).href);
    return { url, text: await response.text() };
  };
  const form = await open(`${addresses.crm}/auth/login?next=/auth/session`);
  const action = /<form[^>]*action="([^"]+)"/.exec(form.text)?.[1] ?? '';
  const { email } = bar.tenant.admin.user;
  const signedIn = await open(new URL(action, form.url).href, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: new URL(form.url).origin,
    },
    body: new URLSearchParams({ email, password: PASSWORD }).toString(),
  });
  expect(signedIn.text).toContain(bar.tenant.tenantId);
  expect(lines.some((line) => /session=/.test(line))).toBe(true);
  for (const line of lines) {
    // Without Domain a cookie goes back to the very host that set it, which no space is.
    expect(line).not.toMatch(/domain=/i);
    expect(line).toMatch(/httponly/i);
  }
  const hosts = Object.values(addresses).map((address) => new URL(address).hostname);
  const space = new URL(fooSession.origin).hostname;
  for (const host of hosts) expect(`.${space}`.endsWith(`.${host}`), host).toBe(false);
});
