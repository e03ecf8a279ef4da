import { isBinary, type Operation } from '@atelier/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { authenticate, authorise } from './authorise.ts';
import type { Database } from './database.ts';
import { BusinessError } from './errors.ts';
import { answerOnce, claimForRequest } from './idempotent-route.ts';
import type { Identity } from './identity.ts';
import { limitedBody } from './limited-body.ts';
import {
  openPlatformScope,
  openTenantScope,
  type ScopeDeps,
  type TenantScope,
} from './tenant-scope.ts';
import type { TokenVerifier } from './tokens.ts';

declare module 'fastify' {
  interface FastifyRequest {
    identity: Identity | null;
    operation: Operation | null;
  }
}

export interface RouteDeps extends ScopeDeps {
  readonly operatorDatabase: Database;
  readonly verifyToken: TokenVerifier;
}

const SUCCESS_BELOW = 300;

const successStatus = (operation: Operation): number =>
  Math.min(
    ...Object.keys(operation.responses)
      .map(Number)
      .filter((status) => status < SUCCESS_BELOW),
  );

/** One operation as a route: token and role before the schema, the schema before the handler. */
export const addRoute = (
  app: FastifyInstance,
  operation: Operation,
  handle: (call: unknown) => Promise<unknown>,
  deps: RouteDeps,
): void => {
  const binary = isBinary(operation.body) ? operation.body : null;
  const status = successStatus(operation);
  const answer = operation.responses[status] ?? null;
  app.route({
    method: operation.method,
    url: operation.path,
    schema: {
      summary: operation.summary,
      operationId: operation.name,
      ...(operation.params === undefined ? {} : { params: operation.params }),
      ...(operation.query === undefined ? {} : { querystring: operation.query }),
      ...(operation.headers === undefined ? {} : { headers: operation.headers }),
      ...(operation.body === undefined || isBinary(operation.body) ? {} : { body: operation.body }),
      ...(answer === null ? {} : { response: { [status]: answer } }),
      ...(operation.auth.kind === 'service' ? { hide: true } : {}),
    },
    onRequest: async (request) => {
      request.operation = operation;
      request.identity = await authenticate(deps.verifyToken, request.headers.authorization);
      authorise(operation, request.identity);
      if (binary !== null && Number(request.headers['content-length'] ?? 0) > binary.maxBytes) {
        throw new BusinessError(
          'payload_too_large',
          `The body is larger than ${binary.maxBytes} bytes.`,
        );
      }
    },
    handler: async (request, reply) => {
      const claim = await claimForRequest(operation, request, deps.database);
      if (claim?.kind === 'replay') return reply.code(claim.status).send(claim.body);
      const body =
        binary === null
          ? request.body
          : limitedBody(request.body as AsyncIterable<Uint8Array>, binary.maxBytes);
      const result = await answerOnce(claim, status, operation, () =>
        handle({
          ...callScope(operation, request, deps),
          params: request.params,
          query: request.query,
          headers: request.headers,
          body,
          requestId: request.id,
          clientAddress: request.ip,
          signal: abortedWith(request, reply),
          resourceId: claim?.resourceId,
        }),
      );
      return answerWith(reply, status, result);
    },
  });
};

const answerWith = (reply: FastifyReply, status: number, result: unknown): FastifyReply => {
  if (result !== null && typeof result === 'object' && 'location' in result) {
    reply.header('location', String(result.location));
  }
  return reply.code(status).send(result);
};

const abortedWith = (request: FastifyRequest, reply: FastifyReply): AbortSignal => {
  const controller = new AbortController();
  request.raw.once('close', () => {
    if (!reply.raw.writableEnded && request.raw.destroyed && reply.raw.destroyed)
      controller.abort();
  });
  return controller.signal;
};

const callScope = (operation: Operation, request: FastifyRequest, deps: RouteDeps): object => {
  const { identity } = request;
  const platform = openPlatformScope(
    operation.auth.kind === 'operator' ? { ...deps, database: deps.operatorDatabase } : deps,
    { identity, requestId: request.id },
  );
  const tenantScope = (): TenantScope => {
    if (identity?.tenantId === undefined || identity.tenantId === null) {
      throw new BusinessError('forbidden', 'The token names no tenant.');
    }
    return openTenantScope(deps, {
      tenantId: identity.tenantId,
      identity,
      requestId: request.id,
    });
  };
  if (identity === null) return { platform };
  if (identity.kind === 'service') return { caller: identity, platform, tenantScope };
  return identity.tenantId === null
    ? { platform, user: identity }
    : { platform, user: identity, scope: tenantScope() };
};
