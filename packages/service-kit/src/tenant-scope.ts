import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { type AuditFact, appendAudit } from './audit.ts';
import type { Database, Transaction } from './database.ts';
import { actorOf, type Identity } from './identity.ts';
import { type BusinessEvent, recordEvent } from './outbox.ts';
import { PLATFORM_TENANT } from './platform-tenant.ts';

/** Which role of the tenant's account is taken on; `tenant` is the tenant's own role in the provider account. */
export type Purpose = 'tenant' | 'provision' | 'launch' | 'invoke' | 'extract';

/** What a use case does inside one transaction. */
export interface ScopedTransaction extends Transaction {
  /** Tells the world, if and when this transaction commits. */
  publish(event: BusinessEvent): Promise<void>;
  /** Writes what was done into the tenant's audit, if and when this transaction commits. */
  audit(fact: Pick<AuditFact, 'operation' | 'resource' | 'detail'>): Promise<void>;
}

/**
 * Who, for whom, and with what. The only way to a tenant's rows and to the cloud in a tenant's name; made from a verified
 * token, or for background work from the request that such a token stored.
 */
export interface TenantScope {
  readonly tenantId: string;
  readonly identity: Identity;
  readonly requestId: string;
  transaction<T>(work: (transaction: ScopedTransaction) => Promise<T>): Promise<T>;
  /** Credentials of the tenant's role for a purpose, refreshed ahead of their end. */
  credentials(purpose: Purpose): AwsCredentialIdentityProvider;
}

/** The same for what belongs to no tenant: operators, public operations, services acting for the platform. */
export interface PlatformScope {
  readonly identity: Identity | null;
  readonly requestId: string;
  transaction<T>(work: (transaction: ScopedTransaction) => Promise<T>): Promise<T>;
}

/** Gives credentials for (tenant, purpose): one strategy per deployment. */
export type TenantCredentials = (
  tenantId: string,
  purpose: Purpose,
) => AwsCredentialIdentityProvider;

export interface ScopeDeps {
  readonly database: Database;
  readonly tenantCredentials: TenantCredentials;
  /** Called after a commit that recorded events. */
  readonly onEvents: () => void;
}

const scopedWork = async <T>(
  deps: {
    database: Database;
    tenantId: string | null;
    auditTenantId: string;
    identity: Identity | null;
    requestId: string;
    onEvents: () => void;
  },
  work: (transaction: ScopedTransaction) => Promise<T>,
): Promise<T> => {
  let published = false;
  const result = await deps.database.transaction(deps.tenantId, (transaction) =>
    work({
      query: transaction.query,
      publish: async (event) => {
        published = true;
        await recordEvent(transaction, event);
      },
      audit: (fact) =>
        appendAudit(transaction, deps.auditTenantId, {
          ...fact,
          actor: actorOf(deps.identity),
          outcome: 'done',
          requestId: deps.requestId,
        }),
    }),
  );
  if (published) deps.onEvents();
  return result;
};

export const openTenantScope = (
  deps: ScopeDeps,
  given: { tenantId: string; identity: Identity; requestId: string },
): TenantScope => ({
  ...given,
  transaction: (work) => scopedWork({ ...deps, ...given, auditTenantId: given.tenantId }, work),
  credentials: (purpose) => deps.tenantCredentials(given.tenantId, purpose),
});

export const openPlatformScope = (
  deps: Pick<ScopeDeps, 'database' | 'onEvents'>,
  given: { identity: Identity | null; requestId: string },
): PlatformScope => ({
  ...given,
  // Platform rows (outbox, audit) live under the provider's own id; no tenant's row shows.
  transaction: (work) =>
    scopedWork(
      { ...deps, ...given, tenantId: PLATFORM_TENANT, auditTenantId: PLATFORM_TENANT },
      work,
    ),
});
