import { stdout } from 'node:process';
import { gzipSync } from 'node:zlib';
import { importTestData } from '@atelier/single-machine/journey';
import { shopData } from '@atelier/single-machine/shop';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStack } from '../harness/stack.ts';
import { newTenant, PASSWORD } from '../harness/tenants.ts';
import { launchBrowser, openPage, screenshot, signInAt } from './browser.ts';

const MAX_SCRIPT_BYTES = 200_000;
const PHONE_WIDTH = 390;
const stack = openStack();
const { addresses } = stack.instance;
let browser: Browser;
let person: { email: string; password: string };

beforeAll(async () => {
  browser = await launchBrowser();
  const foo = await newTenant(stack);
  await importTestData(foo.admin, shopData('use', 120));
  person = { email: foo.admin.user.email, password: PASSWORD };
}, 300_000);
afterAll(() => browser.close());

/** Gzipped script that a page asks for until it stands there whole. */
const scriptBytes = async (page: Page, address: string): Promise<number> => {
  const sizes: Promise<number>[] = [];
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') {
      sizes.push(response.body().then((body) => gzipSync(body).length));
    }
  });
  await page.goto(address);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached' });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
};

it('loads no more than 200 KB of script before the first page', async () => {
  const landing = await openPage(browser);
  const measured: Record<string, number> = {
    landing: await scriptBytes(landing, addresses.landing),
  };
  const operator = (await stack.status()).signIns.find(({ tenant }) => tenant === null);
  if (operator === undefined) throw new Error('the instance has no operator');
  for (const [name, address, who] of [
    ['crm', addresses.crm, person],
    ['admin', addresses.admin, operator],
  ] as const) {
    const page = await openPage(browser);
    await signInAt(page, address, who);
    const fresh = await page.context().newPage();
    measured[name] = await scriptBytes(fresh, address);
  }
  for (const [name, bytes] of Object.entries(measured)) {
    stdout.write(`first load of ${name}: ${Math.round(bytes / 1000)} KB of script, gzipped\n`);
    expect(bytes, name).toBeGreaterThan(50_000);
    expect(bytes, `${name}: ${bytes} bytes`).toBeLessThanOrEqual(MAX_SCRIPT_BYTES);
  }
});

describe('on a phone', () => {
  it('the CRM is usable: nothing is cut off, and the navigation opens and closes', async () => {
    const page = await openPage(browser, PHONE_WIDTH);
    await signInAt(page, addresses.crm, person);
    await page.getByRole('button', { name: 'Open navigation' }).click();
    await page.getByRole('link', { name: 'Customers', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Customers' }).waitFor();
    await page.getByRole('button', { name: 'Open navigation' }).waitFor();
    await page.getByRole('table').getByRole('link').first().waitFor();
    for (const path of [
      '/',
      '/customers',
      '/imports',
      '/data',
      '/workbench',
      '/models',
      '/settings/users',
    ]) {
      await page.goto(addresses.crm + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      const width = await page.locator('html').evaluate((html) => html.scrollWidth);
      expect(width, path).toBeLessThanOrEqual(PHONE_WIDTH);
    }
    await page.goto(`${addresses.crm}/customers?sort=-churn`);
    await page.getByRole('table').getByRole('link').first().waitFor();
    await screenshot(page, 'crm-customers-phone');
  });
});

describe('by keyboard', () => {
  it('the first stop leads over the navigation, and a new page puts the focus on its heading', async () => {
    const page = await openPage(browser);
    await signInAt(page, addresses.crm, person);
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Home' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    await page.locator('#content:focus').waitFor();
    await page.getByRole('link', { name: 'Models', exact: true }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Models' }).waitFor();
    await page.locator('h1:focus').waitFor();
  });
});

describe('a list', () => {
  it('keeps search, order and page in the address, so that a link and the way back show the same', async () => {
    const page = await openPage(browser);
    await signInAt(page, addresses.crm, person);
    await page.goto(`${addresses.crm}/customers`);
    const table = page.getByRole('table', { name: 'Customers' });
    const first = table.getByRole('link').first();
    await first.waitFor();
    await table.getByRole('button', { name: 'Value' }).click();
    await page.waitForURL(/sort=-value/);
    await page.locator('table[aria-busy="true"]').waitFor({ state: 'detached' });
    const onFirstPage = await first.textContent();
    await page.getByRole('button', { name: 'Next page' }).click();
    await page.waitForURL(/cursor=/);
    await page.locator('table[aria-busy="true"]').waitFor({ state: 'detached' });
    const onSecondPage = await first.textContent();
    expect(onSecondPage).not.toBe(onFirstPage);

    const elsewhere = await page.context().newPage();
    await elsewhere.goto(page.url());
    const linked = elsewhere.getByRole('table', { name: 'Customers' }).getByRole('link').first();
    expect(await linked.textContent()).toBe(onSecondPage);

    await page.getByRole('button', { name: 'Previous page' }).click();
    await page.waitForURL((url) => !url.search.includes('cursor'));
    await page
      .getByText(onFirstPage ?? '')
      .first()
      .waitFor();

    await page.getByRole('searchbox').fill('nobody is called like this');
    await page.getByRole('heading', { name: 'No customer matches' }).waitFor();
    await page.getByRole('button', { name: 'Show all customers' }).click();
    await first.waitFor();
  });
});

it('asks again for a sign-in once somebody has signed out', async () => {
  const page = await openPage(browser);
  await signInAt(page, addresses.crm, person);
  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('navigation', { name: 'Main' }).waitFor({ state: 'detached' });
  await page.goto(`${addresses.crm}/customers`);
  await page.getByRole('navigation', { name: 'Main' }).waitFor({ state: 'detached' });
});
