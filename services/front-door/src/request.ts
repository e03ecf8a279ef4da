import { BusinessError } from '@atelier/service-kit';
import type { FastifyRequest } from 'fastify';
import type { Application } from './applications/application.ts';
import type { Caller, Callers } from './credentials/caller.ts';
import { refuseCrossSite } from './credentials/cross-site.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The application whose origin was called; null on an account's socket. */
    application: Application | null;
    /** The account whose socket the request came through. */
    accountId: string | null;
    /** Once known: for the log and the audit. */
    caller: Caller | null;
    /** Finds out who calls. */
    findCaller: Callers;
  }
  interface FastifyContextConfig {
    /** For the log and the audit. */
    operation?: string;
    /** Where people land by address: errors are pages. */
    navigated?: boolean;
  }
}

/** Who calls; null when nobody is signed in. Throws `forbidden` when a foreign page made the browser call. */
export const optionalCallerOf = async (request: FastifyRequest): Promise<Caller | null> => {
  const caller = await request.findCaller({
    authorization: request.headers.authorization,
    cookies: request.cookies,
    application: request.application,
    accountId: request.accountId,
    requestId: request.id,
  });
  request.caller = caller;
  if (caller?.via === 'session' && request.application !== null) {
    refuseCrossSite(request.application, request);
  }
  return caller;
};

/** Who calls. Throws `unauthenticated` when nobody is signed in. */
export const callerOf = async (request: FastifyRequest): Promise<Caller> => {
  const caller = await optionalCallerOf(request);
  if (caller === null) throw new BusinessError('unauthenticated', 'Sign in first.');
  return caller;
};

export const applicationOf = (request: FastifyRequest): Application => {
  if (request.application === null) {
    throw new BusinessError('not_found', 'There is no such address.');
  }
  return request.application;
};

/** Without the query. */
export const pathOf = (request: FastifyRequest): string =>
  (request.raw.url ?? '').split('?')[0] ?? '';

/** Where a request comes from, for rations and the audit: an address, or a workbench's account. */
export const sourceOf = (request: FastifyRequest): string =>
  request.accountId === null ? request.ip : `account ${request.accountId}`;
