import { accessDenied } from '../wire/errors.ts';
import type { AccessRequest, Authorizer, Caller } from './access.ts';
import type { ConditionContext } from './conditions.ts';
import { type Decision, evaluate } from './evaluate.ts';
import { type PolicyDocument, parsePolicy } from './policy.ts';
import type { RoleStore } from './role-store.ts';

/** Policies that only deny, by the account they bind: `accounts/` implements it. */
export interface Guardrails {
  forAccount(accountId: string): Promise<readonly string[]>;
}

export interface DecidingAuthorizer extends Authorizer {
  decide(caller: Caller, request: AccessRequest): Promise<Decision>;
}

/** What a role whose boundary is gone may do. */
const nothing: PolicyDocument = { variables: true, statements: [] };

export function createAuthorizer(deps: {
  readonly roles: RoleStore;
  readonly guardrails: Guardrails;
  readonly organizationId: string;
  readonly now: () => Date;
}): DecidingAuthorizer {
  async function decide(caller: Caller, request: AccessRequest): Promise<Decision> {
    const role = caller.roleArn ? await deps.roles.findByArn(caller.roleArn) : null;
    const resourceAccountId = request.resourceAccountId ?? caller.accountId;
    const guardrails = await deps.guardrails.forAccount(caller.accountId);
    const { resourcePolicy } = request;
    return evaluate({
      principal: {
        kind: 'aws',
        accountId: caller.accountId,
        arn: caller.arn,
        roleArn: caller.roleArn,
      },
      action: request.action,
      resource: request.resource,
      resourceAccountId,
      context: contextOf(caller, request, resourceAccountId),
      identityPolicies: Object.values(role?.policies ?? {}).map((text) =>
        parsePolicy(text, 'identity'),
      ),
      boundary: await boundaryOf(role?.boundaryArn ?? null),
      sessionPolicy: caller.sessionPolicy ? parsePolicy(caller.sessionPolicy, 'identity') : null,
      guardrails: guardrails.map((text) => parsePolicy(text, 'identity')),
      resourcePolicy: resourcePolicy
        ? parsePolicy(resourcePolicy, request.resourcePolicyIsTrust ? 'trust' : 'resource')
        : null,
      resourcePolicyDecides: request.resourcePolicyIsTrust ?? false,
    });
  }

  async function boundaryOf(arn: string | null): Promise<PolicyDocument | null> {
    if (arn === null) return null;
    const document = await deps.roles.managedPolicy(arn);
    return document === null ? nothing : parsePolicy(document, 'identity');
  }

  function contextOf(
    caller: Caller,
    request: AccessRequest,
    resourceAccountId: string,
  ): ConditionContext {
    const now = deps.now();
    const values: Readonly<Record<string, string | readonly string[]>> = {
      // Studio's own work for a job or space comes from this machine, as its API does.
      'aws:SourceIp': '127.0.0.1',
      'aws:SecureTransport': 'false',
      ...request.context,
      'aws:PrincipalArn': caller.roleArn ?? caller.arn,
      'aws:PrincipalAccount': caller.accountId,
      'aws:PrincipalType': caller.roleArn ? 'AssumedRole' : 'User',
      'aws:PrincipalOrgID': deps.organizationId,
      'aws:PrincipalIsAWSService': 'false',
      'aws:userid': caller.userId,
      'aws:ResourceAccount': resourceAccountId,
      'aws:CurrentTime': now.toISOString(),
      'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
      ...(caller.sourceIdentity && { 'aws:SourceIdentity': caller.sourceIdentity }),
      ...Object.fromEntries(
        Object.entries(caller.principalTags).map(([key, value]) => [
          `aws:PrincipalTag/${key}`,
          value,
        ]),
      ),
    };
    return toContext(values);
  }

  return {
    decide,
    async isAllowed(caller, request) {
      return (await decide(caller, request)).allowed;
    },
    async authorize(caller, request) {
      const decision = await decide(caller, request);
      if (!decision.allowed) {
        throw accessDenied(caller.arn, request.action, request.resource, decision.reason);
      }
    },
  };
}

export function toContext(
  values: Readonly<Record<string, string | readonly string[]>>,
): ConditionContext {
  return new Map(
    Object.entries(values).map(([key, value]) => [
      key.toLowerCase(),
      typeof value === 'string' ? [value] : value,
    ]),
  );
}
