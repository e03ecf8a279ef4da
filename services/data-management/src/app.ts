import { fileURLToPath } from 'node:url';
import type { SecretStore } from '@atelier/cloud/ports';
import { dataManagementOperations, EXTRACT_KIND } from '@atelier/contracts';
import {
  createServiceApp,
  type LongWorkDeps,
  type Peers,
  type ServiceApp,
  type ServiceDeps,
} from '@atelier/service-kit';
import { createExtractRequests } from './extracts.ts';
import { handlersOf } from './handlers.ts';
import { createReplica, type ReplicaPlace } from './replica.ts';

export const SERVICE = 'data-management';
export const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));

export interface Deps extends ServiceDeps, LongWorkDeps {
  readonly peers: Peers;
  readonly secrets: SecretStore;
  readonly replica: ReplicaPlace;
}

/** What data there is, what each requester gets of it, and requests for it; the worker carries them out. */
export const createApp = (deps: Deps): ServiceApp =>
  createServiceApp({
    service: SERVICE,
    operations: dataManagementOperations,
    deps,
    compose: (runtime) => {
      const requests = createExtractRequests({
        store: deps.stateStore,
        queue: deps.workQueue(EXTRACT_KIND),
        onChanged: (view) =>
          runtime.announce({
            type: 'ExtractChanged',
            version: 1,
            tenantId: view.tenantId,
            id: view.id,
            state: view.state,
            audience: 'tenant',
          }),
      });
      const replica = createReplica({ place: deps.replica, secrets: deps.secrets });
      return {
        handlers: handlersOf({ requests, replica, peers: deps.peers, secrets: deps.secrets }),
      };
    },
  });
