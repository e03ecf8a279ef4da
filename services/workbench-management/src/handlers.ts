import type { workbenchManagementOperations } from '@atelier/contracts';
import { type Handlers, nextCursorOf, notFound } from '@atelier/service-kit';
import { v7 as uuidv7 } from 'uuid';
import {
  issueCredentials,
  launch,
  listEndpoints,
  mintLaunchUrl,
  type NotebookDeps,
  ownLaunch,
} from './notebooks.ts';
import { VARIANTS } from './variants.ts';
import { findWorkbench, listWorkbenches } from './workbench-store.ts';
import { deleteWorkbench, readWorkbench, requestWorkbench, viewWorkbench } from './workbenches.ts';

export const handlersOf = (deps: NotebookDeps): Handlers<typeof workbenchManagementOperations> => ({
  listVariants: async () => ({ items: VARIANTS.map(({ instanceType: _, ...shown }) => shown) }),

  getWorkbench: ({ scope }) => readWorkbench(deps, scope),
  requestWorkbench: ({ scope, body, resourceId }) =>
    requestWorkbench(deps, scope, { id: resourceId, variant: body.variant, find: false }),
  getWorkbenchRequest: async ({ scope, params }) => {
    const key = { tenantId: scope.tenantId, id: params.requestId };
    const provisioning = await deps.provisioning.requests.get(key);
    if (provisioning !== null) return deps.provisioning.show(provisioning);
    return (await deps.deletion.get(key)).work;
  },

  launch: ({ scope, user, resourceId }) => launch(deps, scope, { id: resourceId, user }),
  getLaunch: async ({ scope, user, params }) =>
    deps.launches.show(await ownLaunch(deps, scope, { id: params.launchId, user })),
  mintLaunchUrl: ({ scope, user, params }) =>
    mintLaunchUrl(deps, scope, { id: params.launchId, user }),
  issueCredentials: ({ scope, user }) => issueCredentials(deps, scope, user),
  listEndpoints: ({ scope }) => listEndpoints(deps, scope),

  listWorkbenches: async ({ platform, query }) => {
    const rows = await platform.transaction((transaction) =>
      listWorkbenches(transaction, { limit: query.limit, before: query.cursor ?? null }),
    );
    return {
      items: await Promise.all(
        rows.map(async (row) => ({
          tenantId: row.tenantId,
          workbench: await viewWorkbench(deps, row.tenantId, row),
        })),
      ),
      nextCursor: nextCursorOf(rows, query.limit, ({ tenantId }) => tenantId),
    };
  },
  retryWorkbench: async ({ platform, params }) => {
    const { tenantId } = params;
    const stored = await platform.transaction((transaction) =>
      findWorkbench(transaction, tenantId),
    );
    if (stored === null) throw notFound('workbench');
    return stored.deletionId === null
      ? deps.provisioning.show(
          await deps.provisioning.requests.retry({ tenantId, id: stored.requestId }),
        )
      : deps.deletion.show(await deps.deletion.requests.retry({ tenantId, id: stored.deletionId }));
  },

  requestWorkbenchAsService: ({ tenantScope, body }) =>
    requestWorkbench(deps, tenantScope(), { id: uuidv7(), variant: body.variant, find: true }),
  getWorkbenchAsService: ({ tenantScope }) => readWorkbench(deps, tenantScope()),
  deleteWorkbench: ({ tenantScope }) => deleteWorkbench(deps, tenantScope()),
});
