import { actorOf, BusinessError, sendProblem, toProblem } from '@atelier/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RefusalAudit } from './refusal-audit.ts';
import { pathOf, sourceOf } from './request.ts';
import { createRefusalPage } from './sign-in/refusal-page.ts';

const AUDITED_STATUS: ReadonlySet<number> = new Set([401, 403]);

export const noAddress = (request: FastifyRequest): BusinessError =>
  new BusinessError('not_found', `There is no ${request.method} at this address.`);

/** What is worth an entry: not that a signed-out page asks for its session, but that somebody tries what the API has not. */
const isAudited = (request: FastifyRequest, status: number): boolean => {
  const path = pathOf(request);
  if (path === '/auth/session' && request.headers.authorization === undefined) return false;
  return AUDITED_STATUS.has(status) || (status === 404 && path.startsWith('/api/'));
};

const recordRefusal = (
  audit: RefusalAudit,
  request: FastifyRequest,
  { status, detail }: { status: number; detail: string },
): void => {
  if (!isAudited(request, status)) return;
  const { caller } = request;
  audit.record({
    tenantId: caller?.principal.tenantId ?? null,
    fact: {
      actor: actorOf(
        caller === null
          ? null
          : { kind: 'user', ...caller.principal, sessionId: caller.session?.id ?? null },
      ),
      operation: request.routeOptions.config.operation ?? `front-door.${request.method}`,
      resource: pathOf(request).slice(0, 500),
      outcome: 'refused',
      detail: `${status} from ${sourceOf(request)}: ${detail}`,
      requestId: request.id,
    },
  });
};

const sendPage = (reply: FastifyReply, status: number, detail: string): FastifyReply => {
  const { html, contentSecurityPolicy } = createRefusalPage(detail);
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('content-security-policy', contentSecurityPolicy)
    .send(html);
};

/** Every error as a problem, or as a page where a person navigates; refusals go into the audit, faults into the log. */
export const addErrorAnswers = (app: FastifyInstance, { audit }: { audit: RefusalAudit }): void => {
  app.setErrorHandler((error, request, reply) => {
    const told = toProblem(error, request.id, pathOf(request));
    const detail = told.detail ?? told.title;
    const logged = { err: error, requestId: request.id };
    if (told.code === 'internal') request.log.error(logged, told.title);
    // Who went away before the answer misses nothing.
    else if (told.status >= 500 && !request.raw.destroyed) request.log.warn(logged, told.title);
    recordRefusal(audit, request, { status: told.status, detail });
    const navigates = request.headers.accept?.includes('text/html') === true;
    return request.routeOptions.config.navigated === true && navigates
      ? sendPage(reply, told.status, detail)
      : sendProblem(reply, told);
  });
  app.setNotFoundHandler((request) => {
    throw noAddress(request);
  });
};
