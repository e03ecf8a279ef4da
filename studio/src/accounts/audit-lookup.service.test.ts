import { policy } from '@atelier/account-baseline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RawAnswer, sendRaw, signRaw } from '../testing/raw-request.ts';
import { startTestStudio, type TestStudio } from '../testing/test-studio.ts';
import { operatorName } from './first-start.ts';

let studio: TestStudio;
beforeAll(async () => {
  studio = await startTestStudio();
});
afterAll(() => studio.stop());

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface Found {
  readonly Events: readonly {
    readonly EventId: string;
    readonly EventName: string;
    readonly CloudTrailEvent: string;
  }[];
  readonly NextToken?: string;
}

async function call(
  keys: Keys,
  service: string,
  target: string,
  input: object,
): Promise<RawAnswer> {
  const request = {
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
    body: JSON.stringify(input),
  };
  return sendRaw(
    studio,
    await signRaw(request, { keys, host: `127.0.0.1:${studio.port}`, service }),
  );
}

const cloudTrail = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents';
async function lookup(keys: Keys, input: object = {}): Promise<Found> {
  const answer = await call(keys, 'cloudtrail', cloudTrail, input);
  expect(answer.status).toBe(200);
  return JSON.parse(answer.body) as Found;
}

/** Keys that may read the audit and ask for quotas, and have asked for something that was refused. */
async function busyAccount(): Promise<{ accountId: string; keys: Keys }> {
  const accountId = await studio.createAccount();
  const keys = await studio.createKeys({
    accountId,
    permissions: policy({
      Effect: 'Allow',
      Action: ['cloudtrail:LookupEvents', 'servicequotas:GetServiceQuota'],
      Resource: ['*'],
    }),
  });
  const quota = { ServiceCode: 'sagemaker', QuotaCode: 'L-AC46C40F' };
  await call(keys, 'servicequotas', 'ServiceQuotasV20190624.GetServiceQuota', quota);
  await call(keys, 'servicequotas', 'ServiceQuotasV20190624.RequestServiceQuotaIncrease', quota);
  return { accountId, keys };
}

test('an account reads its own events, newest first, and no others', async () => {
  const [foo, bar] = [await busyAccount(), await busyAccount()];
  const { Events } = await lookup(foo.keys);
  expect(Events.map((event) => event.EventName)).toEqual([
    'RequestServiceQuotaIncrease',
    'GetServiceQuota',
  ]);
  for (const { CloudTrailEvent } of Events) {
    expect(CloudTrailEvent).toContain(foo.accountId);
    expect(CloudTrailEvent).not.toContain(bar.accountId);
  }
});

test('refusals and names can be asked for alone', async () => {
  const { keys } = await busyAccount();
  const only = async (AttributeKey: string, AttributeValue: string) =>
    (await lookup(keys, { LookupAttributes: [{ AttributeKey, AttributeValue }] })).Events;
  const refused = await only('ErrorCode', '*');
  expect(refused.map((event) => event.EventName)).toEqual(['RequestServiceQuotaIncrease']);
  expect(refused[0]?.CloudTrailEvent).toContain('AccessDeniedException');
  expect((await only('EventName', 'GetServiceQuota')).length).toBe(1);
});

test('pages follow one another without gap or repetition', async () => {
  const { keys } = await busyAccount();
  const first = await lookup(keys, { MaxResults: 1 });
  const second = await lookup(keys, { MaxResults: 1, NextToken: first.NextToken });
  expect([...first.Events, ...second.Events].map((event) => event.EventName)).toEqual([
    'RequestServiceQuotaIncrease',
    'GetServiceQuota',
  ]);
});

test.each([
  { MaxResults: 0 },
  { StartTime: 'now' },
  { NextToken: 'x' },
  { LookupAttributes: [{ AttributeKey: 'x' }] },
])('%j is refused', async (input) => {
  const { keys } = await busyAccount();
  expect((await call(keys, 'cloudtrail', cloudTrail, input)).status).toBe(400);
});

test('the operator of Studio reads any account, a tenant only its own', async () => {
  const { accountId, keys } = await busyAccount();
  const { roles, sessions, platform } = studio.studio;
  const operator = await sessions.serviceKey(
    await roles.get(platform.managementAccountId, operatorName),
  );
  const target = 'AtelierStudio.LookupEvents';
  const asOperator = await call(operator, 'studio', target, { AccountId: accountId });
  expect((JSON.parse(asOperator.body) as Found).Events).toHaveLength(2);
  const asTenant = await call(keys, 'studio', target, { AccountId: accountId });
  expect(asTenant.status).toBe(403);
});
