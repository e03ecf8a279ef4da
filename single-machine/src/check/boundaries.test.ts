import { expect, test } from 'vitest';
import { findViolations, unitOf } from './boundaries.ts';

const violationsIn = (path: string, text: string) =>
  findViolations([{ path, text }]).map(({ line, message }) => `${line}: ${message}`);

test.each([
  ['an app', 'apps/crm/src/page.tsx', '@atelier/service-kit'],
  ['a service', 'services/registration/src/app.ts', '@atelier/user-management'],
  ['a service', 'services/registration/src/app.ts', '@atelier/cloud/single-machine'],
  ['a service', 'services/registration/src/app.ts', '@atelier/single-machine/testing'],
  ['Studio', 'studio/src/app.ts', '@atelier/service-kit'],
  ['Studio', 'studio/src/app.ts', '@atelier/cloud/single-machine'],
  ['a main file', 'services/registration/src/main.ts', '@atelier/user-management'],
  ['contracts', 'packages/contracts/src/index.ts', '@atelier/service-kit'],
  ['the acceptance tests', 'tests/acceptance/journey.test.ts', '@atelier/registration'],
])('%s (%s) may not import %s', (_who, path, specifier) => {
  expect(violationsIn(path, `import { x } from '${specifier}';\nx();`)).toEqual([
    expect.stringContaining(`may not import ${specifier}`),
  ]);
});

test.each([
  ['apps/crm/src/page.tsx', '@atelier/web-kit'],
  ['services/registration/src/main.ts', '@atelier/cloud/single-machine'],
  ['services/registration/src/app.service.test.ts', '@atelier/single-machine/testing'],
  ['services/registration/src/app.ts', '@atelier/service-kit'],
  ['services/registration/src/app.ts', 'fastify'],
  ['studio/src/main.ts', '@atelier/cloud/single-machine'],
  ['single-machine/src/processes/services.ts', '@atelier/registration'],
])('%s may import %s', (path, specifier) => {
  expect(violationsIn(path, `import { x } from '${specifier}';\nx();`)).toEqual([]);
});

test('types, re-exports and dynamic imports count, each with its line', () => {
  const text = `import type { A } from '@atelier/user-management';
export { b } from '@atelier/user-management';
export * from '@atelier/user-management';
export const c = () => import('@atelier/user-management');
export type D = A;
`;
  const found = violationsIn('services/registration/src/app.ts', text);
  expect(found.map((violation) => violation.slice(0, 2)).sort()).toEqual(['1:', '2:', '3:', '4:']);
});

test('a relative path may not leave its unit', () => {
  const text = "import { x } from '../../user-management/src/app.ts';\nx();";
  expect(violationsIn('services/registration/src/app.ts', text)).toEqual([
    expect.stringContaining('reaches into services/user-management'),
  ]);
  expect(violationsIn('services/registration/src/operations/a.ts', "import '../app.ts';")).toEqual(
    [],
  );
});

test('a folder without a rule is an error, not a free pass', () => {
  expect(() => violationsIn('plugins/x/src/a.ts', "import '@atelier/contracts';")).toThrow(
    /plugins/,
  );
});

test('a unit is the folder that has a package of its own', () => {
  expect(unitOf('services/front-door/src/app.ts')).toBe('services/front-door');
  expect(unitOf('studio/src/wire/errors.ts')).toBe('studio');
});
