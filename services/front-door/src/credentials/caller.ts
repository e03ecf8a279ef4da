import type { Principal } from '@atelier/contracts';
import { BusinessError } from '@atelier/service-kit';
import { decodeProtectedHeader } from 'jose';
import { type Application, admits, cookiePrefix } from '../applications/application.ts';
import type { Session, SessionStore } from '../sign-in/session-store.ts';
import type { AccessTokenVerifier } from './access-token.ts';
import type { Principals, Proof } from './principals.ts';
import { WORKBENCH_TOKEN_TYPE, type WorkbenchTokens } from './workbench-identity.ts';

/** Who sends a request, and how he proved it. */
export interface Caller {
  readonly principal: Principal;
  readonly via: 'session' | 'access-token' | 'api-key' | 'workbench';
  readonly session: Session | null;
  /** The workbench's account. */
  readonly accountId: string | null;
}

/** What a request brings along that may prove who sends it. */
export interface Presented {
  readonly authorization: string | undefined;
  readonly cookies: Readonly<Record<string, string | undefined>>;
  /** The application whose origin was called; null on an account's socket. */
  readonly application: Application | null;
  /** The account whose socket it came through; null from elsewhere. */
  readonly accountId: string | null;
  readonly requestId: string;
}

const API_KEY_PREFIX = 'atk_';
const BEARER = /^Bearer ([A-Za-z0-9._~+/-]{1,8000}=*)$/;

const refuse = (detail: string, cause?: unknown): BusinessError =>
  new BusinessError('unauthenticated', detail, { cause });

const typeOf = (token: string): string | undefined => {
  try {
    return decodeProtectedHeader(token).typ;
  } catch {
    return undefined;
  }
};

export const sessionCookieName = (application: Application): string =>
  `${cookiePrefix(application)}-session`;

/**
 * Finds out who sends a request: a bearer token if there is one, else the session cookie of this application. Null when
 * nothing was presented, or a session that is over. Throws `unauthenticated` for a token that is not valid here,
 * `forbidden` for a session of somebody the application is not for.
 */
export const createCallers = (deps: {
  principals: Principals;
  sessions: SessionStore;
  verifyAccessToken: AccessTokenVerifier;
  workbenchTokens: WorkbenchTokens;
}) => {
  const principalOf = async (proof: Proof, requestId: string): Promise<Principal> => {
    const principal = await deps.principals.resolve(proof, requestId);
    if (principal === null) throw refuse('Nobody here is known by this credential.');
    return principal;
  };

  const verified = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw cause instanceof BusinessError ? cause : refuse('The token is not valid here.', cause);
    }
  };

  const byWorkbenchToken = async (token: string, given: Presented): Promise<Caller> => {
    const person = await verified(() => deps.workbenchTokens.verify(token));
    if (given.accountId !== null && given.accountId !== person.accountId) {
      throw refuse('The token is of another account than the workbench.');
    }
    const principal = await principalOf(
      { kind: 'user', tenantId: person.tenantId, userId: person.userId },
      given.requestId,
    );
    return { principal, via: 'workbench', session: null, accountId: person.accountId };
  };

  const byBearer = async (authorization: string, given: Presented): Promise<Caller> => {
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) throw refuse('A bearer token is expected.');
    const { requestId } = given;
    if (typeOf(token) === WORKBENCH_TOKEN_TYPE) return byWorkbenchToken(token, given);
    if (given.accountId !== null) throw refuse('From a workbench only its own token is taken.');
    if (token.startsWith(API_KEY_PREFIX)) {
      const principal = await principalOf({ kind: 'api-key', secret: token }, requestId);
      return { principal, via: 'api-key', session: null, accountId: null };
    }
    const { issuer, subject } = await verified(() => deps.verifyAccessToken(token));
    const principal = await principalOf({ kind: 'identity', issuer, subject }, requestId);
    return { principal, via: 'access-token', session: null, accountId: null };
  };

  const bySession = async (application: Application, given: Presented): Promise<Caller | null> => {
    const secret = given.cookies[sessionCookieName(application)];
    if (secret === undefined) return null;
    const session = await deps.sessions.find(application.name, secret);
    if (session === null) return null;
    const { issuer, subject } = session;
    const principal = await principalOf({ kind: 'identity', issuer, subject }, given.requestId);
    const samePerson =
      principal.userId === session.userId && principal.tenantId === session.tenantId;
    if (!samePerson) throw refuse('The session is of somebody else by now.');
    if (!admits(application.name, principal)) {
      throw new BusinessError('forbidden', 'This application is not for you.');
    }
    return { principal, via: 'session', session, accountId: null };
  };

  return async (given: Presented): Promise<Caller | null> => {
    if (given.authorization !== undefined) return byBearer(given.authorization, given);
    return given.application === null ? null : bySession(given.application, given);
  };
};
export type Callers = ReturnType<typeof createCallers>;
