import { importTestData, waitForWorkbench } from '@atelier/single-machine/journey';
import { shopData } from '@atelier/single-machine/shop';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStack } from '../harness/stack.ts';
import { newTenant, PASSWORD } from '../harness/tenants.ts';
import { expectAccessible, launchBrowser, openPage, signInAt } from './browser.ts';

const stack = openStack();
const { addresses } = stack.instance;
let browser: Browser;
let crm: Page;
let admin: Page;
let tenantId: string;
let extractId: string;
let importId: string;
let failedImportId: string;

const UNREADABLE = 'customer,date,pieces,value\nc-1,yesterday,1,10\n';

beforeAll(async () => {
  browser = await launchBrowser();
  const foo = await newTenant(stack);
  tenantId = foo.tenantId;
  await importTestData(foo.admin, shopData('routes', 200));
  const customers = foo.admin.api('customer-management');
  const upload = async () => {
    const bytes = new TextEncoder().encode(UNREADABLE);
    const { id } = await customers.createImport({
      body: { kind: 'purchases', fileName: 'broken.csv', bytes: bytes.length },
      idempotencyKey: crypto.randomUUID(),
    });
    await customers.uploadImportFile({ params: { importId: id }, body: bytes });
    return id;
  };
  importId = await upload();
  failedImportId = await upload();
  await customers.startImport({
    params: { importId: failedImportId },
    body: {
      separator: 'comma',
      header: true,
      columns: { customerId: 'customer', purchasedOn: 'date', quantity: 'pieces', value: 'value' },
    },
  });
  await waitForWorkbench({ person: foo.admin, withinMs: 240_000 });
  const extract = await foo.admin.api('data-management').requestExtract({
    body: { datasets: [{ name: 'customers' }, { name: 'purchases' }], purpose: 'Look at it' },
    idempotencyKey: crypto.randomUUID(),
  });
  extractId = extract.id;
  crm = await openPage(browser);
  await signInAt(crm, addresses.crm, { email: foo.admin.user.email, password: PASSWORD });
  const operator = (await stack.status()).signIns.find(({ tenant }) => tenant === null);
  if (operator === undefined) throw new Error('the instance has no operator');
  admin = await openPage(browser);
  await signInAt(admin, addresses.admin, operator);
}, 400_000);
afterAll(() => browser.close());

/** Goes there and waits until nothing is loading any more. */
const visit = async (page: Page, address: string, heading: string | RegExp): Promise<void> => {
  await page.goto(address);
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  await page.locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached' });
};

describe('CRM', () => {
  it.each([
    ['home', '/', 'Home'],
    ['customers', '/customers', 'Customers'],
    ['imports', '/imports', 'Import'],
    ['new-import', '/imports/new', 'Import a file'],
    ['data', '/data', 'Data'],
    ['dataset', '/data/datasets/customers', /.+/],
    ['request', '/data/request?dataset=customers', 'Request an extract'],
    ['extracts', '/data/extracts', 'Extracts'],
    ['workbench', '/workbench', 'Workbench'],
    ['models', '/models', 'Models'],
    ['slot-empty', '/models/customer-churn/1', /.+/],
    ['company', '/settings', 'Company'],
    ['users', '/settings/users', 'Users'],
    ['invitations', '/settings/invitations', 'Invite somebody'],
    ['api-keys', '/settings/api-keys', 'API keys'],
    ['not-found', '/nowhere', 'There is no such page'],
    ['absent-customer', '/customers/01890a5d-ac96-774b-bcce-b302099a8057', /.+/],
  ])('%s is accessible in both themes', async (name, path, heading) => {
    await visit(crm, addresses.crm + path, heading);
    await expectAccessible(crm, `crm-${name}`);
  });

  it('import and extract pages are accessible, whatever they have to say', async () => {
    await visit(crm, `${addresses.crm}/imports/${importId}`, 'broken.csv');
    await crm.getByRole('heading', { name: 'How to read it' }).waitFor();
    await expectAccessible(crm, 'crm-import-mapping');
    await visit(crm, `${addresses.crm}/imports/${failedImportId}`, 'broken.csv');
    await crm.getByText('Nothing of this file was kept.').waitFor();
    await crm.getByRole('table', { name: 'Lines that could not be read' }).waitFor();
    await expectAccessible(crm, 'crm-import-failed');
    await visit(crm, `${addresses.crm}/data/extracts/${extractId}`, /Extract of/);
    await crm.getByText('Read it in the notebook').waitFor({ timeout: 120_000 });
    await expectAccessible(crm, 'crm-extract');
  });
});

describe('landing', () => {
  it.each([
    ['invitation-incomplete', '/invitation', 'This link is not complete'],
    ['invitation-dead', `/invitation?token=${'x'.repeat(43)}`, 'This invitation no longer works'],
    ['find-my-workspace', '/find-my-workspace', 'Find my workspace'],
    ['provisioning-elsewhere', '/provisioning/x', 'This page belongs to another browser tab'],
    ['not-found', '/nowhere', 'There is no such page'],
  ])('%s is accessible in both themes', async (name, path, heading) => {
    const page = await openPage(browser);
    await visit(page, addresses.landing + path, heading);
    await expectAccessible(page, `landing-${name}`);
    await page.context().close();
  });
});

describe('administration', () => {
  it.each([
    ['tenants', '/tenants', 'Tenants'],
    ['provisioning', '/provisioning?show=all', 'Provisioning'],
  ])('%s is accessible in both themes', async (name, path, heading) => {
    await visit(admin, addresses.admin + path, heading);
    await expectAccessible(admin, `admin-${name}`);
  });

  it('suspends a tenant with a reason, and deletes it only by its typed name', async () => {
    await visit(admin, `${addresses.admin}/tenants/${tenantId}`, /.+/);
    await expectAccessible(admin, 'admin-tenant');
    await admin.getByRole('button', { name: 'Suspend' }).click();
    await admin.getByRole('dialog').getByLabel('Reason').fill('Looking at it');
    await admin.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
    await admin.getByText('This tenant is suspended').waitFor();
    await admin.getByRole('button', { name: 'Delete' }).click();
    const remove = admin.getByRole('dialog').getByRole('button', { name: 'Delete' });
    expect(await remove.isDisabled()).toBe(true);
    await admin.getByRole('dialog').getByRole('textbox').fill('something else');
    expect(await remove.isDisabled()).toBe(true);
    await admin.keyboard.press('Escape');
    await crm.goto(addresses.crm);
    await crm.getByRole('heading', { name: 'Home' }).waitFor({ state: 'detached' });
    await admin.getByRole('button', { name: 'Resume' }).click();
    await admin.getByRole('button', { name: 'Suspend' }).waitFor();
  });
});
