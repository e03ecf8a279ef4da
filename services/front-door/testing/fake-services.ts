import { createHash } from 'node:crypto';
import type { InternalClaims, Principal, ServiceName } from '@atelier/contracts';
import type { TestTokens } from '@atelier/service-kit/testing';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';

/** What a service behind the front-door saw of a request. */
export interface Seen {
  readonly claims: InternalClaims | null;
  readonly headers: FastifyRequest['headers'];
  readonly url: string;
}

const bearerOf = (request: FastifyRequest): string | null =>
  request.headers.authorization?.replace(/^Bearer /, '') ?? null;

/**
 * The services as far as the front-door needs them: real listeners that take internal tokens exactly as service-kit does.
 * People are put into `people` by what they are found by.
 */
export const startFakeServices = async (tokens: TestTokens) => {
  const people = {
    byIdentity: new Map<string, Principal>(),
    byApiKey: new Map<string, Principal>(),
    byId: new Map<string, Principal>(),
    tenantByAccount: new Map<string, string>(),
    /** How often somebody was asked for. */
    asked: 0,
  };
  const seen: Seen[] = [];
  const uploads = { receivedBytes: 0 };
  const apps: FastifyInstance[] = [];

  const start = async (
    service: ServiceName,
    add: (
      app: FastifyInstance,
      claimsOf: (request: FastifyRequest) => Promise<InternalClaims>,
    ) => void,
  ): Promise<string> => {
    const app = fastify({ forceCloseConnections: true });
    const verify = tokens.verifierFor(service);
    app.setErrorHandler((error, _request, reply) => {
      const code = (error as { code?: string }).code === 'unauthenticated' ? 401 : 500;
      return reply.code(code).send({ message: (error as Error).message });
    });
    add(app, async (request) => verify(bearerOf(request) ?? ''));
    apps.push(app);
    return app.listen({ host: '127.0.0.1', port: 0 });
  };

  const notFound = {
    type: 'x',
    title: 'Not found',
    status: 404,
    code: 'not_found',
    requestId: 'x',
  } as const;

  const userManagement = await start('user-management', (app, claimsOf) => {
    const lookUp = (url: string, find: (body: never) => Principal | undefined) =>
      app.post(url, async (request, reply) => {
        if ((await claimsOf(request)).sub !== 'service:front-door') throw new Error('not for you');
        people.asked += 1;
        return find(request.body as never) ?? reply.code(404).send(notFound);
      });
    lookUp('/internal/resolve-identity', (body: { issuer: string; subject: string }) =>
      people.byIdentity.get(`${body.issuer} ${body.subject}`),
    );
    lookUp('/internal/resolve-api-key', (body: { secret: string }) =>
      people.byApiKey.get(body.secret),
    );
    lookUp('/internal/resolve-user', (body: { tenantId: string; userId: string }) => {
      const found = people.byId.get(body.userId);
      return found?.tenantId === body.tenantId ? found : undefined;
    });
    app.delete('/internal/users', async () => ({ deleted: 1000 }));
    app.get('/me', async (request) => {
      seen.push({ claims: await claimsOf(request), headers: request.headers, url: request.url });
      return { sub: (await claimsOf(request)).sub };
    });
    app.post('/invitations/look-up', async (request) => {
      seen.push({ claims: null, headers: request.headers, url: request.url });
      return { looked: 'up' };
    });
    app.get('/openapi.json', async () => ({
      openapi: '3.1.0',
      info: { title: 'user-management', version: '1' },
      paths: {
        '/me': { get: { summary: 'Who the caller is' } },
        '/internal/users': { delete: { summary: 'Delete every user' } },
      },
    }));
  });

  const tenantManagement = await start('tenant-management', (app, claimsOf) => {
    app.get<{ Params: { accountId: string } }>(
      '/internal/accounts/:accountId',
      async (request, reply) => {
        await claimsOf(request);
        const tenantId = people.tenantByAccount.get(request.params.accountId);
        if (tenantId === undefined) return reply.code(404).send(notFound);
        return {
          id: tenantId,
          name: 'Foo',
          slug: 'foo',
          state: 'active',
          plan: 'standard',
          region: 'us-east-1',
          isolationStrategy: 'role',
          accountId: request.params.accountId,
          workbenchVariant: 'standard',
          createdAt: '2026-01-01T00:00:00Z',
        };
      },
    );
    app.get('/tenant', async (request) => ({ tenantId: (await claimsOf(request)).tenant_id }));
  });

  const customerManagement = await start('customer-management', (app, claimsOf) => {
    app.addContentTypeParser('application/octet-stream', (_request, payload, done) =>
      done(null, payload),
    );
    app.put('/imports/:importId/file', async (request) => {
      await claimsOf(request);
      const hash = createHash('sha256');
      uploads.receivedBytes = 0;
      for await (const chunk of request.body as AsyncIterable<Buffer>) {
        uploads.receivedBytes += chunk.byteLength;
        hash.update(chunk);
      }
      return { sha256: hash.digest('hex'), bytes: uploads.receivedBytes };
    });
    app.get('/customers', async (request, reply) => {
      seen.push({ claims: await claimsOf(request), headers: request.headers, url: request.url });
      reply.headers({
        'set-cookie': 'stolen=1',
        'x-told': 'yes',
        connection: 'x-hop',
        'x-hop': '1',
      });
      return { items: [] };
    });
    app.put('/as-of', async (request) => {
      seen.push({ claims: await claimsOf(request), headers: request.headers, url: request.url });
      return { changed: true };
    });
  });

  return {
    people,
    seen,
    uploads,
    addresses: {
      registration: 'http://127.0.0.1:9',
      'tenant-management': tenantManagement,
      'user-management': userManagement,
      'customer-management': customerManagement,
      'workbench-management': 'http://127.0.0.1:9',
      'data-management': 'http://127.0.0.1:9',
    } satisfies Record<ServiceName, string>,
    close: async () => {
      await Promise.all(apps.map((app) => app.close()));
    },
  };
};
export type FakeServices = Awaited<ReturnType<typeof startFakeServices>>;
