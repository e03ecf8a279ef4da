import type { FastifyRequest } from 'fastify';
import { appendAudit } from './audit.ts';
import type { Database } from './database.ts';
import { actorOf } from './identity.ts';
import { PLATFORM_TENANT } from './platform-tenant.ts';

const REFUSALS: readonly number[] = [401, 403, 404];

/** Who was refused what, in the audit of his tenant, or in the provider's where there is none. */
export const recordRefusal = async (
  database: Database,
  request: FastifyRequest,
  status: number,
  detail: string,
): Promise<void> => {
  const { operation, identity } = request;
  if (operation === null || !REFUSALS.includes(status)) return;
  const aboutAnId = Object.keys(operation.refs).length > 0;
  if (status === 404 && !aboutAnId) return;
  const tenantId = identity?.tenantId ?? PLATFORM_TENANT;
  await database.transaction(tenantId, (transaction) =>
    appendAudit(transaction, tenantId, {
      actor: actorOf(identity),
      operation: `${operation.service}.${operation.name}`,
      resource: aboutAnId ? JSON.stringify(request.params ?? {}) : null,
      outcome: 'refused',
      detail: `${status} ${detail}`,
      requestId: request.id,
    }),
  );
};
