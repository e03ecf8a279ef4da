import { readFile } from 'node:fs/promises';
import type { EventBus, Queue, SecretStore, StateStore } from '@atelier/cloud/ports';
import {
  createFileSecretStore,
  createPostgresEventBus,
  createPostgresQueue,
  createPostgresStateStore,
} from '@atelier/cloud/single-machine';
import { SERVICES, type ServiceName } from '@atelier/contracts';
import { CLOUD, databaseNames } from '../databases/logins.ts';
import type { Instance } from '../instance/instance.ts';
import type { Secrets } from '../instance/secrets.ts';
import { type Connections, createConnections } from './connections.ts';

/** What an AWS client needs to speak to Studio in the name of a service. */
export interface AwsConfig {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The single-machine family of everything cloud-shaped, and what an instance knows about itself. */
export interface Platform {
  readonly instance: Instance;
  readonly secrets: Secrets;
  readonly connections: Connections;
  readonly eventBus: EventBus;
  readonly stateStore: StateStore;
  readonly secretStore: SecretStore;
  queue<Body>(name: string): Queue<Body>;
  /** Where extraction logins sign in. */
  readonly replica: { readonly host: string; readonly port: number; readonly database: string };
  /** Where each service listens. */
  readonly serviceAddresses: Readonly<Record<ServiceName, string>>;
  /** Keys that Studio made for a service at its first start. */
  awsConfigOf(service: string): Promise<AwsConfig>;
  close(): Promise<void>;
}

export const REGION = 'us-east-1';
/** A message that failed this often is a dead letter, which an operator looks at. */
const MAX_DELIVERIES = 10;

/** Reads the keys out of a file of the form that AWS SDKs share. */
export function parseCredentials(text: string): AwsConfig['credentials'] {
  const setting = (name: string) => new RegExp(`^${name}\\s*=\\s*(\\S+)\\s*$`, 'm').exec(text)?.[1];
  const accessKeyId = setting('aws_access_key_id');
  const secretAccessKey = setting('aws_secret_access_key');
  if (!accessKeyId || !secretAccessKey) throw new Error('the file holds no AWS keys');
  return { accessKeyId, secretAccessKey };
}

export function createPlatform({
  instance,
  secrets,
}: {
  readonly instance: Instance;
  readonly secrets: Secrets;
}): Platform {
  const connections = createConnections(instance, secrets);
  const pool = connections.poolOf(CLOUD, { max: 12 });
  return {
    instance,
    secrets,
    connections,
    eventBus: createPostgresEventBus({
      pool,
      onError: (error, event) =>
        process.stderr.write(
          `an event was not delivered (${event?.['detail-type']}): ${String(error)}\n`,
        ),
    }),
    stateStore: createPostgresStateStore({ pool }),
    secretStore: createFileSecretStore({ directory: instance.path('secret-store') }),
    queue: (name) => createPostgresQueue({ pool, name, maxDeliveries: MAX_DELIVERIES }),
    replica: {
      host: '127.0.0.1',
      port: instance.portOf('postgres-replica'),
      database: databaseNames.atelier,
    },
    serviceAddresses: Object.fromEntries(
      SERVICES.map((service) => [service, `http://127.0.0.1:${instance.portOf(service)}`]),
    ) as Record<ServiceName, string>,
    async awsConfigOf(service) {
      const file = instance.path('studio', 'credentials', service);
      return {
        region: REGION,
        endpoint: instance.addresses.studio,
        credentials: parseCredentials(await readFile(file, 'utf8')),
      };
    },
    close: () => connections.close(),
  };
}
