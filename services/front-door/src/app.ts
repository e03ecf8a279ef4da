import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { EventBus } from '@atelier/cloud/ports';
import {
  createDatabase,
  createPeers,
  createTokenSigner,
  loggerOptions,
  type PeerAddresses,
} from '@atelier/service-kit';
import cookie from '@fastify/cookie';
import fastify, { type FastifyInstance, LogController } from 'fastify';
import type { JWK } from 'jose';
import pg from 'pg';
import { createAccountListeners, type Listening } from './account-listeners.ts';
import { admitHosts } from './admit-hosts.ts';
import { addErrorAnswers } from './answer-errors.ts';
import { addApiRoutes } from './api/api-routes.ts';
import { addAuditRoutes } from './api/audit-routes.ts';
import { addDocumentRoutes } from './api/document-routes.ts';
import { createDocuments } from './api/documents.ts';
import type { Application } from './applications/application.ts';
import { addStaticRoutes } from './applications/static-routes.ts';
import { type AccessTokenRules, createAccessTokenVerifier } from './credentials/access-token.ts';
import { createCallers } from './credentials/caller.ts';
import { createPrincipals } from './credentials/principals.ts';
import {
  createWorkbenchIdentityVerifier,
  createWorkbenchTokens,
  type WorkbenchIssuer,
} from './credentials/workbench-identity.ts';
import { createChangeStore } from './live/change-store.ts';
import { consumeEvents } from './live/consume-events.ts';
import { addEventRoutes } from './live/event-routes.ts';
import { createEventStreams } from './live/event-streams.ts';
import { listenForSignals, type Signal, sendSignal } from './live/signals.ts';
import { createPassThrough, type PassThrough } from './pass-through.ts';
import { createRateLimiter, type RateLimit } from './rate-limit.ts';
import { createRefusalAudit } from './refusal-audit.ts';
import { pathOf, sourceOf } from './request.ts';
import { createRelyingParty } from './sign-in/relying-party.ts';
import {
  createSessionStore,
  DEFAULT_SESSION_LIMITS,
  type SessionLimits,
} from './sign-in/session-store.ts';
import { addSignInRoutes } from './sign-in/sign-in-routes.ts';
import { createTransactionSeal } from './sign-in/transaction-cookie.ts';
import { addWorkbenchRoutes } from './sign-in/workbench-routes.ts';

export type { Listening } from './account-listeners.ts';
export {
  APPLICATIONS,
  type Application,
  type ApplicationName,
} from './applications/application.ts';
export type { AccessTokenRules } from './credentials/access-token.ts';
export type { WorkbenchIssuer } from './credentials/workbench-identity.ts';
export type { PassThrough } from './pass-through.ts';
export type { RateLimit } from './rate-limit.ts';
export type { SessionLimits } from './sign-in/session-store.ts';

/** The folder of the schema's migrations. */
export const frontDoorMigrations = fileURLToPath(new URL('../migrations', import.meta.url));

export interface FrontDoorDeps {
  /** Names `front_door_app`. */
  readonly databaseUrl: string;
  /** Names `front_door_operator`. */
  readonly operatorDatabaseUrl: string;
  readonly eventBus: EventBus;
  /** EC P-256 private JWK with `kid`; services trust its public half as the one of `front-door`. */
  readonly signingKey: JWK;
  readonly cookieSecret: string;
  readonly serviceAddresses: PeerAddresses;
  /** The first serves `/docs`, too. */
  readonly applications: readonly [Application, ...Application[]];
  /** Hosts that others answer: the embedded identity provider, caught mail. */
  readonly passThroughs: readonly PassThrough[];
  readonly accessTokens: AccessTokenRules;
  readonly workbench: WorkbenchIssuer;
  readonly sessionLimits?: SessionLimits;
  /** On public operations and sign-ins, per address. */
  readonly publicRateLimit?: RateLimit;
  /** Whose word on the caller's address is taken; nobody's at first. */
  readonly trustedProxies?: readonly string[];
  readonly heartbeatMs?: number;
  readonly logLevel?: string;
  readonly logStream?: NodeJS.WritableStream;
}

export interface FrontDoor {
  readonly app: FastifyInstance;
  /** See `AccountListeners`. */
  listenForAccount(accountId: string, path: string): Promise<Listening>;
  listenForRelay(path: string): Promise<Listening>;
  close(): Promise<void>;
}

const DEFAULT_PUBLIC_RATE_LIMIT: RateLimit = { burst: 600, perMinute: 1200 };
const SWEEP_MS = 60_000;
/** Beside the public operations: what anybody may make the front-door work for. */
const RATIONED = /^\/auth\/(login|callback|logout|workbench-identity)$/;

