import type { z } from 'zod';
import type { ProblemCode } from './problems.ts';
import type { ResourceType } from './resources.ts';
import type { Role, TenantRole } from './roles.ts';
import type { ServiceCaller, ServiceName } from './services.ts';

/** Anybody; what it does must be safe for anybody. */
export interface PublicAuth {
  readonly kind: 'public';
}
/** A person of a tenant, or his notebook or API key, with one of the roles. */
export interface TenantAuth {
  readonly kind: 'tenant';
  readonly roles: readonly TenantRole[];
}
export interface OperatorAuth {
  readonly kind: 'operator';
}
/** Everybody who is signed in, operators too. */
export interface SignedInAuth {
  readonly kind: 'signed-in';
}
/** Only these services, by their own signed tokens; never reachable through the front-door. */
export interface ServiceAuth {
  readonly kind: 'service';
  readonly callers: readonly ServiceCaller[];
}

/** Who may call. Role first (403, the same for every id), then scope (404, the same as an absent id). */
export type Auth = PublicAuth | TenantAuth | OperatorAuth | SignedInAuth | ServiceAuth;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A body that is not JSON: bytes up to a limit, streamed to the handler. */
export interface BinaryBody {
  readonly kind: 'binary';
  readonly maxBytes: number;
}

type Schema = z.ZodType;
type ObjectSchema = z.ZodObject;

/**
 * What a service says to browsers and to other services, as plain data. Routes, clients, documentation and isolation cases
 * are made from it.
 */
export interface Operation {
  readonly service: ServiceName;
  /** Unique within the service; a verb: `getCustomer`. */
  readonly name: string;
  readonly summary: string;
  readonly method: Method;
  /** Without the service's prefix: `/customers/:customerId`. */
  readonly path: string;
  readonly params?: ObjectSchema;
  readonly query?: ObjectSchema;
  readonly headers?: ObjectSchema;
  readonly body?: Schema | BinaryBody;
  /** By status. `null` is an empty answer. */
  readonly responses: Readonly<Record<number, Schema | null>>;
  /** Beside the ones that every operation may answer (`invalid_request`, `unauthenticated`, `forbidden`, `internal` …). */
  readonly errors: readonly ProblemCode[];
  readonly auth: Auth;
  /** The resource type behind every id, by its path: `customerId`, `body.customerIds[]`. */
  readonly refs: Readonly<Record<string, ResourceType>>;
  /** `required`: the operation creates something and takes an `Idempotency-Key`. */
  readonly idempotency: 'required' | 'none';
  /** Members of the answer that are secrets: a repeated request is answered with null in their place. */
  readonly shownOnce?: readonly string[];
  /** Values that a request of it may carry; shown in the documentation and used by generated tests. */
  readonly example: {
    readonly params?: Readonly<Record<string, unknown>>;
    readonly query?: Readonly<Record<string, unknown>>;
    readonly body?: unknown;
  };
}

/** Keeps the literal types of one operation while checking its shape. */
export const defineOperation = <const Definition extends Operation>(
  definition: Definition,
): Definition => definition;

export const isBinary = (body: Operation['body']): body is BinaryBody =>
  body !== undefined && 'kind' in body && body.kind === 'binary';

export const tenant = (...roles: TenantRole[]): TenantAuth => ({ kind: 'tenant', roles });
export const everyTenantRole: TenantAuth = tenant('marketer', 'data_scientist', 'tenant_admin');
export const operator: OperatorAuth = { kind: 'operator' };
export const anybody: PublicAuth = { kind: 'public' };
export const signedIn: SignedInAuth = { kind: 'signed-in' };
export const service = (...callers: ServiceCaller[]): ServiceAuth => ({ kind: 'service', callers });

export const allowsRole = (auth: Auth, roles: readonly Role[]): boolean => {
  switch (auth.kind) {
    case 'public':
    case 'signed-in':
      return true;
    case 'tenant':
      return auth.roles.some((allowed) => roles.includes(allowed));
    case 'operator':
      return roles.includes('platform_operator');
    case 'service':
      return false;
  }
};
