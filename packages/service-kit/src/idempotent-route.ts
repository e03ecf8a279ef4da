import type { Operation } from '@atelier/contracts';
import type { FastifyRequest } from 'fastify';
import type { Database } from './database.ts';
import { BusinessError } from './errors.ts';
import { type Claim, claimIdempotencyKey } from './idempotency.ts';
import { actorOf } from './identity.ts';
import { PLATFORM_TENANT } from './platform-tenant.ts';

/** The claim on the request's key; null for an operation that takes none. Throws when the key is missing. */
export const claimForRequest = async (
  operation: Operation,
  request: FastifyRequest,
  database: Database,
): Promise<Claim | null> => {
  if (operation.idempotency === 'none') return null;
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || key.length === 0 || key.length > 255) {
    throw new BusinessError(
      'idempotency_key_missing',
      'Send an Idempotency-Key of at most 255 characters, so that a repeated request creates nothing twice.',
    );
  }
  const tenantId = request.identity?.tenantId ?? null;
  return claimIdempotencyKey(database, {
    tenantId: tenantId ?? PLATFORM_TENANT,
    operation: operation.name,
    // Without a tenant the key is the origin's own, so that nobody meets another's answer.
    key: tenantId === null ? `${request.ip} ${key}` : `${actorOf(request.identity)} ${key}`,
    request: { params: request.params, query: request.query, body: request.body },
  });
};

/** Keeps the answer with the key; a failed try gives the key back, since it changed nothing. */
export const answerOnce = async (
  claim: Claim | null,
  status: number,
  operation: Operation,
  work: () => Promise<unknown>,
): Promise<unknown> => {
  if (claim?.kind !== 'first') return work();
  try {
    const result = await work();
    await claim.finish(status, withoutSecrets(result, operation.shownOnce ?? []));
    return result;
  } catch (error) {
    await claim.release();
    throw error;
  }
};

const withoutSecrets = (result: unknown, secrets: readonly string[]): unknown =>
  result !== null && typeof result === 'object'
    ? { ...result, ...Object.fromEntries(secrets.map((name) => [name, null])) }
    : result;
