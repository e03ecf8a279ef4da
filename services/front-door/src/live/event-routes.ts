import type { FastifyInstance } from 'fastify';
import { callerOf } from '../request.ts';
import type { EventStreams } from './event-streams.ts';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  // Asks proxies in front not to collect.
  'x-accel-buffering': 'no',
} as const;

/** `/events`: what changes, as it changes, for whoever is signed in. */
export const addEventRoutes = (app: FastifyInstance, deps: { streams: EventStreams }): void => {
  app.get('/events', async (request, reply) => {
    const caller = await callerOf(request);
    deps.streams.refuseTooMany(caller);
    const lastEventId = request.headers['last-event-id'];
    reply.hijack();
    reply.raw.writeHead(200, { ...HEADERS, 'x-request-id': request.id });
    await deps.streams.serve({
      response: reply.raw,
      caller,
      lastEventId: typeof lastEventId === 'string' ? lastEventId : undefined,
      isStillIn: async () => {
        try {
          return (await callerOf(request)).principal.userId === caller.principal.userId;
        } catch {
          return false;
        }
      },
    });
  });
};
