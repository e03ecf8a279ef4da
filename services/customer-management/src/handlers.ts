import type { customerManagementOperations } from '@atelier/contracts';
import { customerChurn, deleteScores, type ModelSlots, slotId } from '@atelier/model-slots';
import { type Handlers, invalid, nextCursorOf, notFound } from '@atelier/service-kit';
import { readAsOf, writeAsOf } from './as-of.ts';
import {
  decodeCursor,
  deleteEverything,
  findCustomer,
  listCustomers,
  listPurchases,
} from './customer-store.ts';
import { findImport, listFaults, listImports } from './import-store.ts';
import {
  announceImport,
  cancelImport,
  type ImportDeps,
  readImportView,
  receiveFile,
  startImport,
} from './imports.ts';

const cursorOf = (text: string | undefined) => {
  if (text === undefined) return null;
  const cursor = decodeCursor(text);
  if (cursor === null) throw invalid('/query/cursor', 'This is no cursor of this list.');
  return cursor;
};

export const handlersOf = (
  deps: ImportDeps & { slots: ModelSlots },
): Handlers<typeof customerManagementOperations> => ({
  ...deps.slots.handlers,

  listCustomers: async ({ scope, query }) => {
    const cursor = cursorOf(query.cursor);
    const { asOf } = await readAsOf(scope);
    const modelVersion = await deps.slots.activeVersion(scope, customerChurn);
    return scope.transaction((transaction) =>
      listCustomers(transaction, scope.tenantId, {
        slot: slotId(customerChurn),
        modelVersion,
        asOf,
        limit: query.limit,
        sort: query.sort,
        search: query.search ?? null,
        cursor,
      }),
    );
  },
  getCustomer: async ({ scope, params }) => {
    const { asOf } = await readAsOf(scope);
    const customer = await scope.transaction((transaction) =>
      findCustomer(transaction, scope.tenantId, params.customerId, asOf),
    );
    if (customer === null) throw notFound('customer');
    return customer;
  },
  listPurchases: async ({ scope, params, query }) => {
    const cursor = cursorOf(query.cursor);
    const { asOf } = await readAsOf(scope);
    return scope.transaction(async (transaction) => {
      const { tenantId } = scope;
      if ((await findCustomer(transaction, tenantId, params.customerId, asOf)) === null) {
        throw notFound('customer');
      }
      return listPurchases(transaction, tenantId, params.customerId, {
        limit: query.limit,
        cursor,
      });
    });
  },
  getChurnScore: ({ scope, params }) => deps.slots.live(scope, customerChurn, params.customerId),

  getAsOf: ({ scope }) => readAsOf(scope),
  setAsOf: async ({ scope, body }) => {
    await scope.transaction(async (transaction) => {
      await writeAsOf(transaction, scope.tenantId, body.asOf);
      await transaction.audit({ operation: 'setAsOf', resource: null, detail: body.asOf });
    });
    await deps.slots.rescore(scope, customerChurn);
    return readAsOf(scope);
  },

  createImport: ({ scope, body, resourceId }) =>
    announceImport(deps, scope, { ...body, id: resourceId }),
  uploadImportFile: ({ scope, params, body }) =>
    receiveFile(deps, scope, { id: params.importId, body }),
  startImport: ({ scope, params, body: { skipRejected, ...mapping } }) =>
    startImport(deps, scope, { id: params.importId, mapping, skipRejected }),
  listImports: async ({ scope, query }) => {
    const rows = await scope.transaction((transaction) =>
      listImports(transaction, scope.tenantId, {
        limit: query.limit,
        before: query.cursor ?? null,
      }),
    );
    return {
      items: await Promise.all(rows.map(({ id }) => readImportView(deps, scope, id))),
      nextCursor: nextCursorOf(rows, query.limit, ({ id }) => id),
    };
  },
  getImport: ({ scope, params }) => readImportView(deps, scope, params.importId),
  listImportErrors: ({ scope, params, query }) =>
    scope.transaction(async (transaction) => {
      const { tenantId } = scope;
      if ((await findImport(transaction, tenantId, params.importId)) === null) {
        throw notFound('import');
      }
      const rows = await listFaults(transaction, tenantId, params.importId, {
        limit: query.limit,
        after: Number(query.cursor ?? -1),
      });
      return {
        items: rows.map(({ number: _, ...fault }) => fault),
        nextCursor: nextCursorOf(rows, query.limit, ({ number }) => String(number)),
      };
    }),
  cancelImport: ({ scope, params }) => cancelImport(deps, scope, params.importId),

  deleteCustomers: ({ tenantScope }) => {
    const scope = tenantScope();
    return scope.transaction(async (transaction) => {
      await deleteScores(transaction, scope.tenantId);
      const deleted = await deleteEverything(transaction, scope.tenantId);
      await transaction.audit({
        operation: 'deleteCustomers',
        resource: null,
        detail: `${deleted} customers`,
      });
      return { deleted };
    });
  },
});
