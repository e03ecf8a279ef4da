import {
  allowsRole,
  type Operation,
  operationsByService,
  type Role,
  SERVICES,
  type ServiceName,
} from '@atelier/contracts';
import type { SignedIn } from '@atelier/single-machine/people';
import { beforeAll, describe, expect, test } from 'vitest';
import { openStack } from '../harness/stack.ts';
import { newTenant } from '../harness/tenants.ts';

const stack = openStack();
const callers: Partial<Record<Role, SignedIn>> = {};

beforeAll(async () => {
  const foo = await newTenant(stack);
  callers.tenant_admin = foo.admin;
  callers.platform_operator = await stack.signInOperator();
});

/** Questions that need no id: everything of a real stack that can be asked without making something first. */
function questionsOf(service: ServiceName): Operation[] {
  return Object.values(operationsByService[service] as Readonly<Record<string, Operation>>).filter(
    ({ method, params, headers, auth }) =>
      method === 'GET' &&
      params === undefined &&
      headers === undefined &&
      auth.kind !== 'service' &&
      auth.kind !== 'public',
  );
}

describe.each(SERVICES)('%s', (service) => {
  test.each(questionsOf(service).map((operation) => [operation.name, operation] as const))(
    '%s is answered as its contract says',
    async (name, operation) => {
      const role = (['tenant_admin', 'platform_operator'] as const).find((one) =>
        allowsRole(operation.auth, [one]),
      );
      const caller = role && callers[role];
      if (!caller) throw new Error(`${name} is allowed to nobody who is here`);
      // The client parses the answer by the contract and throws where they differ, or on a refusal.
      const ask: unknown = Reflect.get(caller.api(service), name);
      if (typeof ask !== 'function') throw new Error(`the client has no ${name}`);
      await expect(ask({ query: operation.example.query })).resolves.toBeDefined();
    },
  );

  test('publishes exactly the operations that people may call', async () => {
    const address = `http://127.0.0.1:${stack.instance.portOf(service)}`;
    const document = (await (await fetch(`${address}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const published = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const agreed = Object.values(
      operationsByService[service] as Readonly<Record<string, Operation>>,
    )
      .filter(({ auth }) => auth.kind !== 'service')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(published.filter((one) => !/healthz|readyz/.test(one)).sort()).toEqual(agreed.sort());
  });
});
