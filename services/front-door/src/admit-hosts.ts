import { sendProblem } from '@atelier/service-kit';
import type { FastifyInstance } from 'fastify';
import type { AccountListeners } from './account-listeners.ts';
import { noAddress } from './answer-errors.ts';
import type { Application } from './applications/application.ts';
import type { createPassThrough, PassThrough } from './pass-through.ts';
import { pathOf } from './request.ts';

/** Answer on every host: they are asked by address. */
const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz']);
/** What a workbench needs of the front-door; the rest is not even there. */
const FOR_WORKBENCHES = /^\/(api\/|auth\/workbench-identity$)/;

/**
 * Decides by the connection and the host what a request is for: a workbench's account, an application, somebody else's host
 * that is passed on, or nothing here.
 */
export const admitHosts = (
  app: FastifyInstance,
  deps: {
    applications: readonly [Application, ...Application[]];
    passThroughs: readonly PassThrough[];
    passThrough: ReturnType<typeof createPassThrough>;
    accounts: AccountListeners;
  },
): void => {
  const byHost = new Map(deps.applications.map((one) => [new URL(one.origin).host, one]));
  const passedByHost = new Map(deps.passThroughs.map((one) => [new URL(one.origin).host, one]));

  app.addHook('onRequest', async (request, reply) => {
    request.accountId = deps.accounts.accountOf(request.raw.socket);
    if (request.accountId !== null) {
      if (!FOR_WORKBENCHES.test(pathOf(request))) throw noAddress(request);
      return;
    }
    const host = request.headers.host?.toLowerCase() ?? '';
    request.application = byHost.get(host) ?? null;
    if (request.application !== null || PROBES.has(pathOf(request))) return;
    const passed = passedByHost.get(host);
    if (passed === undefined) {
      return sendProblem(reply, {
        type: 'https://atelier.dev/problems/not_found',
        title: 'This host is not served here',
        status: 421,
        detail: `Go to ${deps.applications[0].origin}/.`,
        code: 'not_found',
        requestId: request.id,
      });
    }
    reply.hijack();
    await deps.passThrough.answer(request.raw, reply.raw, {
      ...passed,
      clientAddress: request.ip,
      requestId: request.id,
    });
    return reply;
  });
};
