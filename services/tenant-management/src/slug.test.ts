import { expect, it } from 'vitest';
import { slugOf } from './slug.ts';

it.each([
  ['Foo Records', 'foo-records'],
  ['  Ärger & Söhne GmbH ', 'arger-sohne-gmbh'],
  ['東京', 'tenant'],
  ['--', 'tenant'],
  ['x'.repeat(100), 'x'.repeat(40)],
])('%s reads %s', (name, slug) => {
  expect(slugOf(name)).toBe(slug);
});
