import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { cookieOf, refusalByOrigin } from './request-guard.ts';

const request = (method: string, headers: Record<string, string>): IncomingMessage =>
  Object.assign(new IncomingMessage(new Socket()), {
    method,
    headers: { host: 'abc.studio.localhost:8081', ...headers },
  });
const own = 'http://abc.studio.localhost:8081';

describe('where a request to a notebook may come from', () => {
  it.each([
    ['GET', 'request', {}],
    ['GET', 'request', { 'sec-fetch-site': 'none' }],
    ['GET', 'request', { 'sec-fetch-site': 'same-origin' }],
    ['GET', 'request', { origin: own, 'sec-fetch-site': 'same-origin' }],
    // A link in another tab.
    [
      'GET',
      'request',
      {
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
      },
    ],
    ['POST', 'request', { origin: own }],
    ['GET', 'upgrade', { origin: own }],
  ] as const)('takes %s (%s) with %o', (method, kind, headers) => {
    expect(refusalByOrigin(request(method, { ...headers }), kind)).toBeNull();
  });

  it.each([
    ['GET', 'request', { origin: 'http://crm.atelier.localhost:8080' }],
    ['GET', 'request', { origin: 'null' }],
    ['GET', 'request', { origin: 'http://abc.studio.localhost' }],
    ['GET', 'request', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }],
    // A frame in another page.
    [
      'GET',
      'request',
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    ],
    ['POST', 'request', {}],
    ['DELETE', 'request', { origin: 'https://abc.studio.localhost:8081' }],
    ['GET', 'upgrade', {}],
    ['GET', 'upgrade', { origin: 'http://def.studio.localhost:8081' }],
  ] as const)('refuses %s (%s) with %o', (method, kind, headers) => {
    expect(refusalByOrigin(request(method, { ...headers }), kind)).not.toBeNull();
  });
});

it('reads one cookie among others, and none that only looks like it', () => {
  const cookies = { cookie: 'x-atelier=1; atelier=two=2; other' };
  expect(cookieOf(request('GET', cookies), 'atelier')).toBe('two=2');
  expect(cookieOf(request('GET', cookies), 'other')).toBeNull();
  expect(cookieOf(request('GET', {}), 'atelier')).toBeNull();
});
