import type { registrationOperations } from '@atelier/contracts';
import { type Handlers, nextCursorOf, notFound } from '@atelier/service-kit';
import { findRegistrationById, listRegistrations } from './registration-store.ts';
import {
  type RegistrationDeps,
  register,
  verify,
  viewRegistration,
  watchRegistration,
} from './registrations.ts';
import type { TenantRoles } from './tenant-roles.ts';

export const handlersOf = (
  deps: RegistrationDeps & { tenantRoles: TenantRoles },
): Handlers<typeof registrationOperations> => ({
  register: ({ body, resourceId, requestId }) =>
    register(deps, { ...body, id: resourceId, requestId }),

  getRegistration: ({ params, headers, requestId }) =>
    watchRegistration(deps, {
      id: params.registrationId,
      token: headers['atelier-registration-token'],
      requestId,
    }),

  verifyRegistration: ({ body, requestId }) => verify(deps, { ...body, requestId }),

  listRegistrations: async ({ platform, query, requestId }) => {
    const rows = await platform.transaction((transaction) =>
      listRegistrations(transaction, { limit: query.limit, before: query.cursor ?? null }),
    );
    const items = await Promise.all(
      rows.map(async (row) => ({
        ...(await viewRegistration(deps, row, deps.runtime.openScope(row.tenantId, requestId))),
        email: row.email,
        tenantId: row.verified ? row.tenantId : null,
        createdAt: row.createdAt,
      })),
    );
    return {
      items,
      nextCursor: nextCursorOf(rows, query.limit, ({ id }) => id),
    };
  },

  retryRegistration: async ({ platform, params }) => {
    const registration = await platform.transaction((transaction) =>
      findRegistrationById(transaction, params.registrationId),
    );
    if (registration === null) throw notFound('registration');
    return deps.work.show(await deps.work.requests.retry(registration));
  },

  deleteTenantRole: ({ tenantScope }) => deps.tenantRoles.remove(tenantScope().tenantId),
});
