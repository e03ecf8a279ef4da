import { ProblemError } from '@atelier/contracts';
import { BusinessError, type Peers } from '@atelier/service-kit';
import type { FastifyInstance } from 'fastify';
import type { Principals } from '../credentials/principals.ts';
import {
  WORKBENCH_TOKEN_SECONDS,
  type WorkbenchIdentityVerifier,
  type WorkbenchTokens,
} from '../credentials/workbench-identity.ts';

export interface WorkbenchSignInDeps {
  readonly verifyIdentity: WorkbenchIdentityVerifier;
  readonly tokens: WorkbenchTokens;
  readonly principals: Principals;
  readonly peers: Peers;
}

const refuse = (cause?: unknown): BusinessError =>
  new BusinessError('unauthenticated', 'The workbench could not prove who it is.', { cause });

/** A notebook's signed identity (`Authorization: Bearer` with what STS gave) for a short token of this API. */
export const addWorkbenchRoutes = (app: FastifyInstance, deps: WorkbenchSignInDeps): void => {
  const tenantOf = async (accountId: string, requestId: string): Promise<string> => {
    try {
      const { id } = await deps
        .peers('tenant-management', { tenantId: null, requestId })
        .findTenantByAccount({ params: { accountId } });
      return id;
    } catch (error) {
      if (error instanceof ProblemError && error.problem.code === 'not_found') throw refuse(error);
      throw new BusinessError('unavailable', 'The account cannot be looked up at the moment.', {
        cause: error,
      });
    }
  };

  app.post('/auth/workbench-identity', async (request, reply) => {
    const proof = /^Bearer (\S{1,8000})$/.exec(request.headers.authorization ?? '')?.[1];
    if (proof === undefined) throw refuse();
    const person = await deps.verifyIdentity(proof).catch((cause: unknown) => {
      throw cause instanceof BusinessError ? cause : refuse(cause);
    });
    if (request.accountId !== null && request.accountId !== person.accountId) throw refuse();
    const tenantId = await tenantOf(person.accountId, request.id);
    const { userId, accountId } = person;
    const principal = await deps.principals.resolve({ kind: 'user', tenantId, userId }, request.id);
    if (principal === null) throw refuse();
    reply.header('cache-control', 'no-store');
    return {
      token: await deps.tokens.issue({ userId, accountId, tenantId }),
      expiresInSeconds: WORKBENCH_TOKEN_SECONDS,
    };
  });
};
