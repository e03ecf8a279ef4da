import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, createBrowser } from '../testing/browser.ts';
import { soon } from '../testing/soon.ts';
import { type Person, type Stack, startStack } from '../testing/stack.ts';

const FOO = uuidv7();
let stack: Stack;
let mara: Person;
let paul: Person;

beforeAll(async () => {
  stack = await startStack();
  mara = await stack.addPerson(FOO, ['marketer']);
  paul = await stack.addPerson(null, ['platform_operator']);
});
afterAll(() => stack.close());

const sessionCookie = (setCookie: readonly string[] | undefined) =>
  setCookie?.find((line) => line.includes('-session='));

describe('signing in', () => {
  it('goes from the application to the provider and back, and the application knows who came', async () => {
    const { browser, page } = await stack.signIn(mara);
    expect(page.url).toBe(`${stack.origins.crm}/customers`);
    expect(page.status).toBe(200);
    const session = await browser.send(`${stack.origins.crm}/auth/session`);
    expect(session.json()).toMatchObject({
      user: { userId: mara.userId, tenantId: FOO, roles: ['marketer'], email: mara.email },
    });
  });

  it('requires PKCE with S256, and a nonce and a state of its own each time', async () => {
    const begin = async () => {
      const { headers } = await ask(`${stack.origins.crm}/auth/login`);
      return new URL(headers.location ?? '').searchParams;
    };
    const [one, two] = [await begin(), await begin()];
    expect(one.get('code_challenge_method')).toBe('S256');
    for (const name of ['code_challenge', 'nonce', 'state']) {
      expect(one.get(name)).toMatch(/^[\w-]{43}$/);
      expect(one.get(name)).not.toBe(two.get(name));
    }
    const without = new URL((await ask(`${stack.origins.crm}/auth/login`)).headers.location ?? '');
    without.searchParams.delete('code_challenge');
    without.searchParams.delete('code_challenge_method');
    const refused = await ask(without.href);
    expect(refused.headers.location).toContain('error=invalid_request');
  });

  it('keeps nothing but an opaque, strict, host-bound cookie in the browser', async () => {
    const browser = createBrowser();
    const form = await browser.open(`${stack.origins.crm}/auth/login`);
    const action = /action="([^"]+)"/.exec(form.text)?.[1] ?? '';
    let page = await browser.send(new URL(action, form.url).href, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        email: mara.email,
        password: 'correct horse battery staple',
      }).toString(),
    });
    while (!page.url.includes('/auth/callback')) {
      page = await browser.send(new URL(page.headers.location ?? '', page.url).href);
    }
    const cookie = sessionCookie(page.headers['set-cookie']) ?? '';
    expect(cookie).toMatch(new RegExp(`^__Host-atelier-${stack.port}-crm-session=[\\w-]{43};`));
    expect(cookie).toMatch(/; Path=\//);
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; Secure/);
    expect(cookie).toMatch(/; SameSite=Strict/);
    expect(cookie).not.toMatch(/domain/i);
    const transaction = (await ask(`${stack.origins.crm}/auth/login`)).headers['set-cookie']?.[0];
    expect(transaction).toMatch(/SameSite=Lax/);
    expect(transaction).toMatch(/HttpOnly/);
  });

  it('stores the session by a hash that does not open anything', async () => {
    const { browser } = await stack.signIn(mara);
    const value = browser.cookies().find(({ name }) => name.endsWith('crm-session'))?.value ?? '';
    const kept = await stack.databases.database.transaction(null, async (transaction) =>
      JSON.stringify((await transaction.query('select * from sessions')).rows),
    );
    expect(value.length).toBe(43);
    expect(kept).not.toContain(value);
  });

  it.each([
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'http://evil.example/',
    '/.//evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
  ])('refuses to lead to %j', async (next) => {
    const answer = await ask(`${stack.origins.crm}/auth/login?next=${encodeURIComponent(next)}`);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ code: 'invalid_request' });
  });

  it('does not take a session that somebody planted: the cookie is new after every sign-in', async () => {
    const { browser: attacker } = await stack.signIn(mara);
    const planted = attacker.cookies().find(({ name }) => name.endsWith('crm-session'));
    const dev = await stack.addPerson(FOO, ['data_scientist']);
    const victim = createBrowser();
    victim.plant('crm.atelier.localhost', planted?.name ?? '', planted?.value ?? '');
    await stack.signIn(dev, 'crm', victim);
    const after = victim.cookies().find(({ name }) => name.endsWith('crm-session'));
    expect(after?.value).not.toBe(planted?.value);
    expect((await victim.send(`${stack.origins.crm}/auth/session`)).json()).toMatchObject({
      user: { userId: dev.userId },
    });
    expect((await attacker.send(`${stack.origins.crm}/auth/session`)).status).toBe(401);
    const unknown = createBrowser();
    unknown.plant('crm.atelier.localhost', planted?.name ?? '', 'x'.repeat(43));
    expect((await unknown.send(`${stack.origins.crm}/auth/session`)).status).toBe(401);
  });

  it('takes a code only in the browser that asked for it, and only once', async () => {
    const browser = createBrowser();
    const form = await browser.open(`${stack.origins.crm}/auth/login`);
    const action = /action="([^"]+)"/.exec(form.text)?.[1] ?? '';
    let page = await browser.send(new URL(action, form.url).href, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        email: mara.email,
        password: 'correct horse battery staple',
      }).toString(),
    });
    while (!page.headers.location?.includes('/auth/callback')) {
      page = await browser.send(new URL(page.headers.location ?? '', page.url).href);
    }
    const callback = page.headers.location;
    expect((await ask(callback)).status).toBe(400);
    const stolen = await ask(callback, {
      headers: { cookie: `__Host-atelier-${stack.port}-crm-sign-in-00000000=x` },
    });
    expect(stolen.status).toBe(400);
    expect(sessionCookie((await browser.send(callback)).headers['set-cookie'])).toMatch(
      /=[\w-]{43}/,
    );
    const again = await browser.send(callback);
    expect(again.status).toBe(400);
    expect(again.text).toContain('Not signed in');
  });
});

