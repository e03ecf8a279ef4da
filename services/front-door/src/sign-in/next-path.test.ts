import { describe, expect, it } from 'vitest';
import { nextPath } from './next-path.ts';

const ORIGIN = 'http://crm.atelier.localhost:8080';

describe('where a sign-in may lead', () => {
  it.each([
    [undefined, '/'],
    ['', '/'],
    ['/', '/'],
    ['/customers?sort=risk#top', '/customers?sort=risk#top'],
    ['/a/../b', '/b'],
    ['/%2F%2Fevil.example', '/%2F%2Fevil.example'],
    ['/?next=http://evil.example', '/?next=http://evil.example'],
  ])('%j leads to %j', (given, path) => {
    expect(nextPath(given, ORIGIN)).toBe(path);
  });

  it.each([
    '//evil.example',
    '///evil.example',
    '\\\\evil.example',
    '/\\evil.example',
    '/\\/evil.example',
    '\\/evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    ' //evil.example',
    '/ /evil.example',
    '/.//evil.example',
    '/..//evil.example',
    '/x/..//evil.example',
    'http://evil.example',
    'HTTP:evil.example',
    'https:evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    'customers',
    '?next=/',
    '#x',
    '@evil.example',
    `${ORIGIN}@evil.example`,
    '/\u0000/evil.example',
    `/${'x'.repeat(3000)}`,
  ])('%j is refused', (given) => {
    expect(() => nextPath(given, ORIGIN)).toThrow(/is not a path/);
  });
});
