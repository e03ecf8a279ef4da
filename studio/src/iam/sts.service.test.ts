import { setTimeout as sleep } from 'node:timers/promises';
import { describePurposeRoles, describeTenantRole, policy } from '@atelier/account-baseline';
import { IAMClient, TagRoleCommand } from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  GetWebIdentityTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { putRole } from '../accounts/iam-writer.ts';
import { allowAll, startTestStudio, type TestStudio } from '../testing/test-studio.ts';

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

const clientFor = (credentials: Keys) => ({
  endpoint: studio.url,
  region: 'us-east-1',
  credentials,
  maxAttempts: 1,
});
const sts = (keys: Keys) => new STSClient(clientFor(keys));

async function assume(keys: Keys, input: Partial<AssumeRoleCommandInput>): Promise<Required<Keys>> {
  const { Credentials } = await sts(keys).send(
    new AssumeRoleCommand({ RoleArn: '', RoleSessionName: 'session', ...input }),
  );
  return {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
}

/** Keys of a platform service's role, as its credentials file gives them. */
async function serviceKeys(service: string): Promise<Keys> {
  const { roles, sessions, platform } = studio.studio;
  return sessions.serviceKey(await roles.get(platform.providerAccountId, service));
}

/** A tenant with an account: what registration and provisioning leave behind. */
async function createTenant() {
  const { roles, platform } = studio.studio;
  const tenantId = uuidv7();
  const accountId = await studio.createAccount();
  const role = describeTenantRole({ tenantId, providerAccountId: platform.providerAccountId });
  await putRole(roles, platform.providerAccountId, role);
  await new IAMClient(clientFor(await serviceKeys('workbench-management'))).send(
    new TagRoleCommand({ RoleName: tenantId, Tags: [{ Key: 'AtelierAccount', Value: accountId }] }),
  );
  return {
    tenantId,
    accountId,
    roleArn: `arn:aws:iam::${platform.providerAccountId}:role/atelier/tenant/${tenantId}`,
    purposeRoleArn: (name: string) => `arn:aws:iam::${accountId}:role/${name}`,
  };
}

describe('sessions', () => {
  test('keys say who they are until they expire', async () => {
    const accountId = await studio.createAccount();
    const keys = await studio.createKeys({
      accountId,
      permissions: allowAll,
      name: 'reader',
      seconds: 2,
    });
    const identity = await sts(keys).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({
      Account: accountId,
      Arn: `arn:aws:sts::${accountId}:assumed-role/reader/test`,
      UserId: expect.stringMatching(/^AROA[A-Z2-7]{17}:test$/),
    });
    await sleep(2_100);
    await expect(sts(keys).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'ExpiredToken',
    });
  });

  test('a wrong secret, a foreign session token and an unknown key are refused', async () => {
    const accountId = await studio.createAccount();
    const keys = await studio.createKeys({ accountId, permissions: allowAll });
    const other = await studio.createKeys({ accountId, permissions: allowAll });
    const refused = (changed: Partial<Keys>) =>
      expect(sts({ ...keys, ...changed }).send(new GetCallerIdentityCommand({}))).rejects;
    await refused({ secretAccessKey: other.secretAccessKey }).toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    await refused({ sessionToken: other.sessionToken }).toMatchObject({
      name: 'InvalidClientTokenId',
    });
    await refused({ accessKeyId: 'ASIAABCDEFGHIJKLMNOP' }).toMatchObject({
      name: 'InvalidClientTokenId',
    });
  });

  test('sessions end with the role, also when it is made again under its name', async () => {
    const accountId = await studio.createAccount();
    const keys = await studio.createKeys({ accountId, permissions: allowAll, name: 'gone' });
    const { roles } = studio.studio;
    await roles.deletePolicy(accountId, 'gone', 'test');
    await roles.delete(accountId, 'gone');
    await studio.createKeys({ accountId, permissions: allowAll, name: 'gone' });
    await expect(sts(keys).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
  });

  test('sessions end with the account', async () => {
    const accountId = await studio.createAccount();
    const keys = await studio.createKeys({ accountId, permissions: allowAll });
    await studio.studio.accounts.close(accountId);
    await expect(sts(keys).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
  });
});

describe('the way from a service into a tenant account', () => {
  test('leads through the tenant role into its own account', async () => {
    const foo = await createTenant();
    const tenantKeys = await assume(await serviceKeys('customer-management'), {
      RoleArn: foo.roleArn,
      RoleSessionName: foo.tenantId,
    });
    const keys = await assume(tenantKeys, { RoleArn: foo.purposeRoleArn('AtelierInvoke') });
    const identity = await sts(keys).send(new GetCallerIdentityCommand({}));
    expect(identity.Account).toBe(foo.accountId);
    expect(identity.Arn).toBe(`arn:aws:sts::${foo.accountId}:assumed-role/AtelierInvoke/session`);
  });

  test.each(['AtelierProvision', 'AtelierLaunch', 'AtelierInvoke', 'AtelierExtract'])(
    "does not lead from one tenant into another tenant's %s",
    async (name) => {
      const [foo, bar] = [await createTenant(), await createTenant()];
      const barKeys = await assume(await serviceKeys('data-management'), { RoleArn: bar.roleArn });
      await expect(assume(barKeys, { RoleArn: bar.purposeRoleArn(name) })).resolves.toBeDefined();
      await expect(assume(barKeys, { RoleArn: foo.purposeRoleArn(name) })).rejects.toMatchObject({
        name: 'AccessDenied',
      });
    },
  );

  test.each(['AtelierAccount', 'atelieraccount', 'ATELIERACCOUNT', 'Unrelated'])(
    'takes no session tag %s, which could stand in for the role tag',
    async (Key) => {
      const [foo, bar] = [await createTenant(), await createTenant()];
      const attempt = assume(await serviceKeys('customer-management'), {
        RoleArn: bar.roleArn,
        Tags: [{ Key, Value: foo.accountId }],
      });
      await expect(attempt).rejects.toMatchObject({
        name: 'AccessDenied',
        message: expect.stringContaining('sts:TagSession'),
      });
    },
  );

  test('takes no inherited session tag either', async () => {
    const { platform, roles } = studio.studio;
    const providerAccountId = platform.providerAccountId;
    const [foo, bar] = [await createTenant(), await createTenant()];
    const attacker = await studio.createKeys({
      accountId: providerAccountId,
      permissions: allowAll,
    });
    const name = `middle-${uuidv7()}`;
    await putRole(roles, providerAccountId, {
      name,
      path: '/atelier/service/',
      description: '',
      trust: policy({
        Effect: 'Allow',
        Principal: { AWS: attacker.roleArn },
        Action: ['sts:AssumeRole', 'sts:TagSession'],
      }),
      policies: { all: allowAll },
      boundaryArn: null,
      maxSessionSeconds: 3_600,
      tags: {},
    });
    const tagged = await assume(attacker, {
      RoleArn: `arn:aws:iam::${providerAccountId}:role/atelier/service/${name}`,
      Tags: [{ Key: 'atelierACCOUNT', Value: foo.accountId }],
      TransitiveTagKeys: ['atelierACCOUNT'],
    });
    await expect(assume(tagged, { RoleArn: bar.roleArn })).rejects.toMatchObject({
      message: expect.stringContaining('sts:TagSession'),
    });
  });

  test('is closed to roles that are no tenant roles, whatever tags they have', async () => {
    const foo = await createTenant();
    const impostor = await studio.createKeys({
      accountId: studio.studio.platform.providerAccountId,
      permissions: allowAll,
      tags: { AtelierAccount: foo.accountId },
    });
    await expect(
      assume(impostor, { RoleArn: foo.purposeRoleArn('AtelierInvoke') }),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('is closed to a role of the right path in another account', async () => {
    const [foo, bar] = [await createTenant(), await createTenant()];
    const impostor = await studio.createKeys({
      accountId: bar.accountId,
      permissions: allowAll,
      path: '/atelier/tenant/',
      tags: { AtelierAccount: foo.accountId },
    });
    await expect(
      assume(impostor, { RoleArn: foo.purposeRoleArn('AtelierInvoke') }),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('a role that does not exist answers as one that may not be assumed', async () => {
    const foo = await createTenant();
    const keys = await assume(await serviceKeys('registration'), { RoleArn: foo.roleArn });
    await expect(
      assume(keys, { RoleArn: foo.purposeRoleArn('AtelierNothing') }),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('AssumeRole', () => {
  test('chained sessions end within the hour', async () => {
    const foo = await createTenant();
    await expect(
      assume(await serviceKeys('registration'), { RoleArn: foo.roleArn, DurationSeconds: 3_601 }),
    ).rejects.toMatchObject({ name: 'ValidationError' });
  });

  test('a session policy only narrows', async () => {
    const foo = await createTenant();
    const keys = await assume(await serviceKeys('registration'), {
      RoleArn: foo.roleArn,
      Policy: JSON.stringify(
        policy({
          Effect: 'Allow',
          Action: ['sts:AssumeRole'],
          Resource: [foo.purposeRoleArn('AtelierInvoke')],
        }),
      ),
    });
    await expect(
      assume(keys, { RoleArn: foo.purposeRoleArn('AtelierInvoke') }),
    ).resolves.toBeDefined();
    await expect(
      assume(keys, { RoleArn: foo.purposeRoleArn('AtelierExtract') }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('no session policy allows'),
    });
  });

  test('a source identity stays for the whole chain', async () => {
    const accountId = await studio.createAccount();
    const caller = await studio.createKeys({ accountId, permissions: allowAll });
    const trust = policy({
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${accountId}:root` },
      Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
    });
    const target = await studio.createKeys({ accountId, permissions: allowAll, trust });
    const keys = await assume(caller, { RoleArn: target.roleArn, SourceIdentity: 'dev' });
    await expect(
      assume(keys, { RoleArn: target.roleArn, SourceIdentity: 'tess' }),
    ).rejects.toMatchObject({ name: 'ValidationError' });
    await expect(assume(keys, { RoleArn: target.roleArn })).resolves.toBeDefined();
  });
});

describe('GetWebIdentityToken', () => {
  test.each(['ES384', 'RS256'])(
    'signs who one is with %s, verifiable by the published keys',
    async (alg) => {
      const accountId = await studio.createAccount();
      const keys = await studio.createKeys({ accountId, permissions: allowAll });
      const { WebIdentityToken = '' } = await sts(keys).send(
        new GetWebIdentityTokenCommand({
          Audience: ['https://atelier.example'],
          SigningAlgorithm: alg,
          DurationSeconds: 60,
        }),
      );
      const issuer = `${studio.url}/sts`;
      const discovery = await fetch(`${issuer}/.well-known/openid-configuration`);
      const { jwks_uri } = (await discovery.json()) as { jwks_uri: string };
      const { payload, protectedHeader } = await jwtVerify(
        WebIdentityToken,
        createRemoteJWKSet(new URL(jwks_uri)),
        { issuer, audience: 'https://atelier.example' },
      );
      expect(protectedHeader.alg).toBe(alg);
      expect(payload.sub).toBe(keys.roleArn);
      expect(payload['https://sts.amazonaws.com/']).toMatchObject({ aws_account: accountId });
    },
  );

  test('an audience that the policy does not name is refused', async () => {
    const accountId = await studio.createAccount();
    const keys = await studio.createKeys({
      accountId,
      permissions: policy({
        Effect: 'Allow',
        Action: ['sts:GetWebIdentityToken'],
        Resource: ['*'],
        Condition: {
          'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': 'https://atelier.example' },
        },
      }),
    });
    const ask = (Audience: string[]) =>
      sts(keys).send(new GetWebIdentityTokenCommand({ Audience, SigningAlgorithm: 'ES384' }));
    await expect(ask(['https://atelier.example'])).resolves.toBeDefined();
    await expect(ask(['https://elsewhere.example'])).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await expect(
      ask(['https://atelier.example', 'https://elsewhere.example']),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('the private keys are not published', async () => {
    const { keys } = (await (await fetch(`${studio.url}/sts/jwks`)).json()) as { keys: object[] };
    expect(keys).toHaveLength(2);
    for (const key of keys) {
      for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi'])
        expect(key).not.toHaveProperty(member);
    }
  });
});

test('every purpose role of the baseline exists in a new account', async () => {
  const accountId = await studio.createAccount();
  const { providerAccountId } = studio.studio.platform;
  const described = describePurposeRoles({ accountId, providerAccountId, region: 'us-east-1' });
  for (const { name } of described) {
    await expect(studio.studio.roles.get(accountId, name)).resolves.toMatchObject({ path: '/' });
  }
});
