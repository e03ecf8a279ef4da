import type { TenantRole, User } from '@atelier/contracts';
import {
  BusinessError,
  notFound,
  type ScopedTransaction,
  type TenantScope,
} from '@atelier/service-kit';
import { v7 as uuidv7 } from 'uuid';
import { deleteApiKeysOf } from './api-key-store.ts';
import {
  claimPerson,
  findUser,
  holderOfIdentity,
  insertUser,
  lockUsers,
  type StoredUser,
  updateUser,
} from './user-store.ts';

export const toUser = ({ id, email, name, roles, active, createdAt }: StoredUser): User => ({
  id,
  email,
  name,
  roles,
  active,
  createdAt,
});

const told = (transaction: ScopedTransaction, tenantId: string, user: StoredUser) =>
  transaction.publish({
    type: 'UserChanged',
    version: 1,
    tenantId,
    id: user.id,
    state: user.active ? 'active' : 'inactive',
    audience: 'tenant',
  });

/** Adds a person to the tenant. Throws `already_exists` when the address or the identity is taken on the platform. */
export const addPerson = async (
  transaction: ScopedTransaction,
  tenantId: string,
  person: {
    id: string;
    email: string;
    name: string;
    roles: TenantRole[];
    issuer: string;
    subject: string;
  },
): Promise<StoredUser> => {
  const claimed = await claimPerson(transaction, { tenantId, userId: person.id }, person);
  if (!claimed) {
    throw new BusinessError(
      'already_exists',
      'A person with this address is on the platform already.',
    );
  }
  await insertUser(transaction, tenantId, person);
  const user = await findUser(transaction, tenantId, person.id);
  if (user === null) throw notFound('user');
  await told(transaction, tenantId, user);
  return user;
};

/** Registration's first administrator; a repeated call finds the person by his identity. */
export const ensureFirstUser = (
  scope: TenantScope,
  given: { email: string; name: string; issuer: string; subject: string },
): Promise<User> =>
  scope.transaction(async (transaction) => {
    const holder = await holderOfIdentity(transaction, given);
    if (holder?.tenantId === scope.tenantId) {
      const known = await findUser(transaction, scope.tenantId, holder.userId);
      if (known !== null) return toUser(known);
    }
    const user = await addPerson(transaction, scope.tenantId, {
      ...given,
      id: uuidv7(),
      roles: ['tenant_admin'],
    });
    await transaction.audit({ operation: 'ensureFirstUser', resource: user.id, detail: null });
    return toUser(user);
  });

const isActiveAdministrator = (user: Pick<User, 'active' | 'roles'>): boolean =>
  user.active && user.roles.includes('tenant_admin');

/** Changes roles or activity and ends what the old ones opened. The last active administrator stays. */
export const changeUser = (
  scope: TenantScope,
  userId: string,
  change: { roles?: TenantRole[] | undefined; active?: boolean | undefined },
): Promise<User> =>
  scope.transaction(async (transaction) => {
    const everybody = await lockUsers(transaction, scope.tenantId);
    const before = everybody.find(({ id }) => id === userId);
    if (before === undefined) throw notFound('user');
    const after = {
      roles: [...new Set(change.roles ?? before.roles)],
      active: change.active ?? before.active,
    };
    const others = everybody.filter(({ id }) => id !== userId);
    if (
      isActiveAdministrator(before) &&
      !isActiveAdministrator(after) &&
      !others.some(isActiveAdministrator)
    ) {
      throw new BusinessError('last_administrator', 'Make somebody else an administrator first.');
    }
    await updateUser(transaction, scope.tenantId, userId, after);
    const lost = before.roles.some((role) => !after.roles.includes(role));
    if (!after.active || lost) {
      await deleteApiKeysOf(transaction, scope.tenantId, userId);
      await transaction.publish({
        type: 'SessionsRevoked',
        version: 1,
        tenantId: scope.tenantId,
        userId,
        reason: after.active ? 'roles changed' : 'deactivated',
      });
    }
    await transaction.audit({
      operation: 'changeUser',
      resource: userId,
      detail: `roles ${after.roles.join(', ')}; ${after.active ? 'active' : 'inactive'}`,
    });
    const changed = await findUser(transaction, scope.tenantId, userId);
    if (changed === null) throw notFound('user');
    await told(transaction, scope.tenantId, changed);
    return toUser(changed);
  });
