import type { SimulatePolicyResponse } from '@aws-sdk/client-iam';
import { AwsError } from '../../wire/errors.ts';
import { type AnyOperation, operation } from '../../wire/operation.ts';
import type { DecidingAuthorizer } from '../authorizer.ts';
import type { Decision } from '../evaluate.ts';
import { type Input, list, optionalText, text, texts } from '../input.ts';
import type { RoleStore } from '../role-store.ts';
import type { Sessions } from '../sessions.ts';

/** `iam:SimulatePrincipalPolicy`: what the same evaluation would answer for a role of the caller's account. */
export const simulateOperations = (deps: {
  readonly roles: RoleStore;
  readonly sessions: Sessions;
  readonly authorizer: DecidingAuthorizer;
}): AnyOperation[] => [
  operation<Input, SimulatePolicyResponse>({
    name: 'SimulatePrincipalPolicy',
    access: (input) => [{ action: 'iam:SimulatePrincipalPolicy', resource: sourceArnOf(input) }],
    handle: async (input, { caller }) => {
      const arn = sourceArnOf(input);
      const role = await deps.roles.findByArn(arn);
      if (role?.accountId !== caller.accountId) {
        throw new AwsError('NoSuchEntity', `The entity ${arn} cannot be found.`, { status: 404 });
      }
      const session = {
        role,
        sessionName: 'simulated',
        tags: {},
        transitiveTagKeys: [],
        sourceIdentity: null,
        sessionPolicy: null,
      };
      const principal = deps.sessions.describe(session, '', null);
      const actions = texts(input, 'ActionNames', 200);
      const resources = texts(input, 'ResourceArns', 200);
      const context = contextEntries(input);
      const questions = actions.flatMap((action) =>
        (resources.length > 0 ? resources : ['*']).map((resource) => ({ action, resource })),
      );
      return {
        IsTruncated: false,
        EvaluationResults: await Promise.all(
          questions.map(async ({ action, resource }) => ({
            EvalActionName: action,
            EvalResourceName: resource,
            EvalDecision: decisionName(
              await deps.authorizer.decide(principal, { action, resource, context }),
            ),
            MatchedStatements: [],
            MissingContextValues: [],
          })),
        ),
      };
    },
  }),
];

const sourceArnOf = (input: Input): string =>
  text(input, 'PolicySourceArn', /^arn:aws:iam::\d{12}:[\x21-\x7e]+$/);

const decisionName = (decision: Decision): 'allowed' | 'explicitDeny' | 'implicitDeny' => {
  if (decision.allowed) return 'allowed';
  return decision.explicitDeny ? 'explicitDeny' : 'implicitDeny';
};

const contextEntries = (input: Input): Record<string, readonly string[]> =>
  Object.fromEntries(
    list(input, 'ContextEntries', 100).map((item) => {
      const entry = (typeof item === 'object' && item !== null ? item : {}) as Input;
      return [optionalText(entry, 'ContextKeyName') ?? '', texts(entry, 'ContextKeyValues', 100)];
    }),
  );
