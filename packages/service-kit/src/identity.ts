import type { InternalClaims, Role, ServiceCaller } from '@atelier/contracts';
import { SERVICE_SUBJECT_PREFIX, serviceCaller } from '@atelier/contracts';

/** Who calls: a person (or his notebook or key), or a service on behalf of a tenant. */
export type Identity = UserIdentity | ServiceIdentity;

export interface UserIdentity {
  readonly kind: 'user';
  readonly userId: string;
  /** Null for an operator. */
  readonly tenantId: string | null;
  readonly roles: readonly Role[];
  readonly email: string;
  readonly name: string;
  readonly sessionId: string | null;
}

export interface ServiceIdentity {
  readonly kind: 'service';
  readonly service: ServiceCaller;
  /** The tenant that the caller received or stored; null where it acts for none. */
  readonly tenantId: string | null;
  /** The user on whose request it calls. */
  readonly onBehalfOf: string | null;
}

/** For the audit and for `changedBy`: `user:<id>` or `service:<name>`. */
export const actorOf = (identity: Identity | null): string => {
  if (identity === null) return 'anonymous';
  return identity.kind === 'user'
    ? `user:${identity.userId}`
    : `${SERVICE_SUBJECT_PREFIX}${identity.service}`;
};

export const identityOf = (claims: InternalClaims): Identity => {
  if (claims.sub.startsWith(SERVICE_SUBJECT_PREFIX)) {
    return {
      kind: 'service',
      service: serviceCaller.parse(claims.sub.slice(SERVICE_SUBJECT_PREFIX.length)),
      tenantId: claims.tenant_id,
      onBehalfOf: claims.act?.sub ?? null,
    };
  }
  return {
    kind: 'user',
    userId: claims.sub,
    tenantId: claims.tenant_id,
    roles: claims.roles,
    email: claims.email ?? '',
    name: claims.name ?? '',
    sessionId: claims.sid ?? null,
  };
};
