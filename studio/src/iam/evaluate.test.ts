import { describe, expect, test } from 'vitest';
import { toContext } from './authorizer.ts';
import { evaluate, type Principal } from './evaluate.ts';
import { type PolicyKind, parsePolicy } from './policy.ts';

const account = '111111111111';
const otherAccount = '222222222222';
const role = `arn:aws:iam::${account}:role/team/reader`;
const session = `arn:aws:sts::${account}:assumed-role/reader/dev`;
const bucket = 'arn:aws:s3:::data';

type Json = Readonly<Record<string, unknown>>;
const allow = (more: Json = {}): Json => ({
  Effect: 'Allow',
  Action: 's3:GetObject',
  Resource: '*',
  ...more,
});
const deny = (more: Json = {}): Json => ({ ...allow(more), Effect: 'Deny' });

interface Case {
  readonly what: string;
  readonly expected: 'allowed' | 'explicit deny' | 'implicit deny';
  readonly identity?: readonly Json[];
  readonly boundary?: readonly Json[];
  readonly session?: readonly Json[];
  readonly guardrail?: readonly Json[];
  readonly resourcePolicy?: readonly Json[];
  readonly trust?: readonly Json[];
  readonly resourceAccountId?: string;
  readonly action?: string;
  readonly resource?: string;
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  readonly principal?: Principal;
  readonly version?: string;
}

function decide(one: Case): Case['expected'] {
  const read = (kind: PolicyKind, statements: readonly Json[] | undefined) =>
    statements
      ? parsePolicy(
          JSON.stringify({ Version: one.version ?? '2012-10-17', Statement: statements }),
          kind,
        )
      : null;
  const identity = read('identity', one.identity);
  const guardrail = read('identity', one.guardrail);
  const decision = evaluate({
    principal: one.principal ?? { kind: 'aws', accountId: account, arn: session, roleArn: role },
    action: one.action ?? 's3:GetObject',
    resource: one.resource ?? `${bucket}/key`,
    resourceAccountId: one.resourceAccountId ?? account,
    context: toContext({ 'aws:PrincipalArn': role, ...one.context }),
    identityPolicies: identity ? [identity] : [],
    boundary: read('identity', one.boundary),
    sessionPolicy: read('identity', one.session),
    guardrails: guardrail ? [guardrail] : [],
    resourcePolicy: read('resource', one.resourcePolicy) ?? read('trust', one.trust),
    resourcePolicyDecides: one.trust !== undefined,
  });
  if (decision.allowed) return 'allowed';
  return decision.explicitDeny ? 'explicit deny' : 'implicit deny';
}

const byRole = (statement: Json): Json => ({ ...statement, Principal: { AWS: role } });
const byRoot = (statement: Json): Json => ({
  ...statement,
  Principal: { AWS: `arn:aws:iam::${account}:root` },
});

