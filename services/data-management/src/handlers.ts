import { bucketName } from '@atelier/account-baseline';
import type { SecretStore } from '@atelier/cloud/ports';
import type { dataManagementOperations } from '@atelier/contracts';
import type { Handlers } from '@atelier/service-kit';
import { listDatasets, previewDataset } from './datasets.ts';
import { ensureExtractionLogin, removeExtractionLogin } from './extraction-login.ts';
import { type ExtractDeps, findExtract, requestExtract, showExtract } from './extracts.ts';
import { dataRoleOf } from './provider-policy.ts';

const PAGE = 100;

export const handlersOf = (
  deps: ExtractDeps & { secrets: SecretStore },
): Handlers<typeof dataManagementOperations> => ({
  listDatasets: async ({ scope, user }) => ({
    items: await listDatasets(deps.replica, {
      tenantId: scope.tenantId,
      dataRole: dataRoleOf(user.roles),
    }),
  }),
  previewDataset: ({ scope, user, params, body }) =>
    previewDataset(deps.replica, {
      tenantId: scope.tenantId,
      dataRole: dataRoleOf(user.roles),
      name: params.dataset,
      filter: body.filter,
    }),

  requestExtract: ({ scope, user, body, resourceId }) =>
    requestExtract(deps, scope, { ...body, id: resourceId, user, bucketOf: bucketName }),
  listExtracts: async ({ scope, query }) => {
    const { items, nextCursor } = await deps.requests.list(scope.tenantId, {
      limit: query.limit,
      cursor: query.cursor ?? null,
    });
    return { items: await Promise.all(items.map((view) => showExtract(deps, view))), nextCursor };
  },
  getExtract: async ({ scope, params }) =>
    showExtract(deps, await findExtract(deps, scope, params.extractId)),
  cancelExtract: async ({ scope, params }) => {
    await findExtract(deps, scope, params.extractId);
    const key = { tenantId: scope.tenantId, id: params.extractId };
    return showExtract(deps, await deps.requests.cancel(key));
  },
  retryExtract: async ({ scope, params }) => {
    await findExtract(deps, scope, params.extractId);
    const key = { tenantId: scope.tenantId, id: params.extractId };
    return showExtract(deps, await deps.requests.retry(key));
  },

  ensureExtractionLogin: ({ tenantScope }) => ensureExtractionLogin(deps.secrets, tenantScope()),
  deleteExtractRecords: async ({ tenantScope }) => {
    const scope = tenantScope();
    let deleted = 0;
    for (;;) {
      const { items } = await deps.requests.list(scope.tenantId, { limit: PAGE });
      if (items.length === 0) break;
      for (const { id } of items) await deps.requests.delete({ tenantId: scope.tenantId, id });
      deleted += items.length;
    }
    await removeExtractionLogin(deps.secrets, scope);
    return { deleted };
  },
});
