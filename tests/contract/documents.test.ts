import { SERVICES } from '@atelier/contracts';
import { anonymous } from '@atelier/single-machine/people';
import { describe, expect, test } from 'vitest';
import { openStack } from '../harness/stack.ts';
import { PUBLISHED } from './people.ts';

const stack = openStack();
const visitor = anonymous(stack.instance.addresses);

interface Document {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, { operationId?: string }>>>>;
}

test('the documentation offers the document of every service', async () => {
  const page = await (await visitor.fetch('/docs/')).text();
  for (const service of SERVICES) expect(page).toContain(`/docs/openapi/${service}.json`);
});

describe.each(SERVICES)('the published document of %s', (service) => {
  test('describes exactly what may be called from outside', async () => {
    const response = await visitor.fetch(`/docs/openapi/${service}.json`);
    const { openapi, servers, paths } = (await response.json()) as Document;
    expect(openapi).toMatch(/^3\.1/);
    expect(servers).toEqual([{ url: `/api/${service}` }]);
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, { operationId }]) => `${method.toUpperCase()} ${path} ${operationId}`,
      ),
    );
    const agreed = PUBLISHED.filter((operation) => operation.service === service).map(
      ({ method, path, name }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')} ${name}`,
    );
    expect(described.toSorted()).toEqual(agreed.toSorted());
  });
});
