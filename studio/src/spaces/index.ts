import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { StudioModule } from '../module.ts';
import { createAccessStore } from './access-store.ts';
import { createAppRunner } from './app-runner.ts';
import { type App, createAppStore } from './app-store.ts';
import { createBaselineDomain } from './baseline-domain.ts';
import { createConnections } from './connections.ts';
import { createCredentialsEndpoint, type ExecutionRoleOf } from './credentials-endpoint.ts';
import { DEFAULT_LIMITS, type SpacesDeps } from './deps.ts';
import { createDomainStore } from './domain-store.ts';
import { resourceNotFound } from './errors.ts';
import { createIdleStop } from './idle-stop.ts';
import { installKit } from './kit-folder.ts';
import { appOperations } from './operations/app-operations.ts';
import { domainOperations } from './operations/domain-operations.ts';
import { presignedUrlOperation } from './operations/presigned-url-operation.ts';
import { profileOperations } from './operations/profile-operations.ts';
import { spaceOperations } from './operations/space-operations.ts';
import { createProfileStore } from './profile-store.ts';
import { createRevocation } from './revocation.ts';
import { createRunningLabs } from './running-labs.ts';
import { createSettler } from './settle.ts';
import { createSpaceAudit } from './space-audit.ts';
import { createSpaceProxy } from './space-proxy.ts';
import { createSpaceStore } from './space-store.ts';

export type { SpacesDeps, SpacesLimits } from './deps.ts';

export interface Spaces {
  /** What Studio composes: operations, the host `<label>.studio.localhost`, keys for containers, the baseline's domain. */
  readonly module: Required<
    Pick<
      StudioModule,
      'rpc' | 'spaces' | 'accountSocket' | 'baseline' | 'removeAccount' | 'start' | 'close'
    >
  >;
  /** Ends tickets, sessions and open connections of a profile at once; nothing is stopped. */
  revokeProfile(accountId: string, domainId: string, profile: string): Promise<void>;
  /** Likewise for a whole account, and stops its apps: for a suspension. */
  revokeAccount(accountId: string): Promise<void>;
}

const ROUND_MS = 30_000;
const CLOSE_MS = 3000;

