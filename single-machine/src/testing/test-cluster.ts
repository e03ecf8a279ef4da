import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { createPostgresCluster, type PostgresCluster } from '../postgres/cluster.ts';
import { volatileSettings } from '../postgres/settings.ts';
import { ensureSystemUser } from '../system-user.ts';

/** How a test process reaches the cluster that its run shares. */
export interface TestClusterAddress {
  readonly primaryPort: number;
  readonly replicaPort: number;
  readonly password: string;
}

export interface TestCluster extends PostgresCluster {
  readonly address: TestClusterAddress;
  /** Ends both servers and removes all they kept. */
  stop(): Promise<void>;
}

/** Starts a throw-away primary and replica on free ports in a temporary folder (about 1.5 s). */
export async function startTestCluster(): Promise<TestCluster> {
  const home = await mkdtemp(join(tmpdir(), 'atelier-postgres-'));
  await chmod(home, 0o711);
  const address = {
    primaryPort: await freePort(),
    replicaPort: await freePort(),
    password: randomBytes(18).toString('base64url'),
  };
  const logs = ['primary', 'replica'].map((name) => createWriteStream(join(home, `${name}.log`)));
  const [primaryLog, replicaLog] = logs;
  if (!primaryLog || !replicaLog) throw new Error('unreachable: two names give two logs');
  const cluster = createPostgresCluster({
    home,
    ...address,
    user: await ensureSystemUser('atelier-postgres'),
    primaryLog,
    replicaLog,
    extraSettings: volatileSettings,
  });
  const primary = await cluster.startPrimary();
  const replica = await cluster.startReplica();
  return {
    ...cluster,
    address,
    async stop() {
      await replica.stop();
      await primary.stop();
      for (const log of logs) log.end();
      await rm(home, { recursive: true, force: true });
    },
  };
}
