import type { ApiKey, Role, TenantRole } from '@atelier/contracts';
import {
  BusinessError,
  mintLinkToken,
  notFound,
  readLinkToken,
  type ServiceRuntime,
  sameHash,
  type TenantScope,
} from '@atelier/service-kit';
import {
  deleteApiKey,
  findApiKey,
  insertApiKey,
  noteUse,
  type StoredApiKey,
} from './api-key-store.ts';

/** Tells people and secret scanners what it is. */
const PREFIX = 'atk_';
const SHOWN_CHARACTERS = 12;

export const toApiKey = ({
  userId: _user,
  secretHash: _hash,
  expired: _expired,
  ...key
}: StoredApiKey): ApiKey => key;

/** A key never has a role that its maker has not. The secret is in the answer, once; only its hash is kept. */
export const createApiKey = async (
  scope: TenantScope,
  given: {
    id: string;
    userId: string;
    ownRoles: readonly Role[];
    name: string;
    roles: TenantRole[];
    expiresInSeconds: number;
  },
): Promise<ApiKey & { secret: string }> => {
  if (given.roles.some((role) => !given.ownRoles.includes(role))) {
    throw new BusinessError('forbidden', 'A key cannot have a role that you do not have.');
  }
  const { token, hash } = mintLinkToken(scope.tenantId, given.id);
  const secret = `${PREFIX}${token}`;
  const stored = await scope.transaction(async (transaction) => {
    await insertApiKey(transaction, scope.tenantId, {
      ...given,
      roles: [...new Set(given.roles)],
      // The beginning of every secret names the tenant; its end tells keys apart.
      prefix: `${PREFIX}…${secret.slice(-SHOWN_CHARACTERS / 2)}`,
      secretHash: hash,
    });
    await transaction.audit({
      operation: 'createApiKey',
      resource: given.id,
      detail: `as ${given.roles.join(', ')}`,
    });
    return findApiKey(transaction, scope.tenantId, given.id);
  });
  if (stored === null) throw notFound('key');
  return { ...toApiKey(stored), secret };
};

export const revokeApiKey = (
  scope: TenantScope,
  key: { id: string; userId: string },
): Promise<void> =>
  scope.transaction(async (transaction) => {
    if (!(await deleteApiKey(transaction, scope.tenantId, key))) throw notFound('key');
    await transaction.audit({ operation: 'deleteApiKey', resource: key.id, detail: null });
  });

/** The key that a secret proves, if it is alive; null otherwise. */
export const proveApiKey = async (
  runtime: ServiceRuntime,
  given: { secret: string; requestId: string },
): Promise<{ scope: TenantScope; key: StoredApiKey } | null> => {
  if (!given.secret.startsWith(PREFIX)) return null;
  const claimed = readLinkToken(given.secret.slice(PREFIX.length));
  if (claimed === null) return null;
  const scope = runtime.openScope(claimed.tenantId, given.requestId);
  return scope.transaction(async (transaction) => {
    const key = await findApiKey(transaction, claimed.tenantId, claimed.id);
    if (key === null || key.expired || !sameHash(key.secretHash, claimed.hash)) return null;
    await noteUse(transaction, claimed.tenantId, key.id);
    return { scope, key };
  });
};
