import { BusinessError } from '@atelier/service-kit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { admits, cookiePrefix } from '../applications/application.ts';
import { sessionCookieName } from '../credentials/caller.ts';
import { refuseCrossSite } from '../credentials/cross-site.ts';
import type { Principals } from '../credentials/principals.ts';
import { applicationOf, callerOf } from '../request.ts';
import { nextPath } from './next-path.ts';
import type { RelyingParty } from './relying-party.ts';
import type { Session, SessionStore } from './session-store.ts';
import {
  TRANSACTION_SECONDS,
  type TransactionSeal,
  transactionCookieName,
} from './transaction-cookie.ts';

export interface SignInDeps {
  readonly relyingParty: RelyingParty;
  readonly sessions: SessionStore;
  readonly principals: Principals;
  readonly seal: TransactionSeal;
  /** Told of a session that its owner ended. */
  readonly onSignedOut: (session: Session) => Promise<void>;
}

/** Chromium keeps `Secure` and `__Host-` cookies of `*.localhost` over http, too. */
const COOKIE = { path: '/', secure: true, httpOnly: true } as const;

const queryOf = (request: FastifyRequest): string => {
  const url = request.raw.url ?? '';
  const start = url.indexOf('?');
  return start === -1 ? '' : url.slice(start);
};

/** Signing in and out, per application origin: code with PKCE there, an opaque session here. */
export const addSignInRoutes = (app: FastifyInstance, deps: SignInDeps): void => {
  app.get<{ Querystring: { next?: string; prompt?: string } }>(
    '/auth/login',
    { config: { navigated: true } },
    async (request, reply) => {
      const application = applicationOf(request);
      const next = nextPath(request.query.next, application.origin);
      const { location, remember } = await deps.relyingParty
        .begin(application, request.query.prompt === 'login')
        .catch((cause: unknown) => {
          throw new BusinessError('unavailable', 'The sign-in service does not answer.', { cause });
        });
      const prefix = cookiePrefix(application);
      return reply
        .setCookie(
          transactionCookieName(prefix, remember.state),
          await deps.seal.seal(application.name, { ...remember, next }),
          // A foreign provider comes back from another site, where a Strict cookie would stay away.
          { ...COOKIE, sameSite: 'lax', maxAge: TRANSACTION_SECONDS },
        )
        .redirect(location, 303);
    },
  );

  app.get<{ Querystring: { state?: string } }>(
    '/auth/callback',
    { config: { navigated: true } },
    async (request, reply) => {
      const application = applicationOf(request);
      const { state } = request.query;
      const cookie = transactionCookieName(cookiePrefix(application), String(state));
      const sealed = request.cookies[cookie];
      reply.clearCookie(cookie, { ...COOKIE, sameSite: 'lax' });
      const remembered =
        sealed === undefined ? null : await deps.seal.open(application.name, sealed);
      if (remembered === null || remembered.state !== state) {
        throw new BusinessError(
          'invalid_request',
          'This sign-in was not begun here, or too long ago.',
        );
      }
      const person = await deps.relyingParty
        .finish(application, queryOf(request), remembered)
        .catch((cause: unknown) => {
          request.log.warn({ err: cause, requestId: request.id }, 'a sign-in failed');
          throw new BusinessError(
            'unauthenticated',
            'The sign-in service did not confirm who you are.',
            { cause },
          );
        });
      const principal = await deps.principals.resolve(
        { kind: 'identity', issuer: person.issuer, subject: person.subject },
        request.id,
      );
      if (principal === null || !admits(application.name, principal)) {
        throw new BusinessError('forbidden', 'Your account does not open this application.');
      }
      const older = request.cookies[sessionCookieName(application)];
      if (older !== undefined) await deps.sessions.end(application.name, older);
      const secret = await deps.sessions.open({
        ...person,
        application: application.name,
        userId: principal.userId,
        tenantId: principal.tenantId,
      });
      return reply
        .setCookie(sessionCookieName(application), secret, { ...COOKIE, sameSite: 'strict' })
        .redirect(remembered.next, 303);
    },
  );

  app.post('/auth/logout', async (request, reply) => {
    const application = applicationOf(request);
    refuseCrossSite(application, request);
    const secret = request.cookies[sessionCookieName(application)];
    const session = secret === undefined ? null : await deps.sessions.end(application.name, secret);
    if (session !== null) await deps.onSignedOut(session);
    reply.clearCookie(sessionCookieName(application), { ...COOKIE, sameSite: 'strict' });
    const location =
      session === null
        ? null
        : await deps.relyingParty.endSession(application, session.idToken).catch(() => null);
    return location === null ? {} : { location };
  });

  app.get('/auth/session', async (request) => {
    const { principal, session } = await callerOf(request);
    return { user: principal, expiresAt: session?.expiresAt.toISOString() ?? null };
  });
};
