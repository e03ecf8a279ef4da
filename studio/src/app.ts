import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { cloudServices } from '@atelier/account-baseline';
import type { CloudEvent } from '@atelier/cloud/ports';
import { type AccountStore, createAccountStore } from './accounts/account-store.ts';
import { createAccountsModule } from './accounts/accounts-module.ts';
import { ensurePlatformAccounts, ensureServiceRoles } from './accounts/first-start.ts';
import { createGuardrails } from './accounts/guardrails.ts';
import { organization } from './accounts/organization.ts';
import type { Database } from './database.ts';
import { secretFile } from './home-files.ts';
import { createAuthorizer } from './iam/authorizer.ts';
import { createIamService } from './iam/iam-service.ts';
import { createRoleSessions } from './iam/role-sessions.ts';
import { createRoleStore, type RoleStore } from './iam/role-store.ts';
import { createSessions, type Sessions } from './iam/sessions.ts';
import { createStsService } from './iam/sts-service.ts';
import { createWebIdentity } from './iam/web-identity.ts';
import type { Logger } from './logger.ts';
import type { ListenForAccount, StudioCore, StudioModule } from './module.ts';
import { createPublicHandler } from './public-pages.ts';
import { createAudit } from './wire/audit.ts';
import { createAuthenticate } from './wire/authenticate.ts';
import { createDispatcher } from './wire/dispatcher.ts';
import {
  type AccountSocketHandler,
  closeServer,
  createStudioServer,
  listen,
} from './wire/server.ts';

/** Where Studio tells the world what happened: the event bus under `npm start`, JSON lines alone. */
export type EventSink = (event: CloudEvent) => Promise<void>;

export interface StudioDeps {
  readonly database: Database;
  readonly home: string;
  readonly region: string;
  /** `http://127.0.0.1:8081`. */
  readonly publicUrl: string;
  readonly events: EventSink;
  readonly logger: Logger;
  readonly now?: () => Date;
  /** Services that get a role and a credentials file; all that act in the cloud when not given. */
  readonly services?: readonly string[];
  /** The parts beside accounts, IAM and STS; S3's last. */
  readonly compose: (core: StudioCore) => Promise<readonly StudioModule[]>;
}

export interface Studio {
  /** Not yet listening: the TCP side, with the AWS API, spaces by host, and what needs no signature. */
  readonly server: Server;
  readonly listenForAccount: ListenForAccount;
  readonly accounts: AccountStore;
  readonly roles: RoleStore;
  readonly sessions: Sessions;
  readonly platform: { readonly managementAccountId: string; readonly providerAccountId: string };
  close(): Promise<void>;
}

const closeGraceMs = 5_000;
const purgeEveryMs = 3_600_000;

/** Composes Studio over an open database. Nothing listens until `server.listen`. */
export async function createStudio(deps: StudioDeps): Promise<Studio> {
  const { database, logger } = deps;
  const now = deps.now ?? (() => new Date());
  const accounts = createAccountStore({ database });
  const roles = createRoleStore({ database });
  const masterKey = await secretFile(join(deps.home, 'keys', 'master.key'), async () =>
    randomBytes(32),
  );
  const sessions = createSessions({
    database,
    roles,
    masterKey,
    isActive: (accountId) => accounts.isActive(accountId),
    now,
  });
  const platform = await ensurePlatformAccounts(accounts);
  await ensureServiceRoles({
    platform,
    roles,
    sessions,
    home: deps.home,
    services: deps.services ?? cloudServices,
  });
  const providerAccountId = platform.provider.accountId;
  const authorizer = createAuthorizer({
    roles,
    guardrails: createGuardrails({ accounts, providerAccountId }),
    organizationId: organization.id,
    now,
  });
  const webIdentity = await createWebIdentity({
    keyFile: join(deps.home, 'keys', 'web-identity.json'),
    issuer: `${deps.publicUrl}/sts`,
    now,
  });
  const audit = createAudit({ database, logger });

  const socketServers = new Set<Server>();
  /** Set once the modules are there; sockets are opened by modules that have started. */
  let createServerFor: ((socketAccountId: string | null) => Server) | null = null;
  const listenForAccount: ListenForAccount = async (accountId, path) => {
    if (!createServerFor)
      throw new Error('sockets are opened from start() on, not while composing');
    const server = createServerFor(accountId);
    await listen(server, { path });
    socketServers.add(server);
    return {
      close: async () => {
        socketServers.delete(server);
        await closeServer(server, closeGraceMs);
      },
    };
  };

  const core: StudioCore = {
    database,
    home: deps.home,
    region: deps.region,
    publicUrl: deps.publicUrl,
    authorizer,
    roleSessions: createRoleSessions({ roles, sessions }),
    audit,
    providerAccountId,
    accounts,
    logger,
    now,
    listenForAccount,
  };
  const parts = await deps.compose(core);
  const platformIds = {
    managementAccountId: platform.management.accountId,
    providerAccountId,
  };
  const accountsModule = createAccountsModule(core, {
    accounts,
    roles,
    audit,
    events: deps.events,
    platform: platformIds,
    modules: parts,
  });
  // What accounts hold is there before accounts are made or continued.
  const modules = [...parts, accountsModule];
  const dispatch = createDispatcher({
    authenticate: createAuthenticate({ keys: sessions, region: deps.region, now }),
    authorizer,
    audit,
    region: deps.region,
    now,
    providerAccountId,
    logger,
    rpc: [
      createStsService({ roles, sessions, webIdentity, organizationId: organization.id }),
      createIamService({ roles, sessions, authorizer }),
      ...modules.flatMap((module) => module.rpc ?? []),
    ],
    rest: modules.flatMap((module) => module.rest ?? []),
  });
  createServerFor = (socketAccountId) =>
    createStudioServer(
      {
        dispatch,
        publicHandler: createPublicHandler({ database, webIdentity }),
        spaces: modules.find((module) => module.spaces)?.spaces ?? null,
        spacesSuffix: '.studio.localhost',
        accountSocket: async (request, response, accountId) => {
          for (const module of modules) {
            if (await module.accountSocket?.(request, response, accountId)) return true;
          }
          return false;
        },
        logger,
      },
      socketAccountId,
    );

  const server = createServerFor(null);
  for (const module of modules) await module.start?.();
  await sessions.purge();
  const purging = setInterval(() => {
    sessions.purge().catch((error: unknown) => logger.warn('old sessions stay', { error }));
  }, purgeEveryMs);
  purging.unref();

  return {
    server,
    listenForAccount,
    accounts,
    roles,
    sessions,
    platform: platformIds,
    async close() {
      clearInterval(purging);
      await Promise.all([server, ...socketServers].map((open) => closeServer(open, closeGraceMs)));
      for (const module of modules.toReversed()) await module.close?.();
      await audit.close();
    },
  };
}

const _firstAnswer =
  (handlers: readonly AccountSocketHandler[]): AccountSocketHandler =>
  async (request, response, accountId) => {
    for (const handle of handlers) if (await handle(request, response, accountId)) return true;
    return false;
  };
