import type { userManagementOperations } from '@atelier/contracts';
import { type Handlers, nextCursorOf } from '@atelier/service-kit';
import { listApiKeys } from './api-key-store.ts';
import { createApiKey, revokeApiKey, toApiKey } from './api-keys.ts';
import { listInvitations } from './invitation-store.ts';
import {
  acceptInvitation,
  type InvitationDeps,
  invite,
  lookUpInvitation,
  revokeInvitation,
  toInvitation,
} from './invitations.ts';
import { resolveApiKey, resolveIdentity, resolveUser } from './principals.ts';
import { deleteUsersOf, holderOfEmail, listUsers } from './user-store.ts';
import { changeUser, ensureFirstUser, toUser } from './users.ts';

/** A page and where the next begins; ids are the cursor. */
const pageOf = <Stored extends { id: string }, Item>(
  rows: readonly Stored[],
  limit: number,
  toItem: (row: Stored) => Item,
): { items: Item[]; nextCursor: string | null } => ({
  items: rows.map(toItem),
  nextCursor: nextCursorOf(rows, limit, ({ id }) => id),
});

export const handlersOf = (deps: InvitationDeps): Handlers<typeof userManagementOperations> => ({
  getMe: async ({ user }) => ({
    userId: user.userId,
    tenantId: user.tenantId,
    roles: [...user.roles],
    email: user.email,
    name: user.name,
    revision: 1,
  }),

  listUsers: async ({ scope, query }) => {
    const rows = await scope.transaction((transaction) =>
      listUsers(transaction, scope.tenantId, { limit: query.limit, after: query.cursor ?? null }),
    );
    return pageOf(rows, query.limit, toUser);
  },
  changeUser: ({ scope, params, body }) => changeUser(scope, params.userId, body),

  invite: ({ scope, user, body, resourceId }) =>
    invite(deps, scope, { ...body, id: resourceId, invitedBy: user.userId }),
  listInvitations: async ({ scope, query }) => {
    const rows = await scope.transaction((transaction) =>
      listInvitations(transaction, scope.tenantId, {
        limit: query.limit,
        before: query.cursor ?? null,
      }),
    );
    return pageOf(rows, query.limit, toInvitation);
  },
  revokeInvitation: async ({ scope, params }) => {
    await revokeInvitation(scope, params.invitationId);
  },
  lookUpInvitation: ({ body, requestId }) => lookUpInvitation(deps, { ...body, requestId }),
  acceptInvitation: ({ body, requestId }) => acceptInvitation(deps, { ...body, requestId }),

  createApiKey: ({ scope, user, body, resourceId }) =>
    createApiKey(scope, { ...body, id: resourceId, userId: user.userId, ownRoles: user.roles }),
  listApiKeys: async ({ scope, user, query }) => {
    const rows = await scope.transaction((transaction) =>
      listApiKeys(transaction, scope.tenantId, {
        userId: user.userId,
        limit: query.limit,
        before: query.cursor ?? null,
      }),
    );
    return pageOf(rows, query.limit, toApiKey);
  },
  deleteApiKey: async ({ scope, user, params }) => {
    await revokeApiKey(scope, { id: params.apiKeyId, userId: user.userId });
  },

  ensureFirstUser: ({ tenantScope, body }) => ensureFirstUser(tenantScope(), body),
  isEmailTaken: async ({ platform, body }) => ({
    taken:
      (await platform.transaction((transaction) => holderOfEmail(transaction, body.email))) !==
      null,
  }),
  resolveIdentity: ({ platform, body }) => resolveIdentity(deps, platform, body),
  resolveApiKey: ({ body, requestId }) => resolveApiKey(deps, { ...body, requestId }),
  resolveUser: ({ body, requestId }) => resolveUser(deps, { ...body, requestId }),

  deleteUsers: async ({ tenantScope }) => {
    const scope = tenantScope();
    const { userDirectory } = deps;
    if (userDirectory !== null) {
      const people = await scope.transaction((transaction) =>
        listUsers(transaction, scope.tenantId, { limit: 100_000, after: null }),
      );
      for (const { subject } of people) await userDirectory.deleteUser(subject);
    }
    const deleted = await scope.transaction(async (transaction) => {
      await transaction.audit({ operation: 'deleteUsers', resource: null, detail: null });
      return deleteUsersOf(transaction, scope.tenantId);
    });
    return { deleted };
  },
});
