import { userPrefix } from '@atelier/account-baseline';
import {
  CreateAppCommand,
  CreatePresignedDomainUrlCommand,
  DescribeAppCommand,
  DescribeDomainCommand,
  ListDomainsCommand,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callSpace, type NotebookSession, openNotebook } from '../notebook-client/index.ts';
import { openWebSocket } from '../notebook-client/websocket.ts';
import {
  appOf,
  FRONT_DOOR_URL,
  makePerson,
  presign,
  type SpacePerson,
  startApp,
  stopApp,
  until,
} from '../testing/space-person.ts';
import { type SpacesStudio, startSpacesStudio } from '../testing/spaces-studio.ts';

const QUOTA = 2;
const HOME_BYTES = 256 * 1024 ** 2;

let studio: SpacesStudio;
let foo: SpacePerson;
let bar: SpacePerson;

beforeAll(async () => {
  studio = await startSpacesStudio({
    limits: { appsPerAccount: QUOTA, homeBytes: HOME_BYTES },
    launchPageUrl: 'http://crm.test/workbench/launch',
  });
  foo = await makePerson(studio, await studio.createWorkbench());
  bar = await makePerson(studio, await studio.createWorkbench());
});
afterAll(() => studio?.stop());

describe('a space', () => {
  let session: NotebookSession;

  test('starts, opens by its link and computes', async () => {
    const inServiceMs = await startApp(foo);
    await startApp(bar);
    session = await openNotebook(await presign(foo));
    expect(session.landing).toBe('/lab');
    const page = await session.call('GET', '/lab');
    expect(page.status).toBe(200);
    expect(page.text).toContain('JupyterLab');
    const kernel = await session.startKernel();
    const answer = await kernel.execute('1 + 1');
    kernel.close();
    expect(answer.text).toBe('2\n');
    process.stdout.write(`CreateApp → InService ${Math.round(inServiceMs)} ms\n`);
  });

  test('works with its bucket and proves who it is, with no configuration of the user', async () => {
    const kernel = await session.startKernel();
    const answer = await kernel.execute(
      `
import os, boto3, atelier, urllib.request
key = "${userPrefix(foo.userId)}hello.txt"
boto3.client("s3").put_object(Bucket=atelier.bucket(), Key=key, Body=b"hello")
print(boto3.client("s3").get_object(Bucket=atelier.bucket(), Key=key)["Body"].read().decode())
print(boto3.client("sts").get_caller_identity()["Arn"])
token = boto3.client("sts").get_web_identity_token(Audience=["${FRONT_DOOR_URL}"], SigningAlgorithm="ES384")
print(token["WebIdentityToken"].count("."))
print(urllib.request.urlopen(os.environ["ATELIER_URL"]).read().decode())
print(os.path.exists("churn.ipynb"), atelier.execution_role())
`,
    );
    kernel.close();
    expect(answer.error).toBeNull();
    const role = `AtelierExecution-${foo.userId}`;
    expect(answer.text.trim().split('\n')).toEqual([
      'hello',
      `arn:aws:sts::${foo.accountId}:assumed-role/${role}/${foo.userId}`,
      '2',
      'front-door',
      `True arn:aws:iam::${foo.accountId}:role/atelier/execution/${role}`,
    ]);
  });

  test('reaches nothing of another account', async () => {
    const theirs = await openNotebook(await presign(bar));
    const kernel = await theirs.startKernel();
    const own = await kernel.execute(
      `import boto3; boto3.client("s3").put_object(Bucket="${bar.bucket}", Key="scores/x", Body=b"1"); print("own")`,
    );
    expect(own.text).toBe('own\n');
    const foreign = await kernel.execute(
      `boto3.client("s3").get_object(Bucket="${foo.bucket}", Key="${userPrefix(foo.userId)}hello.txt")`,
    );
    expect(foreign.error).toContain('AccessDenied');
    const stolen = await kernel.execute(`
import urllib.request, os
request = urllib.request.Request("http://127.0.0.1:4566/_atelier/credentials", headers={"Authorization": "0" * 64})
urllib.request.urlopen(request)
`);
    expect(stolen.error).toContain('403');
    kernel.close();
    // The cookie of one profile opens nothing on the other's origin.
    const crossed = await callSpace(new URL('/lab', theirs.origin), {
      headers: { cookie: session.cookie },
    });
    expect(crossed.status).toBe(401);
    const described = bar.admin.send(new DescribeDomainCommand({ DomainId: foo.domainId }));
    await expect(described).rejects.toMatchObject({ name: 'ResourceNotFound' });
  });

  test('opens once by a link, on its own origin only, and not after its time', async () => {
    const link = await presign(foo);
    const onOtherOrigin = new URL(link);
    onOtherOrigin.host = new URL(await presign(bar)).host;
    const misplaced = await callSpace(onOtherOrigin, {});
    expect([misplaced.status, misplaced.headers['set-cookie']]).toEqual([401, undefined]);

    const used = await presign(foo);
    await openNotebook(used);
    const again = await callSpace(new URL(used), {});
    expect(again.status).toBe(401);
    expect(again.text).toContain('href="http://crm.test/workbench/launch"');

    const late = await presign(foo, 5);
    await new Promise((resolve) => setTimeout(resolve, 5200));
    await expect(openNotebook(late)).rejects.toMatchObject({ status: 401 });
  });

  test('hides from a profile what belongs to another', async () => {
    const colleague = await makePerson(studio, foo);
    const url = colleague.admin.send(
      new CreatePresignedDomainUrlCommand({
        DomainId: foo.domainId,
        UserProfileName: colleague.userId,
        SpaceName: foo.spaceName,
      }),
    );
    await expect(url).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  test('takes requests and upgrades from its own pages only', async () => {
    const kernel = await session.startKernel();
    const { host } = new URL(session.origin);
    const upgrade = (headers: Record<string, string>) =>
      openWebSocket({
        port: studio.port,
        path: `/api/kernels/${kernel.id}/channels`,
        headers: { host, cookie: session.cookie, ...headers },
      });
    (await upgrade({ origin: session.origin })).close();
    const neighbour = `http://${new URL(await presign(bar)).host}`;
    await expect(upgrade({ origin: neighbour })).rejects.toThrow('refused with 403');
    await expect(upgrade({})).rejects.toThrow('refused with 403');
    await expect(upgrade({ origin: session.origin, cookie: '' })).rejects.toThrow('401');

    const post = await session.call('POST', '/api/kernels', {
      body: { name: 'python3' },
      headers: { origin: neighbour },
    });
    expect(post.status).toBe(403);
    const embedded = await session.call('GET', '/api/contents', {
      headers: { origin: session.origin, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' },
    });
    expect(embedded.status).toBe(403);
    const answer = await session.call('GET', '/api/status');
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    kernel.close();
  });

  test('writes down who opened it and who was kept out, where it concerns', async () => {
    const audited = async (accountId: string) => {
      const { rows } = await studio.database.query<{ text: string; refused: boolean }>(
        `select coalesce(event->>'errorMessage', 'opened') as text, refused from audit_events
         where recipient_account_id = $1 and event_name = 'OpenSpace'`,
        [accountId],
      );
      return rows.map(({ text }) => text);
    };
    const own = await audited(foo.accountId);
    expect(own).toContain('opened');
    expect(own).toContain('an expired link');
    expect(own).toContain("a link to another's origin");
    expect(own).toContain("a session of another profile's");
    expect(own.some((text) => text.startsWith('origin http://'))).toBe(true);
    const provider = await audited(studio.studio.platform.providerAccountId);
    expect(provider).toContain('an unknown or used link');
    expect(provider).toContain('no session');
  });

  test('is severed at once when its profile is revoked', async () => {
    const mine = await openNotebook(await presign(foo));
    const kernel = await mine.startKernel();
    const busy = kernel.execute('import time; time.sleep(30)');
    busy.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 300));
    const revokedMs = performance.now();
    await studio.spaces.revokeProfile(foo.accountId, foo.domainId, foo.userId);
    await expect(busy).rejects.toThrow('cut');
    expect(performance.now() - revokedMs).toBeLessThan(1000);
    expect((await mine.call('GET', '/api/status')).status).toBe(401);
    session = await openNotebook(await presign(foo));
    expect((await session.call('GET', '/api/status')).status).toBe(200);
  });

  test('keeps its home across a stop and says that it is stopped', async () => {
    await stopApp(foo);
    const stopped = await session.call('GET', '/lab');
    expect(stopped.status).toBe(401);
    await startApp(foo);
    session = await openNotebook(await presign(foo));
    const kernel = await session.startKernel();
    await kernel.execute('open("kept.txt", "w").write("kept")');
    kernel.close();
    await stopApp(foo);
    await startApp(foo);
    session = await openNotebook(await presign(foo));
    const file = await session.call('GET', '/api/contents/kept.txt');
    expect(JSON.parse(file.text)).toMatchObject({ content: 'kept' });
  });

  test('fails with the reason when its role is gone, and starts again when it is back', async () => {
    const person = await makePerson(studio, bar);
    const role = `AtelierExecution-${person.userId}`;
    const trust = (await studio.studio.roles.get(person.accountId, role)).trustPolicy;
    await studio.studio.roles.change(person.accountId, role, {
      trustPolicy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }],
      }),
    });
    await person.admin.send(new CreateAppCommand(appOf(person)));
    const failed = await until(
      () => person.admin.send(new DescribeAppCommand(appOf(person))),
      ({ Status }) => Status !== 'Pending',
    );
    expect(failed.Status).toBe('Failed');
    expect(failed.FailureReason).toContain(role);
    await studio.studio.roles.change(person.accountId, role, { trustPolicy: trust });
    await startApp(person);
    await stopApp(person);
  });

  test('is gone when it ends by itself, says why, and may be started again', async () => {
    const person = await makePerson(studio, bar);
    await startApp(person);
    const own = await openNotebook(await presign(person));
    const kernel = await own.startKernel();
    kernel.execute('import os, signal; os.kill(os.getppid(), signal.SIGKILL)').catch(() => {});
    const ended = await until(
      () => person.admin.send(new DescribeAppCommand(appOf(person))),
      ({ Status }) => Status === 'Deleted',
    );
    expect(ended.FailureReason).toContain('JupyterLab ended with exit code 137');
    expect((await own.call('GET', '/lab')).status).toBe(503);
    await startApp(person);
    expect((await own.call('GET', '/api/status')).status).toBe(200);
    await stopApp(person);
  });

  test('starts with a full home, so that it can be cleaned up', async () => {
    const person = await makePerson(studio, bar);
    await startApp(person);
    const before = await openNotebook(await presign(person));
    const filling = await before.startKernel();
    const full = await filling.execute(
      `
import errno, os
written = 0
try:
    with open("filler", "wb") as file:
        while True:
            written += file.write(os.urandom(1 << 20)); file.flush(); os.fsync(file.fileno())
except OSError as error:
    print(errno.errorcode[error.errno], written > 100 << 20)
`,
      { timeoutMs: 110_000 },
    );
    expect(full.text).toMatch(/^(ENOSPC|EDQUOT) True/);
    filling.close();
    await stopApp(person);
    await startApp(person);
    const after = await openNotebook(await presign(person));
    expect((await after.call('GET', '/lab')).status).toBe(200);
    expect((await after.call('DELETE', '/api/contents/filler')).status).toBe(204);
    const kernel = await after.startKernel();
    expect((await kernel.execute('open("x", "w").write("free again")')).text).toBe('10\n');
    kernel.close();
    await stopApp(person);
  });

  test('is refused over the account’s quota, naming the limit', async () => {
    const others = [];
    for (let count = 0; count < QUOTA; count += 1) {
      others.push(await makePerson(studio, bar));
    }
    // BAR's own app runs; the account has room for one more.
    const results = await Promise.allSettled(
      others.map((person) => person.admin.send(new CreateAppCommand(appOf(person)))),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(QUOTA - 1);
    expect(refused[0]?.reason).toMatchObject({
      name: 'ResourceLimitExceeded',
      message: expect.stringContaining(`is ${QUOTA} Apps`),
    });
    for (const [index, person] of others.entries()) {
      if (results[index]?.status === 'fulfilled') await stopApp(person);
    }
  });

  test('lives on without Studio and is taken up by the next one', async () => {
    const kernel = await session.startKernel();
    await kernel.execute('survivor = 42');
    kernel.close();
    const pending = openNotebook(await presign(foo));
    await studio.restartSpaces();
    // Session, kernel and its keys are the old ones; only Studio is new.
    expect((await session.call('GET', '/api/status')).status).toBe(200);
    const again = await session.connectKernel(kernel.id);
    const answer = await again.execute(
      'import boto3; print(survivor, boto3.client("sts").get_caller_identity()["Account"])',
    );
    again.close();
    expect(answer.text).toBe(`42 ${foo.accountId}\n`);
    expect((await (await pending).call('GET', '/api/status')).status).toBe(200);
    const app = await foo.admin.send(new DescribeAppCommand(appOf(foo)));
    expect(app.Status).toBe('InService');
  });

  test('is gone with its account: connections, containers and homes', async () => {
    const started = await studio.engine.find({ 'atelier.kind': 'space' });
    expect(started.length).toBeGreaterThan(0);
    for (const { accountId } of [foo, bar]) await studio.spaces.module.removeAccount(accountId);
    expect(await studio.engine.find({ 'atelier.kind': 'space' })).toEqual([]);
    const homes = (await studio.engine.volumes.list()).filter((name) => name.startsWith('home-'));
    expect(homes).toEqual([]);
    const domains = await foo.admin.send(new ListDomainsCommand({}));
    expect(domains.Domains).toEqual([]);
  });
});
