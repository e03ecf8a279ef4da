import { randomBytes } from 'node:crypto';
import type { ExtractSecret, SecretStore } from '@atelier/cloud/ports';
import type { TenantScope } from '@atelier/service-kit';

/** Grows when a tenant's masking key is replaced; then everything is pseudonymised anew. */
export const KEY_VERSION = 1;

export const secretRefOf = (tenantId: string): string => `tenant/${tenantId}/extract`;

export const loginOf = (tenantId: string): string => `extract_${tenantId.replaceAll('-', '')}`;

const secret = (bytes: number): string => randomBytes(bytes).toString('hex');

/** Makes the tenant's login on the replica and his masking key, once; a repeated call brings the login back to the secret. */
export const ensureExtractionLogin = async (
  secrets: SecretStore,
  scope: TenantScope,
): Promise<void> => {
  const ref = secretRefOf(scope.tenantId);
  await secrets.create<ExtractSecret>(ref, {
    user: loginOf(scope.tenantId),
    password: secret(24),
    maskingKey: secret(32),
  });
  const kept = await secrets.get<ExtractSecret>(ref);
  if (kept === null) throw new Error('the secret that was just made is gone');
  await scope.transaction(async (transaction) => {
    await transaction.query('select make_extraction_login($1, $2)', [
      scope.tenantId,
      kept.password,
    ]);
    await transaction.audit({ operation: 'ensureExtractionLogin', resource: null, detail: null });
  });
};

export const removeExtractionLogin = async (
  secrets: SecretStore,
  scope: TenantScope,
): Promise<void> => {
  await scope.transaction(async (transaction) => {
    await transaction.query('select drop_extraction_login($1)', [scope.tenantId]);
    await transaction.audit({ operation: 'removeExtractionLogin', resource: null, detail: null });
  });
  await secrets.delete(secretRefOf(scope.tenantId));
};
