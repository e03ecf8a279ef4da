import { fileURLToPath } from 'node:url';
import type { EventBus, Extractor, Queue, StateStore } from '@atelier/cloud/ports';
import { EXTRACT_KIND } from '@atelier/contracts';
import { type AnyWorkflow, createReconciler, type Hint } from '@atelier/reconciler';
import { eventEnvelope, type Peers, type TenantCredentials } from '@atelier/service-kit';
import type { Pool } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { extractWorkflow } from './extract-workflow.ts';
import { createLagGuard } from './lag-guard.ts';
import { createTenantBucket } from './tenant-bucket.ts';

export const SERVICE = 'data-management-worker';
export const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));

export interface Deps {
  readonly stateStore: StateStore;
  readonly workQueue: (kind: string) => Queue<Hint>;
  readonly eventBus: EventBus;
  readonly extractor: Extractor;
  readonly peers: Peers;
  readonly tenantCredentials: TenantCredentials;
  readonly address: { readonly region: string; readonly endpoint?: string };
  /** As the worker's own role, with its schema in front. */
  readonly primary: Pool;
  readonly replica: Pool;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, detail: object) => void;
}

export interface Worker {
  start(): Promise<void>;
  /** Gives running extracts to peers; they go on where they were. */
  stop(): Promise<void>;
}

/** How many extracts run at once: the replica's load is bounded, and every tenant's turn comes. */
const EXTRACTS_AT_ONCE = 2;

/** Takes extraction requests and runs them with a controlled load from the replica. It listens to nobody. */
export const createWorker = (deps: Deps): Worker => {
  const lagGuard = createLagGuard({
    primary: deps.primary,
    replica: deps.replica,
    onError: (error) =>
      deps.log('warn', 'the heartbeat could not be written', { error: String(error) }),
  });
  const workflow = extractWorkflow({
    extractor: deps.extractor,
    lagGuard,
    tenantState: async (tenantId) =>
      (
        await deps
          .peers('tenant-management', { tenantId, requestId: `extract-${tenantId}` })
          .getTenantAsService()
      ).state,
    bucket: createTenantBucket(deps),
  });
  const reconciler = createReconciler({
    store: deps.stateStore,
    queue: deps.workQueue(EXTRACT_KIND),
    // The reconciler hands the workflow back only what was stored as its own.
    workflows: [workflow as unknown as AnyWorkflow],
    owner: SERVICE,
    concurrency: EXTRACTS_AT_ONCE,
    onChanged: (view) => {
      const event = {
        type: 'ExtractChanged',
        version: 1,
        tenantId: view.tenantId,
        id: view.id,
        state: view.state,
        audience: 'tenant',
      } as const;
      deps.eventBus
        .publish([eventEnvelope({ id: uuidv7(), at: new Date(), event })])
        .catch((error: unknown) =>
          deps.log('warn', 'a change was not told', { error: String(error) }),
        );
    },
    onError: (error, place) =>
      deps.log('error', 'an extract was interrupted', { error: String(error), place }),
  });
  return {
    start: async () => {
      await lagGuard.start();
      reconciler.start();
    },
    stop: async () => {
      await reconciler.stop();
      await lagGuard.stop();
    },
  };
};
