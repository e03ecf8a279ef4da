import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { isBinary, type Operation, operationsByService, RESOURCE_TYPES } from './index.ts';

const all: [string, Operation][] = Object.entries(operationsByService).flatMap(
  ([service, operations]) =>
    Object.entries(operations).map(([key, operation]): [string, Operation] => [
      `${service}.${key}`,
      operation,
    ]),
);

/** Paths of every id in a schema: UUIDs and account numbers, however deep. */
const idPaths = (schema: z.core.JSONSchema.BaseSchema, path: string): string[] => {
  if (schema.format === 'uuid' || schema.pattern === '^\\d{12}$') return [path];
  const inProperties = Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    typeof property === 'boolean' ? [] : idPaths(property, path === '' ? name : `${path}.${name}`),
  );
  const variants = [...(schema.anyOf ?? []), ...(schema.allOf ?? [])].flatMap((variant) =>
    typeof variant === 'boolean' ? [] : idPaths(variant, path),
  );
  const inItems =
    schema.items !== undefined && typeof schema.items === 'object' && !Array.isArray(schema.items)
      ? idPaths(schema.items, `${path}[]`)
      : [];
  return [...inProperties, ...variants, ...inItems];
};

describe.each(all)('%s', (key, operation) => {
  it('is listed under its own service and name', () => {
    expect(key).toBe(`${operation.service}.${operation.name}`);
  });

  it('declares exactly the parameters of its path', () => {
    const inPath = [...operation.path.matchAll(/:([A-Za-z]+)/g)].map(([, name]) => name);
    expect(Object.keys(operation.params?.shape ?? {}).sort()).toEqual(inPath.sort());
  });

  it('names the resource type of every id that it takes', async () => {
    const { z } = await import('zod');
    const taken = [
      ...Object.entries(operation.params?.shape ?? {}).flatMap(([name, schema]) =>
        idPaths(z.toJSONSchema(schema as z.ZodType, { io: 'input' }), name),
      ),
      ...(operation.query === undefined
        ? []
        : idPaths(z.toJSONSchema(operation.query, { io: 'input' }), 'query')),
      ...(operation.body === undefined || isBinary(operation.body)
        ? []
        : idPaths(z.toJSONSchema(operation.body, { io: 'input' }), 'body')),
    ];
    expect([...new Set(taken)].sort()).toEqual(Object.keys(operation.refs).sort());
    for (const type of Object.values(operation.refs)) expect(RESOURCE_TYPES).toContain(type);
  });

  it('is kept from the outside when only services may call it, and only then', () => {
    expect(operation.path.startsWith('/internal/')).toBe(operation.auth.kind === 'service');
  });

  it('answers the problems that an idempotency key brings with it', () => {
    const expected = ['idempotency_key_missing', 'idempotency_key_reused', 'request_in_flight'];
    const declared = expected.filter((code) => (operation.errors as string[]).includes(code));
    expect(declared).toEqual(operation.idempotency === 'required' ? expected : []);
  });

  it('has an example that it would accept', () => {
    operation.params?.parse(operation.example.params ?? {});
    operation.query?.parse(operation.example.query ?? {});
    if (operation.body !== undefined && !isBinary(operation.body)) {
      operation.body.parse(operation.example.body ?? {});
    }
  });
});

it('has no two operations behind one method and path of a service', () => {
  const routes = all.map(
    ([, operation]) => `${operation.service} ${operation.method} ${operation.path}`,
  );
  expect(new Set(routes).size).toBe(routes.length);
});