describe('whom an application lets in', () => {
  it('keeps operators out of the CRM and everybody else out of the admin', async () => {
    const operator = await stack.signIn(paul, 'crm');
    expect(operator.page.status).toBe(403);
    expect((await operator.browser.send(`${stack.origins.crm}/auth/session`)).status).toBe(401);
    const marketer = await stack.signIn(mara, 'admin');
    expect(marketer.page.status).toBe(403);
    await soon(() =>
      stack.databases.operatorDatabase.transaction(null, async (transaction) => {
        const { rows } = await transaction.query<{ request_id: string }>(
          "select request_id from audit_entries where resource = '/auth/callback'",
        );
        return rows.map(({ request_id }) => request_id);
      }),
    ).toContain(marketer.page.headers['x-request-id']);
    const right = await stack.signIn(paul, 'admin', createBrowser(), '/');
    expect(right.page.status).toBe(200);
  });

  it('is no use at another application', async () => {
    const { browser } = await stack.signIn(mara);
    const cookie = browser.cookies().find(({ name }) => name.endsWith('crm-session'));
    const asAdmin = await ask(`${stack.origins.admin}/auth/session`, {
      headers: {
        cookie: `__Host-atelier-${stack.port}-admin-session=${cookie?.value}; ${cookie?.name}=${cookie?.value}`,
      },
    });
    expect(asAdmin.status).toBe(401);
  });

  it('refuses who can sign in but belongs to nobody', async () => {
    const stranger = await stack.addPerson(FOO, ['marketer'], false);
    expect((await stack.signIn(stranger)).page.status).toBe(403);
  });
});

it('ends a session that is idle, and every session at last', async () => {
  const { browser } = await stack.signIn(mara);
  const status = async () => (await browser.send(`${stack.origins.crm}/auth/session`)).status;
  const secret = browser.cookies().find(({ name }) => name.endsWith('crm-session'))?.value ?? '';
  const hash = createHash('sha256').update(secret).digest();
  const age = (column: string, seconds: number) =>
    stack.databases.database.transaction(null, (transaction) =>
      transaction.query(
        `update sessions set ${column} = ${column} - make_interval(secs => $2) where secret_hash = $1`,
        [hash, seconds],
      ),
    );
  await age('last_seen_at', 2 * 3600 - 60);
  expect(await status()).toBe(200);
  await age('last_seen_at', 2 * 3600 - 60);
  expect(await status()).toBe(200);
  await age('last_seen_at', 2 * 3600 + 1);
  expect(await status()).toBe(401);
  await age('last_seen_at', -2 * 3600);
  expect(await status()).toBe(200);
  await age('expires_at', 12 * 3600);
  expect(await status()).toBe(401);
});

