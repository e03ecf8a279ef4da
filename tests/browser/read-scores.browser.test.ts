import {
  extractForChurn,
  importTestData,
  launchWorkbench,
  runChurnNotebook,
  waitForWorkbench,
} from '@atelier/single-machine/journey';
import { shopData } from '@atelier/single-machine/shop';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStack } from '../harness/stack.ts';
import { newTenant, PASSWORD } from '../harness/tenants.ts';
import { expectAccessible, launchBrowser, openPage, signInAt } from './browser.ts';

const CUSTOMERS = 300;
const stack = openStack();
const { addresses } = stack.instance;
let browser: Browser;
let foo: Awaited<ReturnType<typeof newTenant>>;
let mara: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  foo = await newTenant(stack);
  await importTestData(foo.admin, shopData('browser', CUSTOMERS));
  mara = await openPage(browser);
  const { user } = await foo.join('marketer');
  await signInAt(mara, addresses.crm, { email: user.email, password: PASSWORD });
}, 300_000);
afterAll(() => browser.close());

const mostLikely = async (page: Page) => {
  await page.goto(`${addresses.crm}/customers?sort=-churn`);
  const table = page.getByRole('table', { name: 'Customers' });
  await table.getByRole('link').first().waitFor();
  return table;
};

it('shows a marketer every customer’s churn, and that the built-in statistics said it', async () => {
  const table = await mostLikely(mara);
  expect(await table.getByText('Built-in statistics').count()).toBe(25);
  await table.getByRole('link').first().click();
  await mara.getByRole('region', { name: 'Likely to leave' }).getByText(/%/).first().waitFor();
  await mara.getByText(/Built-in statistics ·/).waitFor();
  await expectAccessible(mara, 'crm-customer');
});

it('hides from a marketer what her role does not open', async () => {
  const navigation = mara.getByRole('navigation', { name: 'Main' });
  expect(await navigation.getByRole('link', { name: 'Workbench' }).count()).toBe(0);
  await mara.goto(`${addresses.crm}/data`);
  await mara.getByRole('heading', { name: 'Your role does not open this page' }).waitFor();
  await expectAccessible(mara, 'crm-role-refused');
});

it('shows her FOO’s own model once a data scientist has activated it', async () => {
  const scientist = await foo.join('data_scientist');
  await waitForWorkbench({ person: foo.admin, withinMs: 240_000 });
  await extractForChurn(scientist);
  const session = await launchWorkbench(scientist);
  await runChurnNotebook(session);

  const dev = await openPage(browser);
  await signInAt(dev, addresses.crm, { email: scientist.user.email, password: PASSWORD });
  await dev.goto(`${addresses.crm}/models/customer-churn/1`);
  const endpoints = dev.getByRole('table', { name: 'Your endpoints' });
  await endpoints.getByText('Passed its check').waitFor({ timeout: 120_000 });
  await expectAccessible(dev, 'crm-slot');
  await endpoints.getByRole('link').first().click();
  await dev.getByRole('heading', { name: 'Contract check' }).waitFor();
  await expectAccessible(dev, 'crm-binding');

  const table = await mostLikely(mara);
  await dev.getByRole('button', { name: 'Activate' }).click();
  const confirmation = dev.getByRole('dialog');
  const button = confirmation.getByRole('button', { name: 'Activate' });
  expect(await button.isDisabled()).toBe(true);
  const label = await confirmation.getByText(/^Type /).textContent();
  await confirmation.getByRole('textbox').fill(label?.split(' ')[1] ?? '');
  await button.click();
  await dev.getByText('All customers have a score of this model.').waitFor({ timeout: 120_000 });

  // Nobody reloads Mara's page: the list hears of the new scores by itself.
  await table.getByText(/ v1$/).first().waitFor();
  await table.getByText('Built-in statistics').first().waitFor({ state: 'detached' });
  await expectAccessible(mara, 'crm-customers');
  await table.getByRole('link').first().click();
  await mara.getByText(/Live answer of your model ·/).waitFor();
}, 600_000);
