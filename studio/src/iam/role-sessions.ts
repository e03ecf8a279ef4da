import { AwsError } from '../wire/errors.ts';
import type { RoleSessions } from './access.ts';
import { toContext } from './authorizer.ts';
import { evaluate } from './evaluate.ts';
import { newSessionKeyId } from './names.ts';
import { parsePolicy } from './policy.ts';
import type { RoleStore } from './role-store.ts';
import type { Sessions } from './sessions.ts';

/** Sessions that a service takes of a role which trusts it by name. */
export function createRoleSessions(deps: {
  readonly roles: RoleStore;
  readonly sessions: Sessions;
}): RoleSessions {
  return {
    async assumeForService(roleArn, service, sessionName) {
      const role = await deps.roles.findByArn(roleArn);
      const trusted =
        role !== null &&
        evaluate({
          principal: { kind: 'service', service },
          action: 'sts:AssumeRole',
          resource: roleArn,
          resourceAccountId: role.accountId,
          context: toContext({
            'aws:SourceAccount': role.accountId,
            'sts:RoleSessionName': sessionName,
          }),
          identityPolicies: [],
          boundary: null,
          sessionPolicy: null,
          guardrails: [],
          resourcePolicy: parsePolicy(role.trustPolicy, 'trust'),
          resourcePolicyDecides: true,
        }).allowed;
      if (!trusted) {
        throw new AwsError(
          'ValidationException',
          `Could not assume role ${roleArn}. Please ensure that the role exists and allows principal '${service}' to assume the role.`,
        );
      }
      const session = {
        role,
        sessionName,
        tags: {},
        transitiveTagKeys: [],
        sourceIdentity: null,
        sessionPolicy: null,
      };
      return deps.sessions.describe(session, newSessionKeyId(), null);
    },

    async issueKeys(caller, seconds) {
      const role = caller.roleArn ? await deps.roles.findByArn(caller.roleArn) : null;
      if (!role) {
        throw new AwsError('ValidationException', `The role ${caller.roleArn} does not exist.`);
      }
      return deps.sessions.issue({
        role,
        sessionName: caller.userId.split(':')[1] ?? role.name,
        ...(await deps.sessions.tagsOf(caller.accessKeyId)),
        sourceIdentity: caller.sourceIdentity,
        sessionPolicy: caller.sessionPolicy,
        seconds,
      });
    },
  };
}
