import {
  describeExecutionRole,
  describeTenantRole,
  executionBoundaryArn,
  executionRoleArn,
  json,
  type PolicyDocument,
  policy,
} from '@atelier/account-baseline';
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  SimulatePrincipalPolicyCommand,
  TagRoleCommand,
  UntagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { putRole } from '../accounts/iam-writer.ts';
import { allowAll, startTestStudio, type TestStudio } from '../testing/test-studio.ts';
import type { Caller, TemporaryKeys } from './access.ts';

/** Answers whether a caller may do something, asked the way every part of Studio asks. */
let mayI: (
  caller: Caller,
  action: string,
  resource: string,
  context?: Record<string, string>,
) => Promise<boolean>;

let studio: TestStudio;
beforeAll(async () => {
  studio = await startTestStudio({
    compose: async ({ authorizer }) => {
      mayI = (caller, action, resource, context = {}) =>
        authorizer.isAllowed(caller, { action, resource, context });
      return [];
    },
  });
});
afterAll(() => studio.stop());

const iam = (
  credentials: Pick<TemporaryKeys, 'accessKeyId' | 'secretAccessKey'> & { sessionToken?: string },
) => new IAMClient({ endpoint: studio.url, region: 'us-east-1', credentials, maxAttempts: 1 });

const trust = json(
  policy({
    Effect: 'Allow',
    Principal: { Service: 'sagemaker.amazonaws.com' },
    Action: ['sts:AssumeRole'],
  }),
);
const onePolicy = json(policy({ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['*'] }));

/** The provider account: there roles need no boundary. */
const providerAdmin = () =>
  studio.createKeys({
    accountId: studio.studio.platform.providerAccountId,
    permissions: allowAll,
  });

describe('roles', () => {
  test('live from creation to deletion', async () => {
    const client = iam(await providerAdmin());
    const RoleName = `role-${uuidv7()}`;
    const { Role } = await client.send(
      new CreateRoleCommand({
        RoleName,
        Path: '/a/b/',
        AssumeRolePolicyDocument: trust,
        Description: 'A & B <role>',
        MaxSessionDuration: 7_200,
        Tags: [{ Key: 'Team', Value: 'red' }],
      }),
    );
    expect(Role?.Arn).toBe(
      `arn:aws:iam::${studio.studio.platform.providerAccountId}:role/a/b/${RoleName}`,
    );
    const { Role: read } = await client.send(new GetRoleCommand({ RoleName }));
    expect(read).toMatchObject({
      RoleId: Role?.RoleId,
      Path: '/a/b/',
      Description: 'A & B <role>',
      MaxSessionDuration: 7_200,
      Tags: [{ Key: 'Team', Value: 'red' }],
      CreateDate: expect.any(Date),
    });
    expect(decodeURIComponent(read?.AssumeRolePolicyDocument ?? '')).toBe(trust);

    await client.send(
      new PutRolePolicyCommand({ RoleName, PolicyName: 'one', PolicyDocument: onePolicy }),
    );
    const { PolicyNames } = await client.send(new ListRolePoliciesCommand({ RoleName }));
    expect(PolicyNames).toEqual(['one']);
    const got = await client.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'one' }));
    expect(decodeURIComponent(got.PolicyDocument ?? '')).toBe(onePolicy);

    await expect(client.send(new DeleteRoleCommand({ RoleName }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
    });
    await client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'one' }));
    await client.send(new DeleteRoleCommand({ RoleName }));
    await expect(client.send(new GetRoleCommand({ RoleName }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
  });

  test('have one name each, whatever its case', async () => {
    const client = iam(await providerAdmin());
    const RoleName = `role-${uuidv7()}`;
    await client.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
    await expect(
      client.send(
        new CreateRoleCommand({
          RoleName: RoleName.toUpperCase(),
          AssumeRolePolicyDocument: trust,
        }),
      ),
    ).rejects.toMatchObject({ name: 'EntityAlreadyExistsException' });
    const { Role } = await client.send(new GetRoleCommand({ RoleName: RoleName.toUpperCase() }));
    expect(Role?.RoleName).toBe(RoleName);
  });

  test('are listed in pages, by path', async () => {
    const client = iam(await providerAdmin());
    const Path = `/list/${uuidv7()}/`;
    const names = ['a', 'b', 'c'].map((name) => `${name}-${uuidv7()}`);
    for (const RoleName of names) {
      await client.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: trust }));
    }
    const first = await client.send(new ListRolesCommand({ PathPrefix: Path, MaxItems: 2 }));
    expect(first.IsTruncated).toBe(true);
    const second = await client.send(
      new ListRolesCommand({ PathPrefix: Path, MaxItems: 2, Marker: first.Marker }),
    );
    const listed = [...(first.Roles ?? []), ...(second.Roles ?? [])].map((role) => role.RoleName);
    expect(listed).toEqual(names);
    expect(second.IsTruncated).toBe(false);
  });

  test('have tags whose keys ignore case', async () => {
    const client = iam(await providerAdmin());
    const RoleName = `role-${uuidv7()}`;
    await client.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
    const tag = (Key: string, Value: string) =>
      client.send(new TagRoleCommand({ RoleName, Tags: [{ Key, Value }] }));
    await tag('Team', 'red');
    await tag('TEAM', 'blue');
    const { Tags } = await client.send(new ListRoleTagsCommand({ RoleName }));
    expect(Tags).toEqual([{ Key: 'TEAM', Value: 'blue' }]);
    await client.send(new UntagRoleCommand({ RoleName, TagKeys: ['team'] }));
    const after = await client.send(new ListRoleTagsCommand({ RoleName }));
    expect(after.Tags ?? []).toEqual([]);
  });

  test.each([
    ['a broken policy', { AssumeRolePolicyDocument: '{' }, 'MalformedPolicyDocumentException'],
    ['a bad name', { RoleName: 'a b' }, 'ValidationError'],
    ['a description with NUL', { Description: 'a\0b' }, 'ValidationError'],
    ['a bad path', { Path: 'x' }, 'ValidationError'],
    ['too long sessions', { MaxSessionDuration: 50_000 }, 'ValidationError'],
    [
      'a boundary that does not exist',
      { PermissionsBoundary: 'arn:aws:iam::aws:policy/None' },
      'NoSuchEntityException',
    ],
    [
      'twin tags',
      {
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'A', Value: '2' },
        ],
      },
      'InvalidInputException',
    ],
  ])('with %s are refused', async (_what, input, name) => {
    const client = iam(await providerAdmin());
    const attempt = client.send(
      new CreateRoleCommand({
        RoleName: `role-${uuidv7()}`,
        AssumeRolePolicyDocument: trust,
        ...input,
      }),
    );
    await expect(attempt).rejects.toMatchObject({ name });
  });
});

