import { describe, expect, test } from 'vitest';
import { describeBaseline } from './account-baseline.ts';
import { describeExecutionRole } from './execution-role.ts';
import { describePlatformGuardrails, describeWorkbenchGuardrails } from './guardrails.ts';
import { executionRoleArn, executionRoleName, userOfExecutionRole } from './names.ts';
import { json, type PolicyDocument, type RoleDescription } from './policy.ts';
import { cloudServices, describeBrokerRole, describeServiceRole } from './service-roles.ts';
import { describeTenantRole } from './tenant-role.ts';

const account = {
  accountId: '111111111111',
  providerAccountId: '222222222222',
  region: 'us-east-1',
};
const platform = { managementAccountId: '333333333333', providerAccountId: '222222222222' };
const userId = '01890a5d-ac96-774b-bcce-b302099a8057';
const baseline = describeBaseline(account);
const executionRole = describeExecutionRole({
  ...account,
  userId,
  dataRoles: ['data_scientist'],
  identityAudience: 'https://atelier.example',
});
const roles: readonly RoleDescription[] = [
  ...baseline.roles,
  executionRole,
  describeTenantRole({ tenantId: userId, providerAccountId: platform.providerAccountId }),
  describeBrokerRole(platform),
  ...cloudServices.map((service) => describeServiceRole(service, platform, baseline.bucket.policy)),
];

/** Amazon's limits on sizes, blanks not counted: they would show on AWS only. */
const limits = { trust: 2_048, inline: 10_240, managed: 6_144, guardrail: 5_120, name: 64 };

describe('what AWS would take', () => {
  test.each(roles.map((role) => [role.name, role] as const))('role %s', (_name, role) => {
    expect(role.name.length).toBeLessThanOrEqual(limits.name);
    expect(role.name).toMatch(/^[\w+=,.@-]+$/);
    expect(json(role.trust).length).toBeLessThanOrEqual(limits.trust);
    const inline = Object.values(role.policies).map(json).join('');
    expect(inline.length).toBeLessThanOrEqual(limits.inline);
  });

  test.each([
    ['execution boundary', baseline.managedPolicies[0]?.document, limits.managed],
    ['workbench guardrails', describeWorkbenchGuardrails(), limits.guardrail],
    [
      'platform guardrails',
      describePlatformGuardrails(platform.providerAccountId),
      limits.guardrail,
    ],
  ])('%s', (_name, document, limit) => {
    expect(json(document as PolicyDocument).length).toBeLessThanOrEqual(limit);
  });

  test('guardrails only deny', () => {
    for (const { Statement } of [
      describeWorkbenchGuardrails(),
      describePlatformGuardrails(platform.providerAccountId),
    ]) {
      for (const statement of Statement) expect(statement.Effect).toBe('Deny');
    }
  });

  test('policy variables stand in the resource part of ARNs only', () => {
    const documents = [
      ...roles.flatMap((role) => Object.values(role.policies)),
      ...baseline.managedPolicies.map((managed) => managed.document),
      describeWorkbenchGuardrails(),
    ];
    for (const { Resource = [], NotResource = [] } of documents.flatMap((d) => d.Statement)) {
      for (const arn of [...Resource, ...NotResource]) {
        expect(arn.split(':', 5).join(':')).not.toContain('${');
      }
    }
  });
});

test('the trust of the purpose roles names no tenant', () => {
  for (const role of baseline.roles) {
    expect(json(role.trust)).toContain('role/atelier/tenant/*');
    expect(json(role.trust)).toContain('"aws:PrincipalTag/AtelierAccount":"111111111111"');
  }
});

test('an execution role leads back to its user, and nothing else does', () => {
  const arn = executionRoleArn(account.accountId, userId);
  expect(userOfExecutionRole(arn)).toEqual({ accountId: account.accountId, userId });
  expect(
    userOfExecutionRole(`arn:aws:iam::111111111111:role/${executionRoleName(userId)}`),
  ).toBeNull();
  expect(userOfExecutionRole(`${arn}/x`)).toBeNull();
});
