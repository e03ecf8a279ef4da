import {
  allowsRole,
  type Operation,
  operationsByService,
  type ResourceType,
  TENANT_ROLES,
  type TenantRole,
} from '@atelier/contracts';
import { resources } from './resources.ts';

/** Who attacks: a person of FOO's in a role, the operator, or somebody unknown. */
export type Attacker = TenantRole | 'platform_operator' | 'anonymous';

export interface Case {
  readonly title: string;
  readonly operation: Operation;
  readonly by: Attacker;
}

/** A case about an id: `ref` names where it stands in the call. */
export interface IdCase extends Case {
  readonly ref: string;
  readonly type: ResourceType;
}

const ROLES: readonly Attacker[] = [...TENANT_ROLES, 'platform_operator'];

export const everyOperation: readonly Operation[] = Object.values(operationsByService).flatMap(
  (operations) => Object.values<Operation>(operations),
);

const nameOf = ({ service, name }: Operation): string => `${service}.${name}`;
const refsOf = (operation: Operation) => Object.entries(operation.refs);

const mayCall = ({ auth }: Operation, by: Attacker): boolean =>
  by === 'anonymous' ? auth.kind === 'public' : allowsRole(auth, [by]);

const inCase = (operation: Operation, by: Attacker, more = ''): Case => ({
  title: `${nameOf(operation)} by ${by}${more}`,
  operation,
  by,
});

/** Whoever may call an operation asks for another tenant's thing. Operators belong to none: every tenant is theirs. */
export const foreignIdCases: readonly IdCase[] = everyOperation
  .filter(({ auth }) => auth.kind === 'tenant' || auth.kind === 'public')
  .flatMap((operation) =>
    [...TENANT_ROLES, 'anonymous' as const]
      .filter((by) => (operation.auth.kind === 'public') === (by === 'anonymous'))
      .filter((by) => mayCall(operation, by))
      .flatMap((by) =>
        refsOf(operation).map(([ref, type]) => ({
          ...inCase(operation, by, `: ${type} of another tenant in ${ref}`),
          ref,
          type,
        })),
      ),
  );

/** Somebody of the same tenant asks for what is one person's own. */
export const colleagueCases: readonly IdCase[] = foreignIdCases
  .filter(({ type, by }) => resources[type].personal === true && by !== 'data_scientist')
  .map((one) => ({ ...one, title: `${nameOf(one.operation)} by ${one.by}: a colleague's` }));

/** What only the operator may ask, about something that is not there. */
export const absentIdCases: readonly IdCase[] = everyOperation
  .filter(({ auth }) => auth.kind === 'operator')
  .flatMap((operation) =>
    refsOf(operation).map(([ref, type]) => ({
      ...inCase(operation, 'platform_operator', `: absent ${type}`),
      ref,
      type,
    })),
  );

export const wrongRoleCases: readonly Case[] = everyOperation
  .filter(({ auth }) => auth.kind === 'tenant' || auth.kind === 'operator')
  .flatMap((operation) =>
    ROLES.filter((by) => !mayCall(operation, by)).map((by) => inCase(operation, by)),
  );

export const anonymousCases: readonly Case[] = everyOperation
  .filter(({ auth }) => auth.kind !== 'public' && auth.kind !== 'service')
  .map((operation) => inCase(operation, 'anonymous'));

export const betweenServices: readonly Operation[] = everyOperation.filter(
  ({ auth }) => auth.kind === 'service',
);

export const internalCases: readonly Case[] = betweenServices.flatMap((operation) =>
  (['anonymous', ...ROLES] as const).map((by) => inCase(operation, by)),
);

/** Answers that a tenant gets without naming anything: another tenant's name beside the call must not change them. */
export const plainReadCases: readonly Case[] = everyOperation
  .filter(({ auth, method, refs }) => auth.kind === 'tenant' && method === 'GET' && !isAny(refs))
  .flatMap((operation) =>
    TENANT_ROLES.filter((by) => mayCall(operation, by)).map((by) => inCase(operation, by)),
  );

/** Every JSON body that a tenant's person sends. */
export const bodyCases: readonly Case[] = everyOperation
  .filter(({ auth, body }) => auth.kind === 'tenant' && body !== undefined && !('maxBytes' in body))
  .map((operation) => inCase(operation, firstRole(operation)));

/** What is created under an `Idempotency-Key`, with one person who may. */
export const idempotencyCases: readonly Case[] = everyOperation
  .filter(({ auth, idempotency }) => auth.kind === 'tenant' && idempotency === 'required')
  .map((operation) => inCase(operation, firstRole(operation)));

/** Every list of a tenant's that goes on by cursor. */
export const cursorCases: readonly Case[] = everyOperation
  .filter(
    ({ auth, query }) => auth.kind === 'tenant' && query !== undefined && 'cursor' in query.shape,
  )
  .map((operation) => inCase(operation, firstRole(operation)));

function isAny(refs: Operation['refs']): boolean {
  return Object.keys(refs).length > 0;
}

/** The data scientist where he may: he is who makes most; else the administrator. */
function firstRole(operation: Operation): TenantRole {
  const role = (['data_scientist', 'tenant_admin', 'marketer'] as const).find((one) =>
    mayCall(operation, one),
  );
  if (role === undefined) throw new Error(`nobody may call ${nameOf(operation)}`);
  return role;
}
