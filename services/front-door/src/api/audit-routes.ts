import { PLATFORM_OPERATOR } from '@atelier/contracts';
import { BusinessError, type Database, listAudit, PLATFORM_TENANT } from '@atelier/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { callerOf } from '../request.ts';

/** As in every service's audit. */
const query = z.object({
  cursor: z.coerce.number().int().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

/** What the front-door itself refused, read like the audit of any service: `/api/front-door/audit` and `/platform-audit`. */
export const addAuditRoutes = (app: FastifyInstance, deps: { database: Database }): void => {
  const read = async (request: FastifyRequest, chain: string) => {
    const asked = query.safeParse(request.query);
    if (!asked.success) throw new BusinessError('invalid_request', 'Some fields are not valid.');
    const { limit, cursor } = asked.data;
    const items = await deps.database.transaction(chain, (transaction) =>
      listAudit(transaction, chain, { limit, before: cursor ?? null }),
    );
    const last = items.at(-1);
    const more = last !== undefined && items.length === limit;
    return {
      items: items.map(({ tenantId: _, ...entry }) => entry),
      nextCursor: more ? String(last.sequence) : null,
    };
  };

  app.get(
    '/api/front-door/audit',
    { config: { operation: 'front-door.listAudit' } },
    async (request) => {
      const { principal } = await callerOf(request);
      if (principal.tenantId === null || !principal.roles.includes('tenant_admin')) {
        throw new BusinessError('forbidden', 'This is not for your role.');
      }
      return read(request, principal.tenantId);
    },
  );

  app.get(
    '/api/front-door/platform-audit',
    { config: { operation: 'front-door.listPlatformAudit' } },
    async (request) => {
      const { principal } = await callerOf(request);
      if (principal.tenantId !== null || !principal.roles.includes(PLATFORM_OPERATOR)) {
        throw new BusinessError('forbidden', 'This is not for your role.');
      }
      return read(request, PLATFORM_TENANT);
    },
  );
};
