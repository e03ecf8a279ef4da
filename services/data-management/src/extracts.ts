import type { Queue, StateStore } from '@atelier/cloud/ports';
import {
  EXTRACT_KIND,
  EXTRACT_STEPS,
  type Extract,
  type ExtractMemo,
  type ExtractRequest,
  type Filter,
} from '@atelier/contracts';
import {
  createRequests,
  defineWorkflow,
  type Hint,
  type Requests,
  type WorkView,
} from '@atelier/reconciler';
import {
  BusinessError,
  notFound,
  type Peers,
  type TenantScope,
  type UserIdentity,
} from '@atelier/service-kit';
import { compileDatasets } from './datasets.ts';
import { KEY_VERSION, secretRefOf } from './extraction-login.ts';
import { dataRoleOf, PROVIDER_POLICY } from './provider-policy.ts';
import type { Replica } from './replica.ts';

export type ExtractView = WorkView<ExtractRequest, ExtractMemo>;

/** The worker runs these steps; here they only have names. */
const shownWorkflow = defineWorkflow<ExtractRequest, ExtractMemo>({
  kind: EXTRACT_KIND,
  steps: EXTRACT_STEPS.map((step) => ({
    ...step,
    run: () => Promise.reject(new Error('extracts run in the worker')),
  })),
});

export const createExtractRequests = (deps: {
  store: StateStore;
  queue: Queue<Hint>;
  onChanged: (view: ExtractView) => void;
}): Requests<ExtractRequest, ExtractMemo> =>
  createRequests<ExtractRequest, ExtractMemo>({ ...deps, workflow: shownWorkflow });

export interface ExtractDeps {
  readonly requests: Requests<ExtractRequest, ExtractMemo>;
  readonly replica: Replica;
  readonly peers: Peers;
}

/** Fixes the SQL and stores the request; what was acknowledged is carried out, whatever dies. */
export const requestExtract = async (
  deps: ExtractDeps,
  scope: TenantScope,
  given: {
    id: string;
    user: UserIdentity;
    datasets: readonly { name: string; filter: Filter }[];
    purpose: string;
    bucketOf: (accountId: string) => string;
  },
): Promise<{ id: string; location: string }> => {
  const { accountId } = await deps
    .peers('tenant-management', { tenantId: scope.tenantId, requestId: scope.requestId })
    .getTenantAsService();
  if (accountId === null) {
    throw new BusinessError(
      'workbench_not_ready',
      'The company has no workbench yet for the data to land in.',
    );
  }
  const dataRole = dataRoleOf(given.user.roles);
  const compiled = await compileDatasets(deps.replica, {
    tenantId: scope.tenantId,
    dataRole,
    datasets: given.datasets,
  });
  await deps.requests.submit({
    tenantId: scope.tenantId,
    id: given.id,
    request: {
      datasets: compiled.map(({ name, sql, sqlHash, schema, masking }) => ({
        name,
        sql,
        sqlHash,
        schema: schema.map((column) => ({ ...column })),
        masking: { ...masking },
      })),
      purpose: given.purpose,
      requestedBy: given.user.userId,
      dataRole,
      policyVersion: PROVIDER_POLICY.version,
      keyVersion: KEY_VERSION,
      secretRef: secretRefOf(scope.tenantId),
      bucket: given.bucketOf(accountId),
    },
  });
  await scope.transaction((transaction) =>
    transaction.audit({
      operation: 'requestExtract',
      resource: given.id,
      detail: `${compiled.map(({ name }) => name).join(', ')} for: ${given.purpose}`,
    }),
  );
  return { id: given.id, location: `/extracts/${given.id}` };
};

export const findExtract = async (
  deps: ExtractDeps,
  scope: TenantScope,
  id: string,
): Promise<ExtractView> => {
  const view = await deps.requests.get({ tenantId: scope.tenantId, id });
  if (view === null) throw notFound('extract');
  return view;
};

const SECOND_MS = 1000;

/** As the contract shows it. */
export const showExtract = async (deps: ExtractDeps, view: ExtractView): Promise<Extract> => {
  const { request, memo } = view;
  const position =
    view.state === 'queued' ? ((await deps.requests.positions([view])).get(view.id) ?? null) : null;
  const troubled = view.steps.find(({ cause }) => cause !== null);
  const ended = ['succeeded', 'failed', 'cancelled'].includes(view.state);
  const elapsedMs =
    memo.runningSince === undefined
      ? 0
      : Date.parse(view.updatedAt) - Date.parse(memo.runningSince);
  return {
    id: view.id,
    state: view.state,
    datasets: request.datasets.map(({ name }) => name),
    purpose: request.purpose,
    requestedBy: request.requestedBy,
    dataRole: request.dataRole,
    position,
    waitsFor: ended ? null : (troubled?.cause ?? null),
    rows: memo.rows ?? 0,
    bytes: memo.bytes ?? 0,
    rowsPerSecond:
      view.state === 'running' && elapsedMs > SECOND_MS
        ? Math.round(((memo.rows ?? 0) / elapsedMs) * SECOND_MS)
        : null,
    cause: view.state === 'failed' ? (troubled?.cause ?? null) : null,
    remedy: view.state === 'failed' ? (troubled?.remedy ?? null) : null,
    manifests: view.state === 'succeeded' ? { ...memo.manifests } : {},
    snippet: view.state === 'succeeded' ? snippetOf(request) : null,
    createdAt: view.createdAt,
    finishedAt: ended ? view.updatedAt : null,
  };
};

const snippetOf = (request: ExtractRequest): string =>
  [
    'import atelier',
    '',
    ...request.datasets.map(({ name }) => `${name} = atelier.read('${name}')`),
  ].join('\n');
