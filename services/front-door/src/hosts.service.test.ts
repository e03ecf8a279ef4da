import { writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../testing/browser.ts';
import { type Stack, startStack } from '../testing/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

/** A path exactly as given, which URLs would tidy up. */
const raw = (host: string, path: string): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const sending = httpRequest(
      { host: '127.0.0.1', port: stack.port, path, headers: { host } },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sending.on('error', reject);
    sending.end();
  });

describe('hosts', () => {
  it('has an application at each of its origins', async () => {
    for (const name of ['landing', 'crm', 'admin'] as const) {
      expect((await ask(`${stack.origins[name]}/`)).text).toContain(`<title>${name}</title>`);
    }
  });

  it('passes the identity provider its own host, with its addresses as browsers see them', async () => {
    const answer = await ask(`${stack.origins.identity}/.well-known/openid-configuration`);
    const told = answer.json<Record<string, string>>();
    expect(told.issuer).toBe(stack.origins.identity);
    expect(told.authorization_endpoint).toBe(`${stack.origins.identity}/auth`);
    expect(told.jwks_uri).toBe(`${stack.origins.identity}/jwks`);
  });

  it.each(['evil.example', 'localhost', '127.0.0.1', 'x.crm.atelier.localhost', ''])(
    'refuses the host %j, so that no name can be bound to it from outside',
    async (name) => {
      const answer = await raw(name === '' ? '' : `${name}:${stack.port}`, '/');
      expect([400, 421]).toContain(answer.status);
      expect(answer.text).not.toContain('<title>');
    },
  );

  it('answers probes by address', async () => {
    expect((await ask(`http://127.0.0.1:${stack.port}/readyz`)).json()).toEqual({
      status: 'ready',
    });
  });
});

describe('applications', () => {
  it('get their page for every route of theirs, never cached unasked', async () => {
    const page = await ask(`${stack.origins.crm}/customers/42?tab=churn`);
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['cache-control']).toBe('no-cache');
  });

  it('get assets with a hash in their name once and for all', async () => {
    const asset = await ask(`${stack.origins.crm}/assets/main-abc123.js`);
    expect(asset.text).toContain("name = 'crm'");
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await ask(`${stack.origins.crm}/assets/main-other.js`)).status).toBe(404);
  });

  it('are held to scripts that they were built with, and to no frame', async () => {
    const { headers } = await ask(`${stack.origins.crm}/`);
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/script-src 'self' 'sha256-[\w+/=]{44}';/);
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    for (const directive of ["frame-ancestors 'none'", "base-uri 'none'", "default-src 'none'"]) {
      expect(policy).toContain(directive);
    }
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('same-origin');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  });

  it.each([
    '/../admin/index.html',
    '/..%2fadmin%2findex.html',
    '/%2e%2e/admin/assets/main-abc123.js',
    '/assets/..%2f..%2fadmin/favicon.svg',
    '/.secret',
    '/assets/%2e%2e/.secret',
    '/..%5c.secret',
    '/%00.svg',
    '/%',
    '//etc/passwd',
  ])('give nothing away for %s', async (path) => {
    await writeFile(join(stack.home, 'outside.txt'), 'outside');
    const { status, text } = await raw(new URL(stack.origins.crm).host, path);
    expect([200, 400, 404]).toContain(status);
    expect(text).not.toContain('not for the web');
    expect(text).not.toContain('<title>admin');
    expect(text).not.toContain("name = 'admin'");
    expect(text).not.toContain('root:');
  });

  it('do not answer addresses of the API', async () => {
    for (const path of ['/api', '/api/x', '/auth/x', '/events/x', '/API/x', '/internal/x']) {
      expect((await ask(`${stack.origins.crm}${path}`)).status).toBe(404);
    }
  });
});

describe('the documentation', () => {
  it('is readable without a sign-in and loads nothing from elsewhere', async () => {
    const page = await ask(`${stack.origins.landing}/docs/`);
    expect(page.status).toBe(200);
    expect(page.text).toContain('/docs/openapi/user-management.json');
    expect([...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url)).toEqual([
      'js/scalar.js',
    ]);
    const script = await ask(`${stack.origins.landing}/docs/js/scalar.js`);
    expect(script.status).toBe(200);
    expect(script.text.length).toBeGreaterThan(1_000_000);
  });

  it('tells of what is public, at its address here, and of nothing internal', async () => {
    const document = (
      await ask(`${stack.origins.landing}/docs/openapi/user-management.json`)
    ).json<{ paths: object; servers: object[] }>();
    expect(Object.keys(document.paths)).toEqual(['/me']);
    expect(document.servers).toEqual([{ url: '/api/user-management' }]);
    expect((await ask(`${stack.origins.landing}/docs/openapi/front-door.json`)).status).toBe(404);
  });

  it('stays off the origins of sessions', async () => {
    const answer = await ask(`${stack.origins.crm}/docs/`);
    expect(answer.headers.location).toBe(`${stack.origins.landing}/docs/`);
  });
});
