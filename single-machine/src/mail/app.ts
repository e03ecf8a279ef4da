import fastify, { type FastifyInstance } from 'fastify';
import { absentPage, listPage, mailPage, styleSheet } from './mail-page.ts';
import type { MailStore } from './mail-store.ts';

/** A mail may hold anything: pages run no script, load nothing foreign and are framed by nobody. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/**
 * Pages and JSON of the caught mail: `/` and `/messages/<id>` for people, `/messages.json?to=<address>` and
 * `/messages/<id>.json` for programs.
 */
export function createMailApp({ store }: { readonly store: MailStore }): FastifyInstance {
  const app = fastify({ logger: false });
  app.addHook('onSend', async (_request, reply) => {
    reply.headers(HEADERS);
  });

  app.get('/', async (_request, reply) => {
    reply.type('text/html; charset=utf-8');
    return listPage(await store.list());
  });
  app.get('/style.css', async (_request, reply) => {
    reply.type('text/css; charset=utf-8');
    return styleSheet;
  });
  app.get<{ Querystring: { to?: string } }>('/messages.json', async ({ query }) => ({
    items: await store.list({ to: query.to }),
  }));
  app.get<{ Params: { id: string } }>('/messages/:id', async ({ params }, reply) => {
    const asJson = params.id.endsWith('.json');
    const mail = await store.get(asJson ? params.id.slice(0, -5) : params.id);
    if (!mail) reply.code(404);
    if (asJson) return mail ?? { title: 'No such mail', status: 404 };
    reply.type('text/html; charset=utf-8');
    return mail ? mailPage(mail) : absentPage();
  });
  return app;
}
