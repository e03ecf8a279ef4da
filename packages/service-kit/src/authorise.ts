import { allowsRole, type Operation } from '@atelier/contracts';
import { BusinessError } from './errors.ts';
import { type Identity, identityOf } from './identity.ts';
import type { TokenVerifier } from './tokens.ts';

const bearer = (header: string | undefined): string | null => {
  const match = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/.exec(header ?? '');
  return match?.[1] ?? null;
};

/** Verifies the token, if there is one. Throws `unauthenticated` for one that is not valid here. */
export const authenticate = async (
  verify: TokenVerifier,
  authorization: string | undefined,
): Promise<Identity | null> => {
  if (authorization === undefined) return null;
  const token = bearer(authorization);
  if (token === null) throw new BusinessError('unauthenticated', 'A bearer token is expected.');
  return identityOf(await verify(token));
};

/** Whether this caller may call the operation at all, before any id is looked at. Throws when not. */
export const authorise = (operation: Operation, identity: Identity | null): void => {
  const { auth } = operation;
  if (auth.kind === 'public') return;
  if (identity === null) throw new BusinessError('unauthenticated', 'Sign in first.');
  const allowed =
    auth.kind === 'service'
      ? identity.kind === 'service' && auth.callers.includes(identity.service)
      : identity.kind === 'user' &&
        allowsRole(auth, identity.roles) &&
        (auth.kind !== 'tenant' || identity.tenantId !== null) &&
        (auth.kind !== 'operator' || identity.tenantId === null);
  if (!allowed) throw new BusinessError('forbidden', 'This is not for your role.');
};
