import type { PodmanEngine } from '../containers/podman-engine.ts';
import type { Database } from '../database.ts';
import type { RoleSessions } from '../iam/access.ts';
import type { Logger } from '../logger.ts';
import type { LogWriter } from '../logs/log-writer.ts';
import type { Objects } from '../s3/objects.ts';
import type { RpcService } from '../wire/operation.ts';
import type { EndpointConfigDocument } from './endpoint-configs/endpoint-config.ts';
import { endpointConfigOperations } from './endpoint-configs/operations.ts';
import type { EndpointDocument } from './endpoints/endpoint.ts';
import { createEndpointFleet, type EndpointFleet } from './endpoints/endpoint-fleet.ts';
import { endpointOperations } from './endpoints/operations.ts';
import { createLogPump } from './log-pump.ts';
import { createLongPoll } from './long-poll.ts';
import { createMlVolumes } from './ml-volume.ts';
import type { ModelDocument } from './models/model.ts';
import { modelOperations } from './models/operations.ts';
import type { ResourceKind } from './names.ts';
import { defaultQuotas, type Quotas } from './quotas.ts';
import { reapLeftovers } from './reap-leftovers.ts';
import { createResourceStore, type ResourceStore } from './resource-store.ts';
import { createTagStore, type TagStore } from './tag-store.ts';
import { tagOperations } from './tags.ts';
import { trainingOperations } from './training/operations.ts';
import { type TrainingJobDocument, underWay } from './training/training-job.ts';
import { createTrainingJobs } from './training/training-jobs.ts';

export type { EndpointFleet, ServingEndpoint } from './endpoints/endpoint-fleet.ts';
export type { TagStore } from './tag-store.ts';

export interface SageMakerDeps {
  readonly database: Database;
  readonly engine: PodmanEngine;
  readonly objects: Objects;
  readonly roleSessions: RoleSessions;
  readonly logs: LogWriter;
  readonly logger: Logger;
  readonly region: string;
  readonly now?: () => Date;
  readonly quotas?: Partial<Quotas>;
}

export interface SageMaker {
  /** Training jobs, models, endpoint configurations, endpoints and tags. */
  readonly service: RpcService;
  /** What the runtime invokes. */
  readonly fleet: EndpointFleet;
  /** For resources kept elsewhere: domains, profiles, spaces, apps. */
  readonly tags: TagStore;
  /** Adopts running containers and carries on what an earlier Studio left. */
  start(): Promise<void>;
  /** Stops watching; containers live on for the next Studio. */
  close(): Promise<void>;
  /** Ends and removes all that the account has here; idempotent. */
  deleteForAccount(accountId: string): Promise<void>;
}

const kinds: readonly ResourceKind[] = ['training-job', 'model', 'endpoint-config', 'endpoint'];

/** The control plane. Nothing is started before `start`. */
export const createSageMaker = (deps: SageMakerDeps): SageMaker => {
  const { database, engine, objects, logger, region } = deps;
  const now = deps.now ?? (() => new Date());
  const quotas = { ...defaultQuotas, ...deps.quotas };
  const roles = deps.roleSessions;
  const longPoll = createLongPoll();
  const storeOf = <Document>(kind: ResourceKind): ResourceStore<Document> =>
    createResourceStore<Document>(database, kind, (arn) => longPoll.changed(arn));
  const jobs = storeOf<TrainingJobDocument>('training-job');
  const models = storeOf<ModelDocument>('model');
  const configs = storeOf<EndpointConfigDocument>('endpoint-config');
  const endpoints = storeOf<EndpointDocument>('endpoint');
  const tags = createTagStore(database);
  const volumes = createMlVolumes(engine);
  const logPump = createLogPump({ database, logs: deps.logs });
  const shared = { engine, volumes, objects, roles, logPump, logger };
  const training = createTrainingJobs({ ...shared, jobs, region, now });
  const fleet = createEndpointFleet({ ...shared, endpoints, tags });

  const exists = async (arn: string): Promise<boolean> => {
    const [, , , , accountId = '', resource = ''] = arn.split(':');
    const [kind = '', ...rest] = resource.split('/');
    if (!kinds.some((known) => known === kind)) return true;
    const { rowCount } = await database.query(
      'select 1 from sagemaker.resource where account_id = $1 and kind = $2 and name = $3',
      [accountId, kind, rest.join('/')],
    );
    return rowCount === 1;
  };

  return {
    service: {
      protocol: 'json',
      name: 'sagemaker',
      target: 'SageMaker',
      operations: [
        ...trainingOperations({
          jobs,
          tags,
          roles,
          longPoll,
          region,
          now,
          parallelJobs: quotas.trainingJobs,
          start: (job) => training.start(job),
          stop: (key) => training.stop(key),
        }),
        ...modelOperations({
          models,
          tags,
          roles,
          objects,
          region,
          modelsPerAccount: quotas.models,
        }),
        ...endpointConfigOperations({
          configs,
          models,
          tags,
          region,
          configsPerAccount: quotas.endpointConfigs,
        }),
        ...endpointOperations({
          endpoints,
          configs,
          models,
          tags,
          fleet,
          longPoll,
          region,
          endpointsPerAccount: quotas.endpoints,
        }),
        ...tagOperations({ tags, exists }),
      ],
    },
    fleet,
    tags,
    async start() {
      const live = {
        jobs: await jobs.withStatus(underWay),
        endpoints: await endpoints.withStatus(['Creating', 'Updating', 'InService', 'Deleting']),
      };
      await reapLeftovers(engine, live);
      for (const job of live.jobs) training.start(job);
      for (const endpoint of live.endpoints) fleet.resume(endpoint);
    },
    async close() {
      await Promise.all([training.close(), fleet.close()]);
    },
    async deleteForAccount(accountId) {
      await training.removeAll(accountId);
      for (const endpoint of await endpoints.ofAccount(accountId)) await fleet.remove(endpoint);
      await database.query('delete from sagemaker.resource where account_id = $1', [accountId]);
      await database.query('delete from sagemaker.tag where account_id = $1', [accountId]);
    },
  };
};
