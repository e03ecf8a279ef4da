import { allowsRole, isBinary, type Operation, operationsByService } from '@atelier/contracts';
import { waitForWorkbench } from '@atelier/single-machine/journey';
import { anonymous, type Caller, type SignedIn } from '@atelier/single-machine/people';
import type { Stack } from '../harness/stack.ts';
import { newTenant, type TestTenant } from '../harness/tenants.ts';

/** Every operation of every service. */
export const OPERATIONS: readonly Operation[] = Object.values(operationsByService).flatMap(
  (operations) => Object.values<Operation>(operations),
);

/** Those that somebody outside may call. */
export const PUBLISHED = OPERATIONS.filter(({ auth }) => auth.kind !== 'service');

export const titleOf = ({ service, name }: Operation): string => `${service}.${name}`;

/** Somebody of every kind; the tenant's workbench is ready, so that nothing goes on by itself. */
export interface People {
  readonly foo: TestTenant;
  readonly operator: SignedIn;
  /** Whoever may call an operation. */
  callerOf(operation: Operation): Caller;
}

export async function openPeople(stack: Stack): Promise<People> {
  const foo = await newTenant(stack, 'contract');
  await waitForWorkbench({ person: foo.admin });
  const operator = await stack.signInOperator();
  const nobody = anonymous(stack.instance.addresses);
  return {
    foo,
    operator,
    callerOf({ auth }) {
      if (auth.kind === 'public') return nobody;
      return allowsRole(auth, foo.admin.user.roles) ? foo.admin : operator;
    },
  };
}

/** One request, spelled out. Undefined `body`: none. */
export interface Asked {
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  /** Sent as it stands when it is a string or bytes, else as JSON. */
  readonly body?: unknown;
}

/** Headers that an operation cannot do without, with values that fit. */
function headersOf(operation: Operation): Record<string, string> {
  const own = Object.keys(operation.headers?.shape ?? {}).map((name) => [name, 'x'.repeat(43)]);
  return {
    ...(Object.fromEntries(own) as Record<string, string>),
    ...(operation.idempotency === 'required' && { 'idempotency-key': crypto.randomUUID() }),
  };
}

/** Asks through the front-door, without a client that would refuse to send what is wrong. */
export async function ask(
  caller: Caller,
  operation: Operation,
  { params = {}, query = {}, body }: Asked,
): Promise<{ status: number; type: string; body: unknown }> {
  const path = operation.path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const plain = typeof body === 'string' || body instanceof Uint8Array;
  const response = await caller.fetch(`/api/${operation.service}${path}?${search}`, {
    method: operation.method,
    headers: {
      ...headersOf(operation),
      ...(body !== undefined && {
        'content-type': isBinary(operation.body) ? 'application/octet-stream' : 'application/json',
      }),
    },
    body: body === undefined ? null : plain ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    body: text === '' ? null : JSON.parse(text),
  };
}
