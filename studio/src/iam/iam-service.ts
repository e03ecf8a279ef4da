import type { RpcService } from '../wire/operation.ts';
import type { DecidingAuthorizer } from './authorizer.ts';
import { rolePolicyOperations } from './operations/role-policies.ts';
import { roleTagOperations } from './operations/role-tags.ts';
import { roleOperations } from './operations/roles.ts';
import { simulateOperations } from './operations/simulate.ts';
import type { RoleStore } from './role-store.ts';
import type { Sessions } from './sessions.ts';

export interface IamDeps {
  readonly roles: RoleStore;
  readonly sessions: Sessions;
  readonly authorizer: DecidingAuthorizer;
}

export const createIamService = (deps: IamDeps): RpcService => ({
  protocol: 'query',
  name: 'iam',
  target: '2010-05-08',
  operations: [
    ...roleOperations(deps),
    ...rolePolicyOperations(deps),
    ...roleTagOperations(deps),
    ...simulateOperations(deps),
  ],
});