/** JupyterLab for every user: domains, profiles, spaces, apps, and the way of a browser into them. */
export const createSpaces = (deps: SpacesDeps): Spaces => {
  const { database, logger, roles } = deps;
  const limits = { ...DEFAULT_LIMITS, ...deps.limits };
  const domains = createDomainStore(database);
  const profiles = createProfileStore(database);
  const spaces = createSpaceStore(database);
  const apps = createAppStore(database);
  const access = createAccessStore(database);
  const labs = createRunningLabs();
  const connections = createConnections(limits.connectionsPerSession);

  let kit: Promise<string> | null = null;
  const kitFolder = (): Promise<string> => {
    kit ??= installKit(deps.notebookKit, join(deps.home, 'kit'));
    return kit;
  };

  const executionRoleOf: ExecutionRoleOf = async (accountId, domainId, name) => {
    const profile = await profiles.get(accountId, domainId, name);
    const own = profile.settings.UserSettings?.ExecutionRole;
    if (own !== undefined) return own;
    const domain = await domains.get(accountId, domainId);
    const shared = domain.settings.DefaultUserSettings?.ExecutionRole;
    if (shared === undefined)
      throw resourceNotFound(`The execution role of User Profile [${name}]`);
    return shared;
  };

  const runner = createAppRunner({
    ...deps,
    region: deps.region ?? 'us-east-1',
    apps,
    spaces,
    labs,
    limits,
    kitFolder,
    executionRoleOf,
    onEnd: (app) => connections.sever((_, startId) => startId === app.startId),
  });
  const settler = createSettler({
    domains,
    profiles,
    spaces,
    apps,
    runner,
    roles,
    volumes: deps.volumes,
    uidOf: deps.uidOf,
    limits,
    logger,
  });
  const proxy = createSpaceProxy({
    access,
    labs,
    connections,
    limits,
    publicPort: deps.publicPort,
    launchPageUrl: deps.launchPageUrl,
    audit: createSpaceAudit({
      audit: deps.audit,
      providerAccountId: deps.providerAccountId,
      region: deps.region ?? 'us-east-1',
      logger,
    }),
  });
  const revocation = createRevocation({
    access,
    apps,
    labs,
    connections,
    forgetSessions: proxy.forgetSessions,
    settler,
  });
  const idleStop = createIdleStop({
    labs,
    apps,
    domains,
    spaces,
    limits,
    logger,
    stopApp: async (app: App, reason: string) => {
      logger.info('an idle space is stopped', { startId: app.startId, reason });
      await revocation.app(app);
    },
  });

  let closed = false;
  let timer: NodeJS.Timeout | null = null;
  const round = async (): Promise<void> => {
    await idleStop.round(new Date());
    await access.removeExpired();
    // Rows whose work failed on the way (a database that was away) are taken up again.
    await settler.everything();
  };
  const schedule = (): void => {
    timer = globalThis.setTimeout(() => {
      round()
        .catch((error: unknown) => logger.error('the round over spaces failed', { error }))
        .finally(() => {
          if (!closed) schedule();
        });
    }, ROUND_MS);
    timer.unref();
  };

  const ensureDomain = createBaselineDomain({ domains, settler });

  const reporting =
    <Args extends unknown[]>(what: string, work: (...args: Args) => Promise<void>) =>
    (...args: Args): void => {
      work(...args).catch((error: unknown) => logger.error(what, { error }));
    };

  return {
    revokeProfile: revocation.profile,
    revokeAccount: revocation.account,
    module: {
      rpc: [
        {
          protocol: 'json',
          name: 'sagemaker',
          target: 'SageMaker',
          operations: [
            ...domainOperations({ domains, settler }),
            ...profileOperations({ domains, profiles, settler, revocation }),
            ...spaceOperations({ profiles, spaces, settler }),
            ...appOperations({ spaces, apps, settler, revocation, limits }),
            presignedUrlOperation({ profiles, spaces, access, publicPort: deps.publicPort }),
          ],
        },
      ],
      spaces: {
        handleRequest: reporting('a request to a notebook failed', async (request, response) => {
          try {
            await proxy.handleRequest(request, response);
          } catch (error) {
            if (response.headersSent) response.destroy();
            else response.writeHead(500).end();
            throw error;
          }
        }),
        handleUpgrade: reporting(
          'an upgrade to a notebook failed',
          async (request, socket, head) => {
            try {
              await proxy.handleUpgrade(request, socket, head);
            } catch (error) {
              socket.destroy();
              throw error;
            }
          },
        ),
      },
      accountSocket: createCredentialsEndpoint({ apps, roles, executionRoleOf }),
      baseline: { createDomain: ensureDomain },
      async removeAccount(accountId) {
        await revocation.account(accountId);
        for (const space of await spaces.list(accountId, null)) {
          await spaces.markDeleting(space);
          await settler.space(accountId, space.domainId, space.name);
        }
        for (const profile of await profiles.list(accountId, null)) {
          await profiles.markDeleting(profile);
          await settler.profile(accountId, profile.domainId, profile.name);
        }
        for (const domain of await domains.list(accountId)) {
          await domains.markDeleting(accountId, domain.id);
          await settler.domain(accountId, domain.id);
        }
        if ((await domains.list(accountId)).length > 0) {
          throw new Error(`domains of account ${accountId} could not be removed`);
        }
      },
      async start() {
        await kitFolder();
        await runner.adopt();
        await settler.everything();
        schedule();
      },
      async close() {
        closed = true;
        if (timer !== null) clearTimeout(timer);
        runner.close();
        connections.sever(() => true);
        // A start under way is found and finished by the next Studio.
        await Promise.race([settler.idle(), setTimeout(CLOSE_MS)]);
      },
    },
  };
};
