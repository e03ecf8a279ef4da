import { loggerOptions } from '@atelier/service-kit';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { JWK } from 'jose';
import { errors } from 'oidc-provider';
import type { Pool } from 'pg';
import { createAccountStore } from './account-store.ts';
import { createPages, type Page } from './pages.ts';
import { createPasswordCheck } from './passwords.ts';
import { sweepProviderState } from './postgres-adapter.ts';
import { createProvider, type WebClient } from './provider.ts';
import { readForm } from './read-form.ts';
import { createSignIn } from './sign-in.ts';
import {
  createSignInThrottle,
  DEFAULT_SIGN_IN_LIMITS,
  type SignInLimits,
} from './sign-in-limits.ts';

export { createEmbeddedUserDirectory } from './embedded-user-directory.ts';
export { CLI_CLIENT_ID, type WebClient } from './provider.ts';
export type { SignInLimits } from './sign-in-limits.ts';
export { makeSigningKey, openSigningKeys } from './signing-keys.ts';

/** The folder of the schema's migrations. */
export const identityProviderMigrations = new URL('../migrations', import.meta.url).pathname;

export interface IdentityProviderDeps {
  /** Connects as `identity_provider_app`. */
  readonly pool: Pool;
  /** Public address: `http://id.atelier.localhost:8080`. */
  readonly issuer: string;
  /** Audience of access tokens that the API takes: `http://atelier.localhost:8080/api`. */
  readonly apiAudience: string;
  readonly clients: readonly WebClient[];
  /** ES256 private keys; the first signs. */
  readonly signingKeys: readonly JWK[];
  readonly cookieSecret: string;
  readonly signInLimits?: SignInLimits;
  readonly logLevel?: string;
  readonly logStream?: NodeJS.WritableStream;
}

export interface IdentityProvider {
  /** Listens behind the front-door, which passes the host, address and scheme of each request on. */
  readonly app: FastifyInstance;
  close(): Promise<void>;
}

const SWEEP_MS = 600_000;
const MAX_FORM_BYTES = 8 * 1024;
/** One text for every reason, so that it tells nobody who has an account. */
const REFUSED =
  'E-mail and password do not match, or there were too many tries. Wait a while before you try often.';

/** The embedded OpenID provider with its sign-in page. */
export const createIdentityProvider = (deps: IdentityProviderDeps): IdentityProvider => {
  const accounts = createAccountStore(deps);
  const pages = createPages({ formTargets: deps.clients.map(({ origin }) => origin) });
  const provider = createProvider({ ...deps, accounts, pages });
  const signIn = createSignIn({
    accounts,
    passwords: createPasswordCheck(),
    throttle: createSignInThrottle({
      pool: deps.pool,
      limits: deps.signInLimits ?? DEFAULT_SIGN_IN_LIMITS,
    }),
  });

  const app = fastify({
    logger: loggerOptions('identity-provider', deps.logLevel, deps.logStream),
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: true,
    forceCloseConnections: true,
  });
  // oidc-provider reads bodies itself.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  provider.on('server_error', (_ctx, error) => app.log.error({ err: error }, 'sign-in failed'));

  const show = (reply: FastifyReply, status: number, page: Page): FastifyReply =>
    reply
      .code(status)
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-store')
      .header('content-security-policy', page.contentSecurityPolicy)
      .send(page.html);

  const signInAction = (uid: string): string => `/interaction/${encodeURIComponent(uid)}/sign-in`;

  app.addHook('onRequest', async (_request, reply) => {
    // Also for the answers that oidc-provider writes itself.
    reply.raw.setHeader('x-content-type-options', 'nosniff');
    reply.raw.setHeader('x-frame-options', 'DENY');
    reply.raw.setHeader('referrer-policy', 'same-origin');
  });

  app.setErrorHandler((error, request, reply) => {
    if (error instanceof errors.SessionNotFound) {
      return show(reply, 400, pages.fault('The sign-in has expired.'));
    }
    request.log.error({ err: error }, 'a page could not be shown');
    return show(reply, 500, pages.fault('Something went wrong on our side.'));
  });

  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    await deps.pool.query('select 1');
    return { status: 'ready' };
  });

  app.get('/interaction/:uid', async (request: FastifyRequest, reply) => {
    const { uid, params, prompt } = await provider.interactionDetails(request.raw, reply.raw);
    if (prompt.name !== 'login') {
      return show(reply, 403, pages.fault('The application asks for more than it may have.'));
    }
    const email = typeof params.login_hint === 'string' ? params.login_hint : '';
    return show(reply, 200, pages.signIn({ action: signInAction(uid), email, fault: null }));
  });

  app.post('/interaction/:uid/sign-in', async (request, reply) => {
    const { uid } = await provider.interactionDetails(request.raw, reply.raw);
    const origin = request.headers.origin;
    if (origin !== undefined && origin !== new URL(deps.issuer).origin) {
      return show(reply, 403, pages.fault('The form came from another site.'));
    }
    const form = await readForm(request.raw, MAX_FORM_BYTES);
    const email = form?.get('email') ?? '';
    const accountId =
      form === null
        ? null
        : await signIn({ email, password: form.get('password') ?? '', address: request.ip });
    if (accountId === null) {
      return show(reply, 401, pages.signIn({ action: signInAction(uid), email, fault: REFUSED }));
    }
    const target = await provider.interactionResult(request.raw, reply.raw, {
      login: { accountId, amr: ['pwd'] },
    });
    return reply.redirect(target, 303);
  });

  const answer = provider.callback();
  app.all('/*', async (request, reply) => {
    reply.hijack();
    await answer(request.raw, reply.raw);
  });

  const sweeping = setInterval(() => {
    sweepProviderState(deps.pool).catch((error: unknown) =>
      app.log.warn({ err: error }, 'expired state stays'),
    );
  }, SWEEP_MS).unref();

  return {
    app,
    close: async () => {
      clearInterval(sweeping);
      await app.close();
    },
  };
};
