import { Agent } from 'node:http';
import {
  isBinary,
  type Operation,
  operationsByService,
  SERVICES,
  type ServiceName,
} from '@atelier/contracts';
import { BusinessError, type PeerAddresses, type TokenSigner } from '@atelier/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../credentials/caller.ts';
import { callerOf, sourceOf } from '../request.ts';
import { endToEnd, forward } from './forward.ts';

const MAX_JSON_BYTES = 1024 * 1024;
const PREFIX = '/api/';

/** What a service is told of a request, beside what its contract names. Everything else stays here. */
const PASSED_HEADERS = [
  'accept',
  'accept-language',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'last-event-id',
  'range',
  'traceparent',
  'tracestate',
  'user-agent',
] as const;

const KEPT_BACK: ReadonlySet<string> = new Set(['set-cookie', 'server', 'x-powered-by']);

/** Operations that exist for the outside: every one that is not between services. */
export const publicOperations = (service: ServiceName): readonly Operation[] =>
  Object.values<Operation>(operationsByService[service]).filter(
    ({ auth }) => auth.kind !== 'service',
  );

export interface ApiDeps {
  readonly signer: TokenSigner;
  readonly serviceAddresses: PeerAddresses;
  /** Throws `too_many_requests`. */
  readonly takePublicShare: (subject: string) => void;
}

/**
 * `/api/<service>/<path>`: one route per operation of the contracts. What no contract offers to the outside has no route,
 * so that nothing internal can be reached by any spelling.
 */
export const addApiRoutes = (app: FastifyInstance, deps: ApiDeps): (() => void) => {
  const agent = new Agent({ keepAlive: true, keepAliveMsecs: 10_000, maxFreeSockets: 64 });

  const tokenFor = (service: ServiceName, { principal, session }: Caller): Promise<string> =>
    deps.signer.sign(service, {
      sub: principal.userId,
      tenant_id: principal.tenantId,
      roles: principal.roles,
      email: principal.email,
      name: principal.name,
      ...(session === null ? {} : { sid: session.id }),
    });

  const headersFor = (
    operation: Operation,
    request: FastifyRequest,
    token: string | null,
  ): Record<string, string | string[]> => {
    const passed = [...PASSED_HEADERS, ...Object.keys(operation.headers?.shape ?? {})];
    const headers: Record<string, string | string[]> = {};
    for (const name of passed) {
      const value = request.headers[name];
      if (value !== undefined) headers[name] = value;
    }
    return {
      ...headers,
      'x-request-id': request.id,
      // A workbench has no address of its own.
      ...(request.accountId === null ? { 'x-forwarded-for': request.ip } : {}),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    };
  };

  const answer = async (operation: Operation, request: FastifyRequest, reply: FastifyReply) => {
    let token: string | null = null;
    if (operation.auth.kind === 'public') {
      if (request.accountId !== null) {
        throw new BusinessError('unauthenticated', 'A workbench says who it is first.');
      }
      deps.takePublicShare(sourceOf(request));
    } else {
      token = await tokenFor(operation.service, await callerOf(request));
    }
    const gone = new AbortController();
    reply.raw.on('close', () => {
      if (!reply.raw.writableFinished) gone.abort();
    });
    const response = await forward(request.raw, {
      address: deps.serviceAddresses[operation.service],
      path: (request.raw.url ?? '').slice(`${PREFIX}${operation.service}`.length),
      headers: headersFor(operation, request, token),
      maxBytes: isBinary(operation.body) ? operation.body.maxBytes : MAX_JSON_BYTES,
      agent,
      signal: gone.signal,
    });
    reply.code(response.statusCode ?? 502);
    for (const [name, value] of Object.entries(endToEnd(response.headers))) {
      if (!KEPT_BACK.has(name)) reply.header(name, value);
    }
    if (response.headers['cache-control'] === undefined) reply.header('cache-control', 'no-store');
    reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
    return reply.send(response);
  };

  for (const service of SERVICES) {
    for (const operation of publicOperations(service)) {
      app.route({
        method: operation.method,
        url: `${PREFIX}${service}${operation.path}`,
        config: { operation: `${service}.${operation.name}` },
        handler: (request, reply) => answer(operation, request, reply),
      });
    }
  }
  return () => agent.destroy();
};
