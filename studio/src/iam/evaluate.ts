import type { ConditionContext } from './conditions.ts';
import { compilePattern, matches, matchesArn } from './pattern.ts';
import type { PolicyDocument, Principals, Selection, Statement } from './policy.ts';

/** Who asks, as principals in policies name him. */
export type Principal =
  | {
      readonly kind: 'aws';
      readonly accountId: string;
      /** Session or user. */
      readonly arn: string;
      readonly roleArn: string | null;
    }
  | { readonly kind: 'service'; readonly service: string };

export interface Question {
  readonly principal: Principal;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccountId: string;
  readonly context: ConditionContext;
  readonly identityPolicies: readonly PolicyDocument[];
  /** Permissions boundary; null when the role has none. */
  readonly boundary: PolicyDocument | null;
  readonly sessionPolicy: PolicyDocument | null;
  /** Organisation policies that only deny. */
  readonly guardrails: readonly PolicyDocument[];
  readonly resourcePolicy: PolicyDocument | null;
  /** A role's trust policy must allow even where the identity policies do. */
  readonly resourcePolicyDecides: boolean;
}

export interface Decision {
  readonly allowed: boolean;
  readonly explicitDeny: boolean;
  /** As Amazon words it after "is not authorized to perform: …": `because no identity-based policy allows …`. */
  readonly reason: string;
}

/** AWS's policy evaluation: an explicit deny anywhere ends it; then each side that must allow has to. */
export function evaluate(question: Question): Decision {
  const denying = explicitDeny(question);
  if (denying) return deny(true, `with an explicit deny in a ${denying}`);

  const grant = resourceGrant(question);
  if (question.principal.kind === 'service') {
    return grant === 'none' ? deny(false, noPolicy('resource-based', question)) : allow;
  }
  const crossAccount = question.principal.accountId !== question.resourceAccountId;
  if ((crossAccount || question.resourcePolicyDecides) && grant === 'none') {
    return deny(false, noPolicy('resource-based', question));
  }
  // Within one account a resource policy that names the session itself needs nothing else, not even the boundary.
  if (!crossAccount && grant === 'session') return allow;
  const { boundary, sessionPolicy } = question;
  if (boundary && !allows([boundary], question)) {
    return deny(false, noPolicy('permissions boundary', question));
  }
  if (sessionPolicy && !allows([sessionPolicy], question)) {
    return deny(false, noPolicy('session', question));
  }
  if (!crossAccount && grant === 'principal') return allow;
  return allows(question.identityPolicies, question)
    ? allow
    : deny(false, noPolicy('identity-based', question));
}

const allow: Decision = { allowed: true, explicitDeny: false, reason: '' };
const deny = (explicit: boolean, reason: string): Decision => ({
  allowed: false,
  explicitDeny: explicit,
  reason,
});
const noPolicy = (kind: string, question: Question): string =>
  kind === 'permissions boundary'
    ? `because no permissions boundary allows the ${question.action} action`
    : `because no ${kind} policy allows the ${question.action} action`;

function explicitDeny(question: Question): string | null {
  const sources: readonly (readonly [string, readonly PolicyDocument[]])[] = [
    ['service control policy', question.guardrails],
    ['identity-based policy', question.identityPolicies],
    ['permissions boundary', question.boundary ? [question.boundary] : []],
    ['session policy', question.sessionPolicy ? [question.sessionPolicy] : []],
  ];
  const found = sources.find(([, policies]) => anyStatement(policies, 'Deny', question));
  if (found) return found[0];
  const { resourcePolicy } = question;
  const denied = resourcePolicy?.statements.some(
    (statement) =>
      statement.effect === 'Deny' &&
      principalMatch(statement, question) !== 'none' &&
      applies(statement, resourcePolicy, question),
  );
  return denied ? 'resource-based policy' : null;
}

const allows = (policies: readonly PolicyDocument[], question: Question): boolean =>
  anyStatement(policies, 'Allow', question);

const anyStatement = (
  policies: readonly PolicyDocument[],
  effect: Statement['effect'],
  question: Question,
): boolean =>
  policies.some((policy) =>
    policy.statements.some(
      (statement) => statement.effect === effect && applies(statement, policy, question),
    ),
  );

/** How precisely a resource policy names the caller; decides what else has to allow. */
type Grant = 'none' | 'account' | 'principal' | 'session';
const precision: readonly Grant[] = ['none', 'account', 'principal', 'session'];

function resourceGrant(question: Question): Grant {
  const { resourcePolicy } = question;
  if (!resourcePolicy) return 'none';
  return resourcePolicy.statements
    .filter(
      (statement) => statement.effect === 'Allow' && applies(statement, resourcePolicy, question),
    )
    .map((statement) => principalMatch(statement, question))
    .reduce(
      (best, grant) => (precision.indexOf(grant) > precision.indexOf(best) ? grant : best),
      'none',
    );
}

function principalMatch(statement: Statement, question: Question): Grant {
  if (!statement.principals) return 'none';
  const { negated, principals } = statement.principals;
  const grant = grantTo(principals, question.principal);
  if (!negated) return grant;
  return grant === 'none' ? 'principal' : 'none';
}

function grantTo(principals: Principals, principal: Principal): Grant {
  if (principal.kind === 'service') {
    return principals.services.includes(principal.service) ? 'principal' : 'none';
  }
  const { accountId, arn, roleArn } = principal;
  if (principals.aws.includes(arn)) return roleArn ? 'session' : 'principal';
  if (roleArn && principals.aws.includes(roleArn)) return 'principal';
  if (principals.everyone) return 'principal';
  const account = [accountId, `arn:aws:iam::${accountId}:root`];
  return account.some((name) => principals.aws.includes(name)) ? 'account' : 'none';
}

function applies(statement: Statement, policy: PolicyDocument, question: Question): boolean {
  const variables = policy.variables ? question.context : null;
  const action = question.action.toLowerCase();
  return (
    selects(statement.actions, (text) =>
      matches(compilePattern(text.toLowerCase(), null), action),
    ) &&
    (statement.resources === null ||
      selects(statement.resources, (text) =>
        matchesArn(compilePattern(text, variables), question.resource),
      )) &&
    statement.conditions.every((condition) => condition.holds(question.context, policy.variables))
  );
}

const selects = (selection: Selection, test: (pattern: string) => boolean): boolean =>
  selection.patterns.some(test) !== selection.negated;
