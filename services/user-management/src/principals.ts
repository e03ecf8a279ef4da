import type { Principal, TenantRole } from '@atelier/contracts';
import {
  BusinessError,
  notFound,
  type Peers,
  type PlatformScope,
  type ServiceRuntime,
  type TenantScope,
} from '@atelier/service-kit';
import { proveApiKey } from './api-keys.ts';
import { findOperator } from './operators.ts';
import { findUser, holderOfIdentity } from './user-store.ts';

export interface PrincipalDeps {
  readonly runtime: ServiceRuntime;
  readonly peers: Peers;
}

const nobody = () => notFound('person here');

/** The active user of an active tenant. Throws `not_found` or `tenant_not_active`. */
const activeUser = async (
  deps: PrincipalDeps,
  scope: TenantScope,
  userId: string,
  onlyRoles?: readonly TenantRole[],
): Promise<Principal> => {
  const user = await scope.transaction((transaction) =>
    findUser(transaction, scope.tenantId, userId),
  );
  if (user === null || !user.active) throw nobody();
  const tenant = await deps
    .peers('tenant-management', { tenantId: scope.tenantId, requestId: scope.requestId })
    .getTenantAsService();
  if (tenant.state !== 'active') {
    throw new BusinessError('tenant_not_active', `${tenant.name} is ${tenant.state}.`);
  }
  return {
    userId: user.id,
    tenantId: scope.tenantId,
    roles: user.roles.filter((role) => onlyRoles === undefined || onlyRoles.includes(role)),
    email: user.email,
    name: user.name,
    revision: user.revision,
  };
};

export const resolveIdentity = async (
  deps: PrincipalDeps,
  platform: PlatformScope,
  identity: { issuer: string; subject: string },
): Promise<Principal> => {
  const holder = await platform.transaction((transaction) =>
    holderOfIdentity(transaction, identity),
  );
  if (holder === null) throw nobody();
  if (holder.tenantId !== null) {
    return activeUser(
      deps,
      deps.runtime.openScope(holder.tenantId, platform.requestId),
      holder.userId,
    );
  }
  const operator = await platform.transaction((transaction) =>
    findOperator(transaction, holder.userId),
  );
  if (operator === null || !operator.active) throw nobody();
  return {
    userId: operator.id,
    tenantId: null,
    roles: ['platform_operator'],
    email: operator.email,
    name: operator.name,
    revision: 1,
  };
};

export const resolveApiKey = async (
  deps: PrincipalDeps,
  given: { secret: string; requestId: string },
): Promise<Principal> => {
  const proven = await proveApiKey(deps.runtime, given);
  if (proven === null) throw nobody();
  return activeUser(deps, proven.scope, proven.key.userId, proven.key.roles);
};

export const resolveUser = (
  deps: PrincipalDeps,
  given: { tenantId: string; userId: string; requestId: string },
): Promise<Principal> =>
  activeUser(deps, deps.runtime.openScope(given.tenantId, given.requestId), given.userId);