/** The one public entrance: sessions, applications, the API and what changes in it. */
export const createFrontDoor = async (deps: FrontDoorDeps): Promise<FrontDoor> => {
  const pool = new pg.Pool({
    connectionString: deps.databaseUrl,
    max: 8,
    options: '-c search_path=front_door',
  });
  // The pool replaces a connection that breaks; without a listener it would end the process.
  pool.on('error', () => undefined);
  const database = createDatabase({ connectionString: deps.databaseUrl, schema: 'front_door' });
  const operatorDatabase = createDatabase({
    connectionString: deps.operatorDatabaseUrl,
    schema: 'front_door',
    maxConnections: 2,
  });

  const app = fastify({
    logger: loggerOptions('front-door', deps.logLevel, deps.logStream),
    // One line per answer, with tenant and operation, in place of Fastify's two.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    trustProxy: [...(deps.trustedProxies ?? [])],
    forceCloseConnections: true,
    // Sign-in answers of providers carry long codes.
    routerOptions: { maxParamLength: 500 },
  });

  const signer = createTokenSigner({ caller: 'front-door', privateKey: deps.signingKey });
  const peers = createPeers({ signer, addresses: deps.serviceAddresses });
  const principals = createPrincipals({ peers });
  const sessions = createSessionStore({
    pool,
    limits: deps.sessionLimits ?? DEFAULT_SESSION_LIMITS,
  });
  const workbenchTokens = createWorkbenchTokens({ signingKey: deps.signingKey });
  const changes = createChangeStore({ database, operatorDatabase });
  const streams = createEventStreams({
    changes,
    ...(deps.heartbeatMs === undefined ? {} : { heartbeatMs: deps.heartbeatMs }),
    onError: (error) => app.log.warn({ err: error }, 'an event stream broke'),
  });
  const audit = createRefusalAudit({
    database,
    onError: (error) => app.log.error({ err: error }, 'a refusal could not be audited'),
  });
  const findCaller = createCallers({
    principals,
    sessions,
    workbenchTokens,
    verifyAccessToken: createAccessTokenVerifier(deps.accessTokens),
  });
  const takePublicShare = createRateLimiter(deps.publicRateLimit ?? DEFAULT_PUBLIC_RATE_LIMIT);
  const passThrough = createPassThrough();

  const accounts = createAccountListeners({
    answer: (request, reply) => app.routing(request, reply),
  });

  const overTls = deps.applications.every(({ origin }) => origin.startsWith('https:'));

  // Bodies are not read here but sent on as they come.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  app.decorateRequest('application', null);
  app.decorateRequest('accountId', null);
  app.decorateRequest('caller', null);
  app.decorateRequest('findCaller', { getter: () => findCaller });
  await app.register(cookie);

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'x-request-id': request.id,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin-allow-popups',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
      ...(overTls ? { 'strict-transport-security': 'max-age=31536000' } : {}),
    });
    if (pathOf(request).startsWith('/auth/')) reply.header('cache-control', 'no-store');
  });
  admitHosts(app, { ...deps, passThrough, accounts });
  app.addHook('onRequest', async (request) => {
    if (RATIONED.test(pathOf(request))) takePublicShare(sourceOf(request));
  });

  app.addHook('onResponse', async (request, reply) => {
    const { operation } = request.routeOptions.config;
    request.log.info({
      requestId: request.id,
      tenantId: request.caller?.principal.tenantId ?? null,
      operation: operation ?? request.routeOptions.url ?? null,
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime * 10) / 10,
    });
  });

  addErrorAnswers(app, { audit });

  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    await pool.query('select 1');
    return { status: 'ready' };
  });

  addSignInRoutes(app, {
    relyingParty: createRelyingParty({ issuer: deps.accessTokens.issuer }),
    sessions,
    principals,
    seal: createTransactionSeal({ secret: deps.cookieSecret }),
    onSignedOut: ({ id }) => sendSignal(pool, { kind: 'signed-out', sessionId: id }),
  });
  addWorkbenchRoutes(app, {
    verifyIdentity: createWorkbenchIdentityVerifier(deps.workbench),
    tokens: workbenchTokens,
    principals,
    peers,
  });
  app.get('/auth/configuration', async () => ({
    addresses: {
      ...Object.fromEntries(deps.applications.map(({ name, origin }) => [name, origin])),
      ...Object.fromEntries(deps.passThroughs.map(({ name, origin }) => [name, origin])),
    },
  }));
  const closeApi = addApiRoutes(app, {
    signer,
    serviceAddresses: deps.serviceAddresses,
    takePublicShare,
  });
  addAuditRoutes(app, { database });
  addEventRoutes(app, { streams });
  await addDocumentRoutes(app, {
    documents: createDocuments(deps),
    landing: deps.applications[0],
  });
  await addStaticRoutes(app, deps);
  await app.ready();

  const onSignal = (told: Signal): void => {
    switch (told.kind) {
      case 'recorded':
        streams.wake(told.streamId);
        break;
      case 'forget':
        principals.forget(told.tenantId, told.userId);
        break;
      case 'revoked':
        principals.forget(told.tenantId, told.userId);
        streams.endOf(told.tenantId, told.userId);
        break;
      case 'signed-out':
        streams.endOfSession(told.sessionId);
        break;
    }
  };
  const signals = listenForSignals({
    connectionString: deps.databaseUrl,
    onSignal,
    // Who was out meanwhile is found at the next heartbeat; what changed, now.
    onGap: streams.wakeAll,
  });
  const subscription = await consumeEvents({
    eventBus: deps.eventBus,
    pool,
    sessions,
    changes,
    onUnreadable: (event) => app.log.error({ eventId: event.id }, 'an event cannot be read'),
  });
  const sweeping = setInterval(() => {
    Promise.all([sessions.sweep(), changes.sweep()]).catch((error: unknown) =>
      app.log.warn({ err: error }, 'what has expired stays'),
    );
  }, SWEEP_MS).unref();

  const listening: Listening[] = [];
  const kept = async (opened: Promise<Listening>): Promise<Listening> => {
    const one = await opened;
    listening.push(one);
    return one;
  };

  return {
    app,
    listenForAccount: (accountId, path) => kept(accounts.listenForAccount(accountId, path)),
    listenForRelay: (path) => kept(accounts.listenForRelay(path)),
    close: async () => {
      clearInterval(sweeping);
      streams.endAll();
      await Promise.all(listening.map((one) => one.close()));
      await app.close();
      await subscription.close();
      await signals.close();
      await audit.close();
      closeApi();
      passThrough.close();
      await Promise.all([pool.end(), database.close(), operatorDatabase.close()]);
    },
  };
};