describe('which policies decide', () => {
  const cases: readonly Case[] = [
    { what: 'nothing allows', expected: 'implicit deny' },
    { what: 'identity allows', identity: [allow()], expected: 'allowed' },
    { what: 'a deny beside an allow', identity: [allow(), deny()], expected: 'explicit deny' },
    {
      what: 'a boundary that does not allow',
      identity: [allow()],
      boundary: [allow({ Action: 's3:PutObject' })],
      expected: 'implicit deny',
    },
    {
      what: 'a boundary alone grants nothing',
      boundary: [allow()],
      expected: 'implicit deny',
    },
    {
      what: 'boundary and identity allow',
      identity: [allow()],
      boundary: [allow()],
      expected: 'allowed',
    },
    {
      what: 'a deny in the boundary',
      identity: [allow()],
      boundary: [allow(), deny()],
      expected: 'explicit deny',
    },
    {
      what: 'a session policy narrows',
      identity: [allow({ Action: 's3:*' })],
      session: [allow({ Action: 's3:PutObject' })],
      expected: 'implicit deny',
    },
    {
      what: 'a session policy cannot widen',
      identity: [allow({ Action: 's3:PutObject' })],
      session: [allow({ Action: 's3:*' })],
      expected: 'implicit deny',
    },
    {
      what: 'a guardrail denies what everything else allows',
      identity: [allow()],
      resourcePolicy: [byRole(allow())],
      guardrail: [deny()],
      expected: 'explicit deny',
    },
    {
      what: 'a resource policy that names the role needs no identity policy',
      resourcePolicy: [byRole(allow())],
      expected: 'allowed',
    },
    {
      what: 'but is held by the boundary',
      resourcePolicy: [byRole(allow())],
      boundary: [allow({ Action: 's3:PutObject' })],
      expected: 'implicit deny',
    },
    {
      what: 'and by the session policy',
      resourcePolicy: [byRole(allow())],
      session: [allow({ Action: 's3:PutObject' })],
      expected: 'implicit deny',
    },
    {
      what: 'a resource policy that names the account leaves it to identity policies',
      resourcePolicy: [byRoot(allow())],
      expected: 'implicit deny',
    },
    {
      what: 'a resource policy that names the account, and an identity policy',
      resourcePolicy: [byRoot(allow())],
      identity: [allow()],
      expected: 'allowed',
    },
    {
      what: 'a resource policy that denies everybody',
      identity: [allow()],
      resourcePolicy: [{ ...deny(), Principal: '*' }],
      expected: 'explicit deny',
    },
    {
      what: 'a resource policy that denies somebody else',
      identity: [allow()],
      resourcePolicy: [{ ...deny(), Principal: { AWS: `arn:aws:iam::${otherAccount}:root` } }],
      expected: 'allowed',
    },
    {
      what: 'NotPrincipal spares the named one',
      identity: [allow()],
      resourcePolicy: [{ ...deny(), NotPrincipal: { AWS: role } }],
      expected: 'allowed',
    },
    {
      what: 'NotPrincipal hits the others',
      identity: [allow()],
      resourcePolicy: [
        { ...deny(), NotPrincipal: { AWS: `arn:aws:iam::${account}:role/somebody` } },
      ],
      expected: 'explicit deny',
    },
  ];
  test.each(cases)('$what: $expected', (one) => expect(decide(one)).toBe(one.expected));
});

describe('across accounts both sides must allow', () => {
  const cases: readonly Case[] = [
    { what: 'identity alone', identity: [allow()], expected: 'implicit deny' },
    { what: 'the resource alone', resourcePolicy: [byRole(allow())], expected: 'implicit deny' },
    {
      what: 'both',
      identity: [allow()],
      resourcePolicy: [byRole(allow())],
      expected: 'allowed',
    },
    {
      what: 'both, the resource by account',
      identity: [allow()],
      resourcePolicy: [byRoot(allow())],
      expected: 'allowed',
    },
    {
      what: 'everybody named, but no identity policy',
      resourcePolicy: [{ ...allow(), Principal: '*' }],
      expected: 'implicit deny',
    },
    {
      what: 'the session itself named, but no identity policy',
      resourcePolicy: [{ ...allow(), Principal: { AWS: session } }],
      expected: 'implicit deny',
    },
  ];
  test.each(cases)('$what: $expected', (one) =>
    expect(decide({ ...one, resourceAccountId: otherAccount })).toBe(one.expected),
  );
});

