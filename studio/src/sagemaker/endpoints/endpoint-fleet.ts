import type { Logger } from '../../logger.ts';
import { AwsError } from '../../wire/errors.ts';
import { ClientError } from '../errors.ts';
import type { Resource, ResourceKey, ResourceStore } from '../resource-store.ts';
import type { TagStore } from '../tag-store.ts';
import { failureReason } from '../tenant-file.ts';
import type { Deployment, EndpointDocument } from './endpoint.ts';
import {
  createVariantServer,
  type VariantServer,
  type VariantServerDeps,
} from './variant-server.ts';

export type Endpoint = Resource<EndpointDocument>;

export interface EndpointFleetDeps extends VariantServerDeps {
  readonly endpoints: ResourceStore<EndpointDocument>;
  readonly tags: TagStore;
  readonly logger: Logger;
}

export interface ServingEndpoint {
  readonly arn: string;
  readonly variants: readonly VariantServer[];
}

/** Every endpoint's containers, in this process; what should be is in the store. */
export interface EndpointFleet {
  /** Starts what the endpoint has pending; its outcome is recorded in the store. */
  deploy(endpoint: Endpoint): void;
  /** Ends and forgets the endpoint, whatever it is doing. */
  remove(endpoint: Endpoint): Promise<void>;
  /** Takes up what an earlier Studio left. */
  resume(endpoint: Endpoint): void;
  /** What may be invoked; null when nothing of that name is in service. */
  serving(key: ResourceKey): ServingEndpoint | null;
  setWeights(key: ResourceKey, deployment: Deployment): void;
  close(): Promise<void>;
}

interface Entry {
  serving: { readonly arn: string; readonly servers: readonly VariantServer[] } | null;
  starting: readonly VariantServer[];
  removed: boolean;
}

const keyOf = ({ accountId, name }: ResourceKey): string => `${accountId}/${name}`;

export const createEndpointFleet = (deps: EndpointFleetDeps): EndpointFleet => {
  const entries = new Map<string, Entry>();
  const working = new Set<Promise<void>>();
  let closed = false;

  const entryOf = (key: ResourceKey): Entry => {
    const known = entries.get(keyOf(key));
    if (known !== undefined) return known;
    const made: Entry = { serving: null, starting: [], removed: false };
    entries.set(keyOf(key), made);
    return made;
  };

  const serversOf = (endpoint: Endpoint, deployment: Deployment): readonly VariantServer[] =>
    deployment.variants.map((variant) =>
      createVariantServer(deps, {
        accountId: endpoint.accountId,
        endpointName: endpoint.name,
        endpointArn: endpoint.arn,
        generation: deployment.generation,
        variant,
      }),
    );

  const removeAll = async (servers: readonly VariantServer[]): Promise<void> => {
    await Promise.all(servers.map((server) => server.remove()));
  };

  const inBackground = (endpoint: Endpoint, work: () => Promise<void>): void => {
    const done = work().catch((error: unknown) => {
      deps.logger.error('an endpoint could not be carried on', { arn: endpoint.arn, error });
    });
    working.add(done);
    void done.then(() => working.delete(done));
  };

  const why = (deployment: Deployment, error: unknown): string => {
    if (error instanceof ClientError || (error instanceof AwsError && error.status < 500)) {
      const names = deployment.variants.map(({ name }) => name).join(', ');
      return failureReason(
        `The primary container for production variant ${names} did not pass the ping health check. ` +
          'Please check CloudWatch logs for this endpoint',
        error.message,
      );
    }
    deps.logger.error('an endpoint could not be deployed', { error });
    return 'Request to service failed. If failure persists after retry, ask the operator.';
  };

  const settle = (endpoint: Endpoint, deployment: Deployment, failed: string | null) =>
    deps.endpoints.change(endpoint, (now) => {
      if (now.document.pending?.generation !== deployment.generation) return null;
      if (now.status === 'Deleting') return null;
      const { failureReason: _earlier, ...document } = now.document;
      if (failed === null) {
        return {
          status: 'InService',
          document: { ...document, serving: deployment, pending: null },
        };
      }
      return {
        status: now.document.serving === null ? 'Failed' : 'InService',
        document: { ...document, pending: null, failureReason: failed },
      };
    });

  const deployPending = async (endpoint: Endpoint): Promise<void> => {
    const deployment = endpoint.document.pending;
    if (deployment === null) return;
    const entry = entryOf(endpoint);
    const servers = serversOf(endpoint, deployment);
    entry.starting = servers;
    let failed: string | null = null;
    try {
      await Promise.all(servers.map((server) => server.start()));
    } catch (error) {
      failed = why(deployment, error);
    }
    if (closed) return;
    entry.starting = [];
    if (entry.removed) return removeAll(servers);
    if (failed !== null) {
      await removeAll(servers);
      await settle(endpoint, deployment, failed);
      return;
    }
    const before = entry.serving;
    entry.serving = { arn: endpoint.arn, servers };
    await settle(endpoint, deployment, null);
    if (before !== null) await removeAll(before.servers);
  };

  const bringBack = (endpoint: Endpoint, deployment: Deployment): void => {
    const servers = serversOf(endpoint, deployment);
    entryOf(endpoint).serving = { arn: endpoint.arn, servers };
    for (const server of servers) server.bringBack();
  };

  const remove = async (endpoint: Endpoint): Promise<void> => {
    const entry = entryOf(endpoint);
    entry.removed = true;
    const { serving, pending } = endpoint.document;
    // Made anew where this process has none, so that what an earlier one started is removed as well.
    const known = [...(entry.serving?.servers ?? []), ...entry.starting];
    const others = [serving, pending].flatMap((deployment) =>
      deployment === null ? [] : serversOf(endpoint, deployment),
    );
    entry.serving = null;
    await removeAll(known);
    await removeAll(others);
    await deps.endpoints.remove(endpoint);
    await deps.tags.removeAll(endpoint.arn);
    entries.delete(keyOf(endpoint));
  };

  return {
    deploy: (endpoint) => inBackground(endpoint, () => deployPending(endpoint)),
    remove,
    resume(endpoint) {
      inBackground(endpoint, async () => {
        if (endpoint.status === 'Deleting') return remove(endpoint);
        const { serving } = endpoint.document;
        if (serving !== null) bringBack(endpoint, serving);
        await deployPending(endpoint);
      });
    },
    serving(key) {
      const entry = entries.get(keyOf(key));
      if (entry?.serving === null || entry?.serving === undefined) return null;
      return { arn: entry.serving.arn, variants: entry.serving.servers };
    },
    setWeights(key, deployment) {
      for (const server of entries.get(keyOf(key))?.serving?.servers ?? []) {
        const variant = deployment.variants.find(({ name }) => name === server.variant.name);
        if (variant !== undefined) server.weight = variant.weight;
      }
    },
    async close() {
      closed = true;
      for (const { serving, starting } of entries.values()) {
        for (const server of [...(serving?.servers ?? []), ...starting]) server.detach();
      }
      await Promise.all(working);
    },
  };
};
