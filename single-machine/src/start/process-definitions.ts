import { join } from 'node:path';
import { bootstrapDatabases } from '../databases/bootstrap-databases.ts';
import { databaseNames } from '../databases/logins.ts';
import type { Instance } from '../instance/instance.ts';
import type { Secrets } from '../instance/secrets.ts';
import { createPostgresCluster } from '../postgres/cluster.ts';
import { startNodeProcess } from '../supervisor/node-process.ts';
import { createRotatingLog } from '../supervisor/rotating-log.ts';
import type { ProcessDefinition } from '../supervisor/supervisor.ts';
import { ensureSystemUser } from '../system-user.ts';
import type { PreparedMachine } from './prepare-machine.ts';
import { REPOSITORY } from './repository.ts';

/** Variables of ours and of the tools inside; nothing else of the caller's environment reaches a process. */
function childEnvironment(instance: Instance, env: NodeJS.ProcessEnv): Record<string, string> {
  const passed = Object.entries(env).filter(([name]) =>
    /^(ATELIER_|OTEL_|PATH$|TMPDIR$)/.test(name),
  );
  return {
    ...(Object.fromEntries(passed) as Record<string, string>),
    ATELIER_PORT: String(instance.port),
    ATELIER_HOME: instance.home,
    HOME: instance.home,
    TZ: 'UTC',
    NODE_ENV: 'production',
  };
}

/** Everything that an instance consists of, in the order of need. */
export async function processDefinitions(options: {
  readonly instance: Instance;
  readonly prepared: PreparedMachine;
  readonly secrets: Secrets;
  /** Root of the code as processes that are not root can read it. */
  readonly codeRoot: string;
}): Promise<ProcessDefinition[]> {
  const { instance, prepared, secrets, codeRoot } = options;
  const log = (name: string) => createRotatingLog(instance.path('logs', `${name}.log`));
  const cluster = createPostgresCluster({
    home: instance.path('postgres'),
    primaryPort: instance.portOf('postgres-primary'),
    replicaPort: instance.portOf('postgres-replica'),
    password: secrets.secretFor('postgres/superuser'),
    user: await ensureSystemUser('atelier-postgres'),
    primaryLog: log('postgres-primary'),
    replicaLog: log('postgres-replica'),
  });

  const moved = (path: string) => path.replaceAll(REPOSITORY, codeRoot);
  const execPath = moved(process.execPath);
  const env = {
    ...childEnvironment(instance, process.env),
    PATH: moved(process.env.PATH ?? ''),
    ATELIER_APPLICATIONS: prepared.applications,
  };
  function nodeProcess(name: string, after: readonly string[]): ProcessDefinition {
    const entry = join(codeRoot, 'single-machine/src/processes', `${name}.ts`);
    const processLog = log(name);
    return {
      name,
      after,
      start: () => startNodeProcess({ execPath, entry, env, log: processLog }),
    };
  }

  return [
    {
      name: 'postgres-primary',
      after: [],
      async start() {
        const running = await cluster.startPrimary();
        try {
          await bootstrapDatabases({
            urlOf: cluster.primaryUrl,
            secretFor: secrets.secretFor,
            names: databaseNames,
          });
        } catch (cause) {
          await running.stop();
          throw cause;
        }
        return running;
      },
    },
    {
      name: 'postgres-replica',
      after: ['postgres-primary'],
      start: () => cluster.startReplica(),
    },
    nodeProcess('studio', ['postgres-primary']),
    nodeProcess('services', ['postgres-primary', 'studio']),
    nodeProcess('front-door', ['postgres-primary', 'studio']),
    nodeProcess('worker', ['postgres-replica', 'studio']),
  ];
}