describe('a trust policy must allow even within the account', () => {
  const assume = { Effect: 'Allow', Action: 'sts:AssumeRole' };
  const cases: readonly Case[] = [
    {
      what: 'identity allows, trust does not',
      identity: [{ ...assume, Resource: '*' }],
      trust: [{ ...assume, Principal: { Service: 'sagemaker.amazonaws.com' } }],
      expected: 'implicit deny',
    },
    {
      what: 'trust names the role',
      trust: [{ ...assume, Principal: { AWS: role } }],
      expected: 'allowed',
    },
    {
      what: 'trust names the account, identity allows',
      identity: [{ ...assume, Resource: '*' }],
      trust: [byRoot(assume)],
      expected: 'allowed',
    },
    {
      what: 'trust names the account, identity is silent',
      trust: [byRoot(assume)],
      expected: 'implicit deny',
    },
    {
      what: 'a service named is no account',
      trust: [{ ...assume, Principal: { Service: 'sagemaker.amazonaws.com' } }],
      principal: { kind: 'service', service: 'ecs.amazonaws.com' },
      expected: 'implicit deny',
    },
    {
      what: 'the service itself',
      trust: [{ ...assume, Principal: { Service: 'sagemaker.amazonaws.com' } }],
      principal: { kind: 'service', service: 'sagemaker.amazonaws.com' },
      expected: 'allowed',
    },
    {
      what: 'an everybody that a condition holds back',
      trust: [
        {
          ...assume,
          Principal: { AWS: '*' },
          Condition: { ArnLike: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/other/*` } },
        },
      ],
      identity: [{ ...assume, Resource: '*' }],
      expected: 'implicit deny',
    },
  ];
  test.each(cases)('$what: $expected', (one) =>
    expect(
      decide({ ...one, action: 'sts:AssumeRole', resource: `arn:aws:iam::${account}:role/x` }),
    ).toBe(one.expected),
  );
});

describe('actions and resources', () => {
  const matches: readonly (readonly [string, Json, Case['expected'], Partial<Case>])[] = [
    ['actions ignore case', { Action: 'S3:getobject' }, 'allowed', {}],
    ['* in an action', { Action: 's3:Get*' }, 'allowed', {}],
    ['? in an action', { Action: 's3:GetObjec?' }, 'allowed', {}],
    ['? is exactly one', { Action: 's3:GetObject?' }, 'implicit deny', {}],
    ['another service', { Action: 'logs:*' }, 'implicit deny', {}],
    ['everything', { Action: '*' }, 'allowed', {}],
    ['one of a list', { Action: ['s3:PutObject', 's3:GetObject'] }, 'allowed', {}],
    ['NotAction of another', { Action: undefined, NotAction: 's3:PutObject' }, 'allowed', {}],
    ['NotAction of this', { Action: undefined, NotAction: 's3:Get*' }, 'implicit deny', {}],
    ['the exact resource', { Resource: `${bucket}/key` }, 'allowed', {}],
    ['resources mind case', { Resource: `${bucket}/Key` }, 'implicit deny', {}],
    ['a prefix', { Resource: `${bucket}/k*` }, 'allowed', {}],
    ['a bucket is not its objects', { Resource: bucket }, 'implicit deny', {}],
    [
      '* goes over slashes',
      { Resource: `${bucket}/*` },
      'allowed',
      { resource: `${bucket}/a/b/c` },
    ],
    [
      'a longer bucket name is another bucket',
      { Resource: `${bucket}/*` },
      'implicit deny',
      { resource: 'arn:aws:s3:::data2/key' },
    ],
    [
      '* stays in its field of the ARN',
      { Resource: 'arn:aws:iam::*:role/x', Action: '*' },
      'implicit deny',
      { resource: `arn:aws:iam::${account}:user/a:role/x` },
    ],
    [
      'colons in the resource part',
      { Resource: 'arn:aws:logs:*:*:log-group:/aws/*', Action: '*' },
      'allowed',
      { resource: `arn:aws:logs:us-east-1:${account}:log-group:/aws/x:log-stream:y` },
    ],
    [
      'NotResource of another',
      { Resource: undefined, NotResource: 'arn:aws:s3:::x/*' },
      'allowed',
      {},
    ],
    [
      'NotResource of this',
      { Resource: undefined, NotResource: `${bucket}/*` },
      'implicit deny',
      {},
    ],
  ];
  test.each(matches)('%s', (what, statement, expected, more) =>
    expect(decide({ what, expected, identity: [allow(statement)], ...more })).toBe(expected),
  );
});

describe('policy variables', () => {
  const ofTag = { Resource: `${bucket}/\${aws:PrincipalTag/team}/*` };
  const at = (path: string, tag?: string): Partial<Case> => ({
    resource: `${bucket}/${path}`,
    ...(tag !== undefined && { context: { 'aws:PrincipalTag/team': tag } }),
  });
  const cases: readonly (readonly [string, Json, Partial<Case>, Case['expected']])[] = [
    ['take the tag', ofTag, at('red/x', 'red'), 'allowed'],
    ['take no other tag', ofTag, at('blue/x', 'red'), 'implicit deny'],
    ['without a value match nothing', ofTag, at('red/x'), 'implicit deny'],
    ['bring no wildcards', ofTag, at('red/x', '*'), 'implicit deny'],
    ['bring no single wildcard', ofTag, at('red/x', 're?'), 'implicit deny'],
    ['do not nest', ofTag, at('red/x', `\${aws:username}`), 'implicit deny'],
    [
      'ignore the case of keys',
      { Resource: `${bucket}/\${AWS:principaltag/TEAM}/*` },
      at('red/x', 'red'),
      'allowed',
    ],
    ['mind the case of values', ofTag, at('RED/x', 'red'), 'implicit deny'],
    [
      'have defaults',
      { Resource: `${bucket}/\${aws:PrincipalTag/team, 'none'}/*` },
      at('none/x'),
      'allowed',
    ],
    ['write a star', { Resource: `${bucket}/\${*}` }, at('*'), 'allowed'],
    ['write a star only', { Resource: `${bucket}/\${*}` }, at('anything'), 'implicit deny'],
    [
      'of several values have none',
      ofTag,
      { resource: `${bucket}/a/x`, context: { 'aws:PrincipalTag/team': ['a', 'b'] } },
      'implicit deny',
    ],
  ];
  test.each(cases)('%s', (what, statement, more, expected) =>
    expect(decide({ what, expected, identity: [allow(statement)], ...more })).toBe(expected),
  );

  test('are plain text in policies of 2008', () => {
    expect(
      decide({
        what: '',
        expected: 'allowed',
        version: '2008-10-17',
        identity: [allow(ofTag)],
        resource: `${bucket}/\${aws:PrincipalTag/team}/x`,
      }),
    ).toBe('allowed');
  });

  test('without a value leave a deny on NotResource in force', () => {
    expect(
      decide({
        what: '',
        expected: 'explicit deny',
        identity: [allow(), deny({ Resource: undefined, NotResource: ofTag.Resource })],
        resource: `${bucket}/red/x`,
      }),
    ).toBe('explicit deny');
  });
});

describe('conditions', () => {
  const key = 'aws:test';
  /** Operator, wanted, given (undefined: the key is absent), holds. */
  const cases: readonly (readonly [
    string,
    string | readonly string[],
    string | readonly string[] | undefined,
    boolean,
  ])[] = [
    ['StringEquals', 'a', 'a', true],
    ['StringEquals', 'a', 'A', false],
    ['StringEquals', ['a', 'b'], 'b', true],
    ['StringEquals', 'a*', 'ab', false],
    ['StringEquals', 'a', undefined, false],
    ['StringEqualsIfExists', 'a', undefined, true],
    ['StringEqualsIfExists', 'a', 'b', false],
    ['StringNotEquals', 'a', 'b', true],
    ['StringNotEquals', ['a', 'b'], 'b', false],
    ['StringNotEquals', 'a', undefined, true],
    ['StringEqualsIgnoreCase', 'a', 'A', true],
    ['StringNotEqualsIgnoreCase', 'a', 'A', false],
    ['StringLike', 'a*c', 'abbc', true],
    ['StringLike', 'a?c', 'abbc', false],
    ['StringNotLike', 'a*', 'abc', false],
    ['StringNotLike', 'a*', undefined, true],
    ['ArnLike', 'arn:aws:iam::1:role/a/*', 'arn:aws:iam::1:role/a/b', true],
    ['ArnLike', 'arn:aws:iam::*:role/a', 'arn:aws:iam::1:role/b', false],
    ['ArnLike', 'arn:aws:iam::*:role/a', 'arn:aws:iam::1:x:role/a', false],
    ['ArnEquals', 'arn:aws:iam::1:role/*', 'arn:aws:iam::1:role/b', true],
    ['ArnNotEquals', 'arn:aws:iam::1:role/a', 'arn:aws:iam::1:role/b', true],
    ['ArnNotLike', 'arn:aws:iam::1:role/*', 'arn:aws:iam::1:role/b', false],
    ['Bool', 'true', 'TRUE', true],
    ['Bool', 'false', 'true', false],
    ['Bool', 'false', undefined, false],
    ['BoolIfExists', 'false', undefined, true],
    ['Null', 'true', undefined, true],
    ['Null', 'true', 'a', false],
    ['Null', 'false', 'a', true],
    ['Null', 'false', undefined, false],
    ['NumericEquals', '5', '5.0', true],
    ['NumericLessThan', '5', '4', true],
    ['NumericLessThan', '5', 'x', false],
    ['NumericLessThanEquals', '5', '5', true],
    ['NumericGreaterThan', '5', '5', false],
    ['NumericGreaterThanEquals', '5', '5', true],
    ['NumericNotEquals', '5', '6', true],
    ['NumericEquals', '', '0', false],
    ['DateLessThan', '2026-01-01T00:00:00Z', '2025-12-31T23:59:59Z', true],
    ['DateGreaterThan', '2026-01-01T00:00:00Z', '1767225601', true],
    ['DateEquals', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00', true],
    ['DateGreaterThan', 'nonsense', '2026-01-01T00:00:00Z', false],
    ['IpAddress', '127.0.0.0/8', '127.1.2.3', true],
    ['IpAddress', '127.0.0.1', '127.0.0.2', false],
    ['IpAddress', '::1/128', '::1', true],
    ['IpAddress', '10.0.0.0/33', '10.0.0.1', false],
    ['NotIpAddress', ['127.0.0.0/8', '::1/128'], '::1', false],
    ['NotIpAddress', ['127.0.0.0/8', '::1/128'], '10.0.0.1', true],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['x', 'b'], true],
    ['ForAnyValue:StringEquals', 'a', ['x', 'y'], false],
    ['ForAnyValue:StringEquals', 'a', undefined, false],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
    ['ForAllValues:StringEquals', 'a', undefined, true],
    ['ForAllValues:StringLike', 'a*', ['ab', 'ac'], true],
    ['ForAnyValue:StringNotEquals', 'a', ['a', 'b'], true],
    ['ForAllValues:StringNotEquals', 'a', ['a', 'b'], false],
  ];
  test.each(cases)('%s %j against %j: %s', (operator, wanted, given, holds) => {
    const one: Case = {
      what: '',
      expected: holds ? 'allowed' : 'implicit deny',
      identity: [allow({ Condition: { [operator]: { [key]: wanted } } })],
      ...(given !== undefined && { context: { 'AWS:Test': given } }),
    };
    expect(decide(one)).toBe(one.expected);
  });

  test('all conditions of a statement must hold', () => {
    const Condition = { StringEquals: { 'aws:a': 'x' }, Bool: { 'aws:b': 'true' } };
    const decideWith = (context: Record<string, string>) =>
      decide({ what: '', expected: 'allowed', identity: [allow({ Condition })], context });
    expect(decideWith({ 'aws:a': 'x', 'aws:b': 'true' })).toBe('allowed');
    expect(decideWith({ 'aws:a': 'x', 'aws:b': 'false' })).toBe('implicit deny');
  });

  test('values take variables, which bring no wildcards', () => {
    const Condition = {
      StringLike: { 'aws:ResourceAccount': `\${aws:PrincipalTag/AtelierAccount}` },
    };
    const decideWith = (tag: string) =>
      decide({
        what: '',
        expected: 'allowed',
        identity: [allow({ Condition })],
        context: { 'aws:ResourceAccount': account, 'aws:PrincipalTag/AtelierAccount': tag },
      });
    expect(decideWith(account)).toBe('allowed');
    expect(decideWith('*')).toBe('implicit deny');
  });
});

describe('a malformed policy is refused', () => {
  const bad: readonly (readonly [string, PolicyKind, unknown])[] = [
    ['no JSON', 'identity', '{'],
    ['no statement', 'identity', { Version: '2012-10-17', Statement: [] }],
    ['an unknown version', 'identity', { Version: '2020-01-01', Statement: [allow()] }],
    ['an unknown member', 'identity', { Statement: [allow({ Actions: 'x' })] }],
    ['an unknown effect', 'identity', { Statement: [allow({ Effect: 'Maybe' })] }],
    ['an action without service', 'identity', { Statement: [allow({ Action: 'GetObject' })] }],
    ['both forms', 'identity', { Statement: [allow({ NotAction: 's3:*' })] }],
    ['no resource', 'identity', { Statement: [allow({ Resource: undefined })] }],
    ['a principal', 'identity', { Statement: [byRole(allow())] }],
    ['no principal', 'resource', { Statement: [allow()] }],
    [
      'a wildcard principal',
      'trust',
      {
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { AWS: 'arn:aws:iam::111111111111:role/*' },
          },
        ],
      },
    ],
    ['a resource in a trust', 'trust', { Statement: [byRole(allow())] }],
    [
      'an unknown operator',
      'identity',
      { Statement: [allow({ Condition: { StringAlmost: { a: 'b' } } })] },
    ],
    [
      'an inherited name as operator',
      'identity',
      { Statement: [allow({ Condition: { constructor: { a: 'b' } } })] },
    ],
    [
      'a variable before the resource',
      'identity',
      { Statement: [allow({ Resource: `arn:aws:iam::\${aws:PrincipalAccount}:role/x` })] },
    ],
  ];
  test.each(bad)('%s', (_what, kind, document) => {
    const text = typeof document === 'string' ? document : JSON.stringify(document);
    expect(() => parsePolicy(text, kind)).toThrow(
      expect.objectContaining({ code: 'MalformedPolicyDocument' }),
    );
  });
});

test('a pattern of many stars is decided quickly', () => {
  const started = performance.now();
  const stars = `${bucket}/${'*a'.repeat(200)}`;
  decide({
    what: '',
    expected: 'implicit deny',
    identity: [allow({ Resource: stars })],
    resource: `${bucket}/${'a'.repeat(1_000)}b`,
  });
  expect(performance.now() - started).toBeLessThan(1_000);
});
