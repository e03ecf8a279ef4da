import { SERVICES, type ServiceName } from '@atelier/contracts';
import { notFound } from '@atelier/service-kit';
import scalar from '@scalar/fastify-api-reference';
import type { FastifyInstance } from 'fastify';
import type { Application } from '../applications/application.ts';
import { contentSecurityPolicy } from '../applications/content-security-policy.ts';
import type { Documents } from './documents.ts';

const isService = (name: string): name is ServiceName =>
  (SERVICES as readonly string[]).includes(name);

/** `/docs`: every operation, with a console to try it. Nothing comes from elsewhere than here. */
export const addDocumentRoutes = async (
  app: FastifyInstance,
  deps: { documents: Documents; landing: Application },
): Promise<void> => {
  await app.register(async (routes) => {
    routes.addHook('onRequest', async (request, reply) => {
      if (request.application?.name === 'landing') return;
      // The console's scripts stay off the origins that hold sessions of tenants and operators.
      return reply.redirect(`${deps.landing.origin}/docs/`, 302);
    });
    routes.addHook('onSend', async (_request, reply, payload) => {
      const type = String(reply.getHeader('content-type') ?? '');
      if (type.startsWith('text/html') && typeof payload === 'string') {
        reply.header('content-security-policy', contentSecurityPolicy(payload));
      }
      if (type.startsWith('application/javascript')) {
        reply.header('cache-control', 'public, max-age=3600');
      }
    });
    routes.get<{ Params: { file: string } }>('/docs/openapi/:file', async (request) => {
      const service = /^(.+)\.json$/.exec(request.params.file)?.[1] ?? '';
      if (!isService(service)) throw notFound('document');
      return deps.documents.read(service);
    });
    await routes.register(scalar, {
      routePrefix: '/docs',
      configuration: {
        pageTitle: 'Atelier API',
        sources: SERVICES.map((service) => ({
          title: service,
          slug: service,
          url: `/docs/openapi/${service}.json`,
        })),
        // The console calls no host but this one, and tells nobody what is read.
        withDefaultFonts: false,
        telemetry: false,
        showDeveloperTools: 'never',
        agent: { disabled: true },
        mcp: { disabled: true },
      },
    });
  });
};