describe('a change takes effect at once', () => {
  const allowed = async (client: IAMClient, RoleName: string): Promise<string | undefined> => {
    const { Role } = await client.send(new GetRoleCommand({ RoleName }));
    const { EvaluationResults } = await client.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: Role?.Arn,
        ActionNames: ['s3:GetObject'],
        ResourceArns: ['arn:aws:s3:::b/k'],
      }),
    );
    return EvaluationResults?.[0]?.EvalDecision;
  };

  test('for policies and their removal', async () => {
    const client = iam(await providerAdmin());
    const RoleName = `role-${uuidv7()}`;
    await client.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
    expect(await allowed(client, RoleName)).toBe('implicitDeny');
    const put = (PolicyName: string, document: PolicyDocument) =>
      client.send(
        new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: json(document) }),
      );
    await put('allow', policy({ Effect: 'Allow', Action: ['s3:*'], Resource: ['*'] }));
    expect(await allowed(client, RoleName)).toBe('allowed');
    await put('deny', policy({ Effect: 'Deny', Action: ['s3:Get*'], Resource: ['*'] }));
    expect(await allowed(client, RoleName)).toBe('explicitDeny');
    await client.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'deny' }));
    expect(await allowed(client, RoleName)).toBe('allowed');
  });
});

describe('who writes tenant roles', () => {
  const serviceClient = async (service: string) => {
    const { roles, sessions, platform } = studio.studio;
    return iam(await sessions.serviceKey(await roles.get(platform.providerAccountId, service)));
  };
  const tenantRole = () =>
    describeTenantRole({
      tenantId: uuidv7(),
      providerAccountId: studio.studio.platform.providerAccountId,
    });
  const create = (client: IAMClient, role = tenantRole()) =>
    client.send(
      new CreateRoleCommand({
        RoleName: role.name,
        Path: role.path,
        AssumeRolePolicyDocument: json(role.trust),
      }),
    );

  test('is registration', async () => {
    const role = tenantRole();
    const client = await serviceClient('registration');
    await create(client, role);
    await client.send(
      new UpdateAssumeRolePolicyCommand({ RoleName: role.name, PolicyDocument: json(role.trust) }),
    );
    await client.send(new DeleteRoleCommand({ RoleName: role.name }));
  });

  test.each([
    'customer-management',
    'data-management',
    'workbench-management',
    'tenant-management',
  ])('is not %s', async (service) => {
    await expect(create(await serviceClient(service))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  test('is nobody else in the provider account, whatever he is allowed', async () => {
    const client = iam(await providerAdmin());
    await expect(create(client)).rejects.toMatchObject({
      message: expect.stringContaining('service control policy'),
    });
  });

  test('tags them with nothing but the account', async () => {
    const role = tenantRole();
    await create(await serviceClient('registration'), role);
    const client = await serviceClient('workbench-management');
    const tag = (Key: string) =>
      client.send(new TagRoleCommand({ RoleName: role.name, Tags: [{ Key, Value: '1' }] }));
    await expect(tag('AtelierAccount')).resolves.toBeDefined();
    await expect(tag('Other')).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(
      (await serviceClient('registration')).send(
        new TagRoleCommand({ RoleName: role.name, Tags: [{ Key: 'AtelierAccount', Value: '2' }] }),
      ),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('within a tenant account', () => {
  /** Keys of AtelierProvision and of one execution role made through it, as workbench-management does. */
  async function workbench() {
    const { roles, sessions, platform } = studio.studio;
    const accountId = await studio.createAccount();
    const session = {
      sessionName: 'test',
      tags: {},
      transitiveTagKeys: [],
      sourceIdentity: null,
      sessionPolicy: null,
      seconds: 900,
    };
    const provision = iam(
      await sessions.issue({ ...session, role: await roles.get(accountId, 'AtelierProvision') }),
    );
    const userId = uuidv7();
    const role = describeExecutionRole({
      accountId,
      providerAccountId: platform.providerAccountId,
      region: 'us-east-1',
      userId,
      dataRoles: ['data_scientist'],
      identityAudience: 'https://atelier.example',
    });
    const create = {
      RoleName: role.name,
      Path: role.path,
      AssumeRolePolicyDocument: json(role.trust),
      PermissionsBoundary: role.boundaryArn ?? undefined,
      Tags: Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
    };
    const makeExecutionRole = async () => {
      await provision.send(new CreateRoleCommand(create));
      for (const [PolicyName, document] of Object.entries(role.policies)) {
        await provision.send(
          new PutRolePolicyCommand({
            RoleName: role.name,
            PolicyName,
            PolicyDocument: json(document),
          }),
        );
      }
      const made = await roles.get(accountId, role.name);
      const keys = await sessions.issue({ ...session, role: made });
      return {
        keys,
        caller: sessions.describe({ ...session, role: made }, keys.accessKeyId, null),
      };
    };
    return { accountId, userId, provision, create, makeExecutionRole };
  }

  test('AtelierProvision makes execution roles within their boundary only', async () => {
    const { provision, create } = await workbench();
    const { PermissionsBoundary: _none, ...unbounded } = create;
    await expect(provision.send(new CreateRoleCommand(unbounded))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await expect(
      provision.send(new CreateRoleCommand({ ...create, Path: '/' })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(provision.send(new CreateRoleCommand(create))).resolves.toBeDefined();
    await expect(
      provision.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: create.RoleName })),
    ).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  test('nobody rewrites the roles of the baseline, whatever he is allowed', async () => {
    const { accountId } = await workbench();
    const client = iam(await studio.createKeys({ accountId, permissions: allowAll }));
    for (const RoleName of [
      'AtelierProvision',
      'AtelierLaunch',
      'AtelierInvoke',
      'AtelierExtract',
    ]) {
      await expect(
        client.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: trust })),
      ).rejects.toMatchObject({ message: expect.stringContaining('service control policy') });
      await expect(
        client.send(
          new PutRolePolicyCommand({ RoleName, PolicyName: 'x', PolicyDocument: onePolicy }),
        ),
      ).rejects.toMatchObject({ name: 'AccessDenied' });
    }
  });

  test('a notebook reads the extracts of its data roles and its own prefix, and nothing of others', async () => {
    const { accountId, userId, makeExecutionRole } = await workbench();
    const { caller } = await makeExecutionRole();
    const other = await studio.createAccount();
    const object = (key: string, account = accountId) =>
      `arn:aws:s3:::atelier-workbench-${account}/${key}`;
    const cases: readonly (readonly [string, string, boolean])[] = [
      ['s3:GetObject', object('extracts/data_scientist/customers/1/part.parquet'), true],
      ['s3:GetObject', object('extracts/tenant_admin/customers/1/part.parquet'), false],
      ['s3:PutObject', object('extracts/data_scientist/customers/1/part.parquet'), false],
      ['s3:GetObject', object('imports/x'), true],
      ['s3:PutObject', object(`users/${userId}/x`), true],
      ['s3:GetObject', object(`users/${uuidv7()}/x`), false],
      ['s3:PutObject', object('jobs/x'), true],
      ['s3:PutObject', object('models/x'), true],
      ['s3:PutObject', object('scores/x'), true],
      ['s3:PutObject', object('elsewhere/x'), false],
      ['s3:GetObject', object('jobs/x', other), false],
      ['s3:PutBucketPolicy', `arn:aws:s3:::atelier-workbench-${accountId}`, false],
    ];
    for (const [action, resource, expected] of cases) {
      expect([action, resource, await mayI(caller, action, resource)]).toEqual([
        action,
        resource,
        expected,
      ]);
    }
  });

  test('a notebook runs jobs under its own role and opens no spaces', async () => {
    const { accountId, userId, makeExecutionRole } = await workbench();
    const { caller } = await makeExecutionRole();
    const arn = (resource: string) => `arn:aws:sagemaker:us-east-1:${accountId}:${resource}`;
    const toSageMaker = { 'iam:PassedToService': 'sagemaker.amazonaws.com' };
    const pass = (role: string, context: Record<string, string> = toSageMaker) =>
      mayI(caller, 'iam:PassRole', role, context);
    expect(await mayI(caller, 'sagemaker:CreateTrainingJob', arn('training-job/x'))).toBe(true);
    expect(await mayI(caller, 'sagemaker:CreateEndpoint', arn('endpoint/x'))).toBe(true);
    expect(await pass(executionRoleArn(accountId, userId))).toBe(true);
    expect(await pass(executionRoleArn(accountId, userId), {})).toBe(false);
    expect(await pass(executionRoleArn(accountId, uuidv7()))).toBe(false);
    expect(await pass(`arn:aws:iam::${accountId}:role/AtelierProvision`)).toBe(false);
    for (const action of [
      'sagemaker:CreatePresignedDomainUrl',
      'sagemaker:CreateUserProfile',
      'sagemaker:CreateSpace',
      'sagemaker:CreateApp',
      'sagemaker:DeleteDomain',
    ]) {
      expect([action, await mayI(caller, action, arn('x'))]).toEqual([action, false]);
    }
  });

  test('guardrails hold a notebook even when its role was given everything and no boundary', async () => {
    const { accountId, userId } = await workbench();
    const name = `AtelierExecution-${userId}`;
    await putRole(studio.studio.roles, accountId, {
      name,
      path: '/atelier/execution/',
      description: '',
      trust: policy({ Effect: 'Deny', Principal: '*', Action: ['sts:AssumeRole'] }),
      policies: { all: allowAll },
      boundaryArn: null,
      maxSessionSeconds: 3_600,
      tags: {},
    });
    const role = await studio.studio.roles.get(accountId, name);
    const caller = studio.studio.sessions.describe(
      {
        role,
        sessionName: 's',
        tags: {},
        transitiveTagKeys: [],
        sourceIdentity: null,
        sessionPolicy: null,
      },
      '',
      null,
    );
    const arn = (resource: string) => `arn:aws:sagemaker:us-east-1:${accountId}:${resource}`;
    expect(await mayI(caller, 'sagemaker:CreateTrainingJob', arn('training-job/x'))).toBe(true);
    for (const [action, resource] of [
      ['sagemaker:CreatePresignedDomainUrl', arn('user-profile/d/p')],
      ['sagemaker:CreateUserProfile', arn('user-profile/d/p')],
      ['iam:CreateRole', `arn:aws:iam::${accountId}:role/x`],
      ['iam:PutRolePolicy', role.arn],
      ['iam:TagRole', role.arn],
      ['iam:PassRole', `arn:aws:iam::${accountId}:role/AtelierProvision`],
      ['iam:PassRole', role.arn],
      ['sts:AssumeRole', `arn:aws:iam::${accountId}:role/AtelierLaunch`],
      ['s3:PutBucketPolicy', `arn:aws:s3:::atelier-workbench-${accountId}`],
    ] as const) {
      expect([action, await mayI(caller, action, resource)]).toEqual([action, false]);
    }
  });

  test('a role whose boundary is gone may do nothing', async () => {
    const { accountId, makeExecutionRole } = await workbench();
    const { caller } = await makeExecutionRole();
    const own = `arn:aws:s3:::atelier-workbench-${accountId}/jobs/x`;
    expect(await mayI(caller, 's3:PutObject', own)).toBe(true);
    await studio.database.query('delete from iam_managed_policies where account_id = $1', [
      accountId,
    ]);
    // Written by nobody but Studio, whose cache a write drops.
    await studio.studio.roles.putManagedPolicy({
      accountId: studio.studio.platform.providerAccountId,
      name: 'Other',
      path: '/',
      document: onePolicy,
    });
    expect(await mayI(caller, 's3:PutObject', own)).toBe(false);
  });

  test('a boundary is attached by its ARN', async () => {
    const { accountId, provision, create } = await workbench();
    const client = iam(await studio.createKeys({ accountId, permissions: allowAll }));
    await provision.send(new CreateRoleCommand(create));
    await client.send(
      new PutRolePermissionsBoundaryCommand({
        RoleName: create.RoleName,
        PermissionsBoundary: executionBoundaryArn(accountId),
      }),
    );
    const { Role } = await client.send(new GetRoleCommand({ RoleName: create.RoleName }));
    expect(Role?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(executionBoundaryArn(accountId));
  });
});
