import type { auditOperations } from '@atelier/contracts';
import { listAudit } from './audit.ts';
import type { Database } from './database.ts';
import type { CallIn } from './handler.ts';
import { nextCursorOf } from './next-cursor.ts';
import { PLATFORM_TENANT } from './platform-tenant.ts';

type Operations = ReturnType<typeof auditOperations>;

const read = async (
  database: Database,
  tenantId: string,
  query: { limit: number; cursor?: number | undefined },
) => {
  const items = await database.transaction(tenantId, (transaction) =>
    listAudit(transaction, tenantId, { limit: query.limit, before: query.cursor ?? null }),
  );
  return {
    items,
    nextCursor: nextCursorOf(items, query.limit, ({ sequence }) => String(sequence)),
  };
};

/** The two audit operations that every service answers. */
export const auditHandlers = (deps: { database: Database }) => ({
  listAudit: ({ scope, query }: CallIn<Operations['listAudit']>) =>
    read(deps.database, scope.tenantId, query),
  listPlatformAudit: ({ query }: CallIn<Operations['listPlatformAudit']>) =>
    read(deps.database, PLATFORM_TENANT, query),
});
