import { createHash } from 'node:crypto';
import { type Principal, ProblemError } from '@atelier/contracts';
import { BusinessError, type Peers } from '@atelier/service-kit';
import { LRUCache } from 'lru-cache';

/** What was proven; user-management says whom it stands for. */
export type Proof =
  | { readonly kind: 'identity'; readonly issuer: string; readonly subject: string }
  | { readonly kind: 'api-key'; readonly secret: string }
  | { readonly kind: 'user'; readonly tenantId: string; readonly userId: string };

/** Well below the 5 s within which a revoked person must be out, also when no event tells of it. */
const REMEMBER_MS = 3_000;

const keyOf = (proof: Proof): string =>
  createHash('sha256').update(JSON.stringify(proof)).digest('hex');

/**
 * Resolves proofs, remembering answers for a moment. What is forgotten while a question is under way is not remembered
 * from its answer, which may be older.
 */
export const createPrincipals = ({ peers }: { peers: Peers }) => {
  const remembered = new LRUCache<string, Principal>({ max: 10_000, ttl: REMEMBER_MS });
  let generation = 0;

  const ask = (proof: Proof, requestId: string): Promise<Principal> => {
    const users = peers('user-management', { tenantId: null, requestId });
    switch (proof.kind) {
      case 'identity':
        return users.resolveIdentity({ body: { issuer: proof.issuer, subject: proof.subject } });
      case 'api-key':
        return users.resolveApiKey({ body: { secret: proof.secret } });
      case 'user':
        return users.resolveUser({ body: { tenantId: proof.tenantId, userId: proof.userId } });
    }
  };

  return {
    /** Null: proven, but nobody here. Throws `tenant_not_active`, or `unavailable` when nobody can tell. */
    resolve: async (proof: Proof, requestId: string): Promise<Principal | null> => {
      const key = keyOf(proof);
      const known = remembered.get(key);
      if (known !== undefined) return known;
      const asked = generation;
      try {
        const principal = await ask(proof, requestId);
        if (asked === generation) remembered.set(key, principal);
        return principal;
      } catch (error) {
        if (error instanceof ProblemError) {
          const { code } = error.problem;
          if (code === 'not_found' || code === 'invalid_request') return null;
          if (code === 'tenant_not_active') {
            throw new BusinessError('tenant_not_active', 'The company is not active.');
          }
        }
        throw new BusinessError('unavailable', 'Who you are cannot be looked up at the moment.', {
          cause: error,
        });
      }
    },
    /** A user's principals, or with `userId` null the whole tenant's. */
    forget: (tenantId: string | null, userId: string | null): void => {
      generation += 1;
      for (const [key, principal] of remembered.entries()) {
        if (principal.tenantId === tenantId && (userId === null || principal.userId === userId)) {
          remembered.delete(key);
        }
      }
    },
  };
};
export type Principals = ReturnType<typeof createPrincipals>;