it('does not sign anybody out because a foreign page sent him to a broken sign-in', async () => {
  const { browser } = await stack.signIn(mara);
  const broken = await browser.send(`${stack.origins.crm}/auth/callback?state=x&code=x`);
  expect(broken.status).toBe(400);
  expect((await browser.send(`${stack.origins.crm}/auth/session`)).status).toBe(200);
});

describe('the sign-in page', () => {
  it('says the same for a wrong password, an unknown address and a disabled account', async () => {
    const dev = await stack.addPerson(FOO, ['data_scientist']);
    const disabled = await stack.addPerson(FOO, ['data_scientist']);
    await stack.identity.directory.disableUser(disabled.subject);
    const attempt = async (email: string) => {
      const browser = createBrowser();
      const form = await browser.open(`${stack.origins.crm}/auth/login`);
      const page = await browser.submit(form, { email, password: 'wrong wrong wrong' });
      expect(page.status).toBe(401);
      return /<p class="fault"[^>]*>([^<]+)/.exec(page.text)?.[1];
    };
    const texts = [
      await attempt(dev.email),
      await attempt('nobody@foo.example'),
      await attempt(disabled.email),
    ];
    expect(texts[0]).toContain('do not match');
    expect(new Set(texts).size).toBe(1);
  });

  it('makes an account wait after ten failures, even with the right password then', async () => {
    const dev = await stack.addPerson(FOO, ['data_scientist']);
    const browser = createBrowser();
    let page = await browser.open(`${stack.origins.crm}/auth/login`);
    for (let failures = 0; failures < 10; failures += 1) {
      page = await browser.submit(page, { email: dev.email, password: 'wrong wrong wrong' });
    }
    page = await browser.submit(page, {
      email: dev.email,
      password: 'correct horse battery staple',
    });
    expect(page.status).toBe(401);
    const other = await stack.signIn(await stack.addPerson(FOO, ['marketer']));
    expect(other.page.status).toBe(200);
  });

  it('runs no script, is in no frame, and sends its form nowhere else', async () => {
    const page = await createBrowser().open(`${stack.origins.crm}/auth/login`);
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('script-src');
    expect(page.text).not.toContain('<script');
    expect(page.text).toMatch(/<html lang="en">/);
    expect(page.text).toMatch(/<label for="password">/);
  });

  it('shows what was typed as text', async () => {
    const browser = createBrowser();
    const form = await browser.open(`${stack.origins.crm}/auth/login`);
    const page = await browser.submit(form, {
      email: '"><script>alert(1)</script>',
      password: 'x',
    });
    expect(page.text).not.toContain('<script>');
    expect(page.text).toContain('&quot;&gt;&lt;script&gt;');
  });
});

describe('signing out', () => {
  it('ends the session here and at the provider', async () => {
    const { browser } = await stack.signIn(mara);
    const out = await browser.send(`${stack.origins.crm}/auth/logout`, {
      method: 'POST',
      headers: { 'atelier-request': '1', origin: stack.origins.crm },
    });
    expect(out.status).toBe(200);
    const { location } = out.json<{ location: string }>();
    expect(location.startsWith(`${stack.origins.identity}/`)).toBe(true);
    expect((await browser.send(`${stack.origins.crm}/auth/session`)).status).toBe(401);

    const confirm = await browser.open(location);
    const back = await browser.submit(confirm, { logout: 'yes' });
    expect(back.url).toBe(`${stack.origins.crm}/`);
    const again = await browser.open(`${stack.origins.crm}/auth/login`);
    expect(again.text).toContain('name="password"');
  });

  it('cannot be done by a foreign page', async () => {
    const { browser } = await stack.signIn(mara);
    for (const headers of [
      {},
      { 'atelier-request': '1', origin: 'http://evil.example' },
      { 'atelier-request': '1', 'sec-fetch-site': 'cross-site' },
      { 'atelier-request': '1', 'sec-fetch-site': 'same-site' },
    ] as Record<string, string>[]) {
      const out = await browser.send(`${stack.origins.crm}/auth/logout`, {
        method: 'POST',
        headers,
      });
      expect(out.status).toBe(403);
    }
    expect((await browser.send(`${stack.origins.crm}/auth/session`)).status).toBe(200);
  });
});

it('tells the applications where each other are', async () => {
  const { addresses } = (await ask(`${stack.origins.landing}/auth/configuration`)).json<{
    addresses: Record<string, string>;
  }>();
  expect(addresses).toMatchObject({ crm: stack.origins.crm, identity: stack.origins.identity });
});
