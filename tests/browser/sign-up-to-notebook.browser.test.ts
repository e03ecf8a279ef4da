import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStack } from '../harness/stack.ts';
import { PASSWORD } from '../harness/tenants.ts';
import { expectAccessible, launchBrowser, openPage } from './browser.ts';

const MAKING_MS = 240_000;
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

it('leads a visitor from the landing page to a notebook in a second tab, with one sign-in', async () => {
  const { addresses } = openStack().instance;
  const company = `Foo Records ${crypto.randomUUID().slice(0, 8)}`;
  const email = `tess@${company.toLowerCase().replaceAll(' ', '-')}.example`;
  const page = await openPage(browser);

  await page.goto(addresses.landing);
  await expectAccessible(page, 'landing-home');
  await page.getByRole('link', { name: 'Sign your company up' }).click();
  await page.getByLabel('Company').fill(company);
  await page.getByLabel('Your name').fill('Tess Admin');
  await page.getByLabel('E-mail address').fill(email);
  await expectAccessible(page, 'landing-sign-up');
  await page.getByRole('button', { name: 'Sign up' }).click();

  await page.getByRole('heading', { name: 'Check your mail' }).waitFor();
  await page.getByText(email).waitFor();
  await expectAccessible(page, 'landing-check-your-mail');
  const mailTab = page.waitForEvent('popup');
  await page.getByRole('link', { name: 'Open the caught mail' }).click();
  const mail = await mailTab;
  await mail.getByRole('listitem').filter({ hasText: email }).getByRole('link').first().click();
  const href = await mail.getByRole('link', { name: /\/verify\?/ }).getAttribute('href');
  await mail.close();

  await page.goto(href ?? '');
  await page.getByRole('heading', { name: 'Set your password' }).waitFor();
  await expectAccessible(page, 'landing-verify');
  await page.getByLabel('Password', { exact: false }).first().fill(PASSWORD);
  await page.getByRole('button', { name: 'Set the password and begin' }).click();

  await page.getByRole('list', { name: 'Tenant' }).waitFor();
  await page.getByRole('heading', { name: `${company} is ready` }).waitFor({ timeout: MAKING_MS });
  await expectAccessible(page, 'landing-provisioning');
  await page.reload();
  await page.getByText('The workbench is ready.').waitFor({ timeout: MAKING_MS });

  await page.getByRole('link', { name: 'Open the CRM' }).click();
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'No customers yet' }).waitFor();
  await expectAccessible(page, 'crm-home-empty');

  await page.getByRole('link', { name: 'Workbench', exact: true }).first().click();
  const tab = page.waitForEvent('popup');
  await page
    .getByRole('link', { name: /Open JupyterLab/ })
    .first()
    .click();
  const notebook = await tab;
  await notebook.waitForURL(({ hostname }) => hostname.endsWith('.studio.localhost'), {
    timeout: MAKING_MS,
  });
  await notebook.locator('#jp-main-dock-panel').waitFor({ timeout: 120_000 });
  expect(await notebook.getByLabel('Password').count()).toBe(0);
  expect(new URL(notebook.url()).search).not.toContain('token');
}, 600_000);
