import { randomUUID } from 'node:crypto';
import type { EventBus } from '@atelier/cloud/ports';
import type { ChangeEvent, Operation, ServiceName } from '@atelier/contracts';
import swagger from '@fastify/swagger';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import {
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import { v7 as uuidv7 } from 'uuid';
import { auditHandlers } from './audit-handlers.ts';
import type { Database } from './database.ts';
import { BusinessError } from './errors.ts';
import type { Handlers } from './handler.ts';
import type { ServiceIdentity } from './identity.ts';
import { loggerOptions } from './logger.ts';
import { eventEnvelope, startOutboxRelay } from './outbox.ts';
import { sendProblem, toProblem } from './problem-response.ts';
import { recordRefusal } from './refusals.ts';
import { addRoute } from './route.ts';
import {
  openPlatformScope,
  openTenantScope,
  type PlatformScope,
  type TenantCredentials,
  type TenantScope,
} from './tenant-scope.ts';
import type { TokenVerifier } from './tokens.ts';

export interface ServiceDeps {
  /** Connects as `<service>_app`. */
  readonly database: Database;
  /** Connects as `<service>_operator`: operator operations and the outbox. */
  readonly operatorDatabase: Database;
  readonly verifyToken: TokenVerifier;
  readonly tenantCredentials: TenantCredentials;
  readonly eventBus: EventBus;
  /** Where log lines go; standard output when absent. */
  readonly logStream?: NodeJS.WritableStream;
  readonly logLevel?: string;
}

/** What use cases need beside the call: scopes for background work, on the same terms as a request's. */
export interface ServiceRuntime {
  readonly service: ServiceName;
  /** The scope of a stored request: only that tenant's own token can have stored it. */
  openScope(tenantId: string, requestId: string): TenantScope;
  openPlatform(requestId: string): PlatformScope;
  /** Tells open browsers of a change, outside of any transaction; one that is lost is seen at the next look. */
  announce(event: ChangeEvent): void;
  readonly log: FastifyBaseLogger;
}

/** Work that a service does without being asked: reconcilers, event consumers, sweeps. */
export interface Background {
  start(): void | Promise<void>;
  stop(): Promise<void>;
}

export interface ServiceApp {
  readonly app: FastifyInstance;
  readonly runtime: ServiceRuntime;
  close(): Promise<void>;
}

/**
 * An HTTP application that answers the operations of one service: token, role, schema, idempotency, scope, problem, audit
 * and log are the same everywhere and live here; a handler holds none of it.
 */
export const createServiceApp = <Operations extends Readonly<Record<string, Operation>>>(given: {
  service: ServiceName;
  operations: Operations;
  compose: (runtime: ServiceRuntime) => {
    handlers: Handlers<Operations>;
    /** What runs beside the requests: started once the application listens, stopped before it closes. */
    background?: readonly Background[];
  };
  deps: ServiceDeps;
}): ServiceApp => {
  const { service, deps } = given;
  const relay = startOutboxRelay({
    database: deps.operatorDatabase,
    eventBus: deps.eventBus,
    onError: (error) => app.log.warn({ err: error }, 'events wait in the outbox'),
  });
  const scopeDeps = {
    database: deps.database,
    tenantCredentials: deps.tenantCredentials,
    onEvents: relay.wake,
  };
  const ownIdentity = (tenantId: string | null): ServiceIdentity => ({
    kind: 'service',
    service,
    tenantId,
    onBehalfOf: null,
  });
  const runtime: ServiceRuntime = {
    service,
    openScope: (tenantId, requestId) =>
      openTenantScope(scopeDeps, { tenantId, identity: ownIdentity(tenantId), requestId }),
    openPlatform: (requestId) =>
      openPlatformScope(scopeDeps, { identity: ownIdentity(null), requestId }),
    announce: (event) => {
      deps.eventBus
        .publish([eventEnvelope({ id: uuidv7(), at: new Date(), event })])
        .catch((error: unknown) => app.log.warn({ err: error }, 'a change was not told'));
    },
    get log() {
      return app.log;
    },
  };

  const app = fastify({
    logger: loggerOptions(service, deps.logLevel, deps.logStream),
    // One line per answer, with the tenant and the operation, in place of Fastify's two.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: (request) => String(request.headers['x-request-id'] ?? randomUUID()),
    // Only front-door calls services from outside, and it says for whom.
    trustProxy: true,
    forceCloseConnections: true,
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('identity', null);
  app.decorateRequest('operation', null);
  app.addContentTypeParser('application/octet-stream', (_request, payload, done) =>
    done(null, payload),
  );

  app.addHook('onResponse', async (request, reply) => {
    if (request.operation === null) return;
    request.log.info({
      requestId: request.id,
      tenantId: request.identity?.tenantId ?? null,
      operation: request.operation.name,
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime * 10) / 10,
    });
  });

  app.setErrorHandler(async (error, request, reply) => {
    const told = toProblem(error, request.id, request.url.split('?')[0] ?? '');
    if (told.status >= 500) request.log.error({ err: error, requestId: request.id }, told.title);
    await recordRefusal(deps.database, request, told.status, told.detail ?? told.title).catch(
      (failure: unknown) => request.log.error({ err: failure }, 'a refusal could not be audited'),
    );
    return sendProblem(reply, told);
  });
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      toProblem(
        new BusinessError('not_found', 'There is no such address.'),
        request.id,
        request.url.split('?')[0] ?? '',
      ),
    ),
  );

  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    await deps.database.transaction(null, (transaction) => transaction.query('select 1'));
    return { status: 'ready' };
  });

  const composed = given.compose(runtime);
  const background = composed.background ?? [];
  app.addHook('onReady', async () => {
    for (const work of background) await work.start();
  });

  const handlers = { ...auditHandlers(deps), ...composed.handlers } as Readonly<
    Record<string, (call: unknown) => Promise<unknown>>
  >;

  app.register(async (routes) => {
    await routes.register(swagger, {
      openapi: { openapi: '3.1.0', info: { title: service, version: '1' } },
      transform: jsonSchemaTransform,
    });
    for (const [name, operation] of Object.entries(given.operations)) {
      const handle = handlers[name];
      if (handle === undefined) throw new Error(`${service} does not answer ${name}`);
      addRoute(routes, operation, handle, { ...deps, ...scopeDeps });
    }
    routes.get('/openapi.json', { schema: { hide: true } }, async () => routes.swagger());
  });

  return {
    app,
    runtime,
    close: async () => {
      await Promise.all(background.map((work) => work.stop()));
      await app.close();
      await relay.close();
    },
  };
};
