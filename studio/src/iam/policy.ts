import { LRUCache } from 'lru-cache';
import { AwsError } from '../wire/errors.ts';
import { type ConditionTest, parseConditions } from './conditions.ts';

export type Effect = 'Allow' | 'Deny';

/** Values by principal type: `{ AWS: ['arn:…'], Service: ['sagemaker.amazonaws.com'] }`; `everyone` for `"*"`. */
export interface Principals {
  readonly everyone: boolean;
  readonly aws: readonly string[];
  readonly services: readonly string[];
  readonly federated: readonly string[];
}

/** A list with its `Not…` form: `NotAction` matches what the list does not. */
export interface Selection {
  readonly negated: boolean;
  readonly patterns: readonly string[];
}

export interface Statement {
  readonly sid: string | null;
  readonly effect: Effect;
  readonly principals: { readonly negated: boolean; readonly principals: Principals } | null;
  readonly actions: Selection;
  /** Null in trust policies. */
  readonly resources: Selection | null;
  readonly conditions: readonly ConditionTest[];
}

export interface PolicyDocument {
  /** `${…}` is replaced in policies of 2012 only. */
  readonly variables: boolean;
  readonly statements: readonly Statement[];
}

/** Identity policies name resources, trust policies principals, resource policies both. */
export type PolicyKind = 'identity' | 'trust' | 'resource';

const parsed = new LRUCache<string, PolicyDocument>({ max: 5_000 });

/** Throws `MalformedPolicyDocument`, saying what is wrong. */
export function parsePolicy(text: string, kind: PolicyKind): PolicyDocument {
  const key = `${kind} ${text}`;
  const known = parsed.get(key);
  if (known) return known;
  const policy = readPolicy(text, kind);
  parsed.set(key, policy);
  return policy;
}

function readPolicy(text: string, kind: PolicyKind): PolicyDocument {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw malformed('This policy contains invalid Json');
  }
  const policy = asObject(document, 'The policy');
  refuseUnknown(policy, ['Version', 'Id', 'Statement'], 'The policy');
  const version = policy.Version ?? '2008-10-17';
  if (version !== '2012-10-17' && version !== '2008-10-17') {
    throw malformed('The policy must contain a valid version string');
  }
  const statements = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement];
  if (statements.length === 0) throw malformed('The policy has no statement');
  return {
    variables: version === '2012-10-17',
    statements: statements.map((statement) => readStatement(statement, kind)),
  };
}

const statementMembers = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

function readStatement(value: unknown, kind: PolicyKind): Statement {
  const statement = asObject(value, 'A statement');
  refuseUnknown(statement, statementMembers, 'A statement');
  const effect = statement.Effect;
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw malformed('A statement must have the effect Allow or Deny');
  }
  const actions = readSelection(statement, 'Action');
  if (!actions) throw malformed('Policy statement must contain actions.');
  for (const action of actions.patterns) {
    if (action !== '*' && !/^[a-zA-Z0-9-]+:[a-zA-Z0-9*?]+$/.test(action)) {
      throw malformed(`Actions/Conditions must be prefaced by a vendor: ${action}`);
    }
  }
  const resources = readSelection(statement, 'Resource');
  for (const resource of resources?.patterns ?? []) {
    if (resource.split(':', 5).some((field) => field.includes('${'))) {
      throw malformed(`A policy variable stands before the resource part of ${resource}`);
    }
  }
  const principals = readPrincipals(statement);
  if (kind !== 'trust' && !resources) throw malformed('Policy statement must contain resources.');
  if (kind === 'trust' && resources) throw malformed('Has prohibited field Resource');
  if (kind === 'identity' && principals)
    throw malformed('Policy document should not specify a principal.');
  if (kind !== 'identity' && !principals) throw malformed('Missing required field Principal');
  const sid = statement.Sid;
  if (sid !== undefined && typeof sid !== 'string') throw malformed('A Sid is not a string');
  return {
    sid: sid ?? null,
    effect,
    principals,
    actions,
    resources,
    conditions: readConditions(statement.Condition),
  };
}

function readConditions(value: unknown): readonly ConditionTest[] {
  if (value === undefined) return [];
  const blocks = asObject(value, 'Condition');
  return Object.entries(blocks).flatMap(([operator, block]) =>
    Object.entries(asObject(block, `Condition ${operator}`)).map(([key, values]) => {
      const test = parseConditions(operator, key, asStrings(values, `Condition ${key}`));
      if (!test) throw malformed(`Invalid Condition type : ${operator}`);
      return test;
    }),
  );
}

function readSelection(
  statement: Readonly<Record<string, unknown>>,
  name: 'Action' | 'Resource',
): Selection | null {
  const [positive, negative] = [statement[name], statement[`Not${name}`]];
  if (positive !== undefined && negative !== undefined) {
    throw malformed(`A statement has both ${name} and Not${name}`);
  }
  if (positive === undefined && negative === undefined) return null;
  const patterns = asStrings(positive ?? negative, name);
  if (patterns.length === 0) throw malformed(`A statement has an empty ${name}`);
  return { negated: positive === undefined, patterns };
}

function readPrincipals(statement: Readonly<Record<string, unknown>>): Statement['principals'] {
  const [positive, negative] = [statement.Principal, statement.NotPrincipal];
  if (positive !== undefined && negative !== undefined) {
    throw malformed('A statement has both Principal and NotPrincipal');
  }
  const value = positive ?? negative;
  if (value === undefined) return null;
  const negated = positive === undefined;
  if (value === '*') {
    return { negated, principals: { everyone: true, aws: [], services: [], federated: [] } };
  }
  const byType = asObject(value, 'Principal');
  refuseUnknown(byType, ['AWS', 'Service', 'Federated'], 'Principal');
  const aws = asStrings(byType.AWS ?? [], 'Principal');
  for (const arn of aws) {
    if (arn !== '*' && !/^(\d{12}|arn:aws:(iam|sts)::\d{12}:[^*?]+)$/.test(arn)) {
      throw malformed(`Invalid principal in policy: "AWS":"${arn}"`);
    }
  }
  return {
    negated,
    principals: {
      everyone: aws.includes('*'),
      aws,
      services: asStrings(byType.Service ?? [], 'Principal'),
      federated: asStrings(byType.Federated ?? [], 'Principal'),
    },
  };
}

function asObject(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed(`${what} is not an object`);
  }
  return value as Readonly<Record<string, unknown>>;
}

function asStrings(value: unknown, what: string): readonly string[] {
  const values = Array.isArray(value) ? value : [value];
  return values.map((item) => {
    if (typeof item === 'string') return item;
    if (typeof item === 'boolean' || typeof item === 'number') return String(item);
    throw malformed(`${what} must be strings`);
  });
}

function refuseUnknown(
  value: Readonly<Record<string, unknown>>,
  known: readonly string[],
  what: string,
): void {
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) throw malformed(`${what} has the unknown member ${name}`);
  }
}

const malformed = (message: string): AwsError => new AwsError('MalformedPolicyDocument', message);
