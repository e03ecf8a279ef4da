import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { waitForReplay } from '../postgres/replica.ts';
import { startTestCluster, type TestClusterAddress } from './test-cluster.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Given by `global-setup.ts` to every file of a project that uses it. */
    postgresCluster: TestClusterAddress;
  }
}

export interface TestDatabase {
  readonly name: string;
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly replicaPort: number;
  /** As the superuser `postgres`; migrations make the roles of services. */
  readonly url: string;
  /** The same database on the streaming replica. */
  readonly replicaUrl: string;
  /** The database under another login. */
  urlFor(user: string, password: string): string;
  replicaUrlFor(user: string, password: string): string;
  /** Returns once the replica has everything the primary has written so far. */
  waitForReplica(): Promise<void>;
  /** Drops the database, whoever is connected. */
  stop(): Promise<void>;
}

/** Outside vitest (a benchmark) there is nothing to inject, and asking throws. */
function sharedCluster(): TestClusterAddress | undefined {
  try {
    return inject('postgresCluster') as TestClusterAddress | undefined;
  } catch {
    return undefined;
  }
}

/** The cluster that the run shares, or, outside a vitest project that has one, a cluster of the caller's own. */
async function openCluster(): Promise<{ address: TestClusterAddress; stop(): Promise<void> }> {
  const shared = sharedCluster();
  return shared ? { address: shared, stop: async () => {} } : startTestCluster();
}

/**
 * A fresh database for one test file, from PostgreSQL's template, on the cluster that the run shares. Roles belong to
 * the cluster: give them names of the test's own, or make them only when absent.
 */
export async function startTestDatabase(): Promise<TestDatabase> {
  const cluster = await openCluster();
  const { primaryPort, replicaPort, password } = cluster.address;
  const name = `test_${randomBytes(6).toString('hex')}`;
  const at = (port: number, database: string) => (user: string, secret: string) =>
    `postgresql://${encodeURIComponent(user)}:${encodeURIComponent(secret)}@127.0.0.1:${port}/${database}`;
  const maintenanceUrl = at(primaryPort, 'postgres')('postgres', password);
  const url = at(primaryPort, name)('postgres', password);
  const replicaUrl = at(replicaPort, name)('postgres', password);

  async function maintain(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: maintenanceUrl });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  }

  await maintain(`create database ${name}`);
  const waitForReplica = () =>
    waitForReplay({
      primaryUrl: maintenanceUrl,
      replicaUrl: at(replicaPort, 'postgres')('postgres', password),
      withinMs: 15_000,
    });
  await waitForReplica();
  return {
    name,
    host: '127.0.0.1',
    port: primaryPort,
    replicaPort,
    url,
    replicaUrl,
    urlFor: at(primaryPort, name),
    replicaUrlFor: at(replicaPort, name),
    waitForReplica,
    async stop() {
      await maintain(`drop database if exists ${name} with (force)`);
      await cluster.stop();
    },
  };
}
