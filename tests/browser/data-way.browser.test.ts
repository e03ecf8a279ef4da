import { importTestData, waitForWorkbench } from '@atelier/single-machine/journey';
import { readMail } from '@atelier/single-machine/people';
import { shopData } from '@atelier/single-machine/shop';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStack } from '../harness/stack.ts';
import { newTenant, PASSWORD, type TestTenant } from '../harness/tenants.ts';
import { expectAccessible, launchBrowser, openPage, signInAt } from './browser.ts';

const stack = openStack();
const { addresses } = stack.instance;
let browser: Browser;
let foo: TestTenant;
let tess: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  foo = await newTenant(stack);
  tess = await openPage(browser);
  await signInAt(tess, addresses.crm, { email: foo.admin.user.email, password: PASSWORD });
}, 120_000);
afterAll(() => browser.close());

const importFile = async (
  page: Page,
  kind: 'Customers' | 'Purchases',
  name: string,
  content: string,
): Promise<void> => {
  await page.goto(`${addresses.crm}/imports/new`);
  await page.getByRole('radio', { name: kind }).check();
  await page
    .locator('input[type="file"]')
    .setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) });
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.getByRole('heading', { name: 'How to read it' }).waitFor();
};

it('imports files whose columns, separator and dates are recognised', async () => {
  await importFile(
    tess,
    'Customers',
    'customers.csv',
    'id;full name;e-mail\nc-1;Lena Brandt;lena@shop.example\nc-2;Omar Haddad;omar@shop.example\n',
  );
  expect(await tess.getByLabel('Between the columns').inputValue()).toBe('semicolon');
  await tess.getByRole('button', { name: 'Start the import' }).click();
  await tess.getByText('The import is done.').waitFor();

  await importFile(
    tess,
    'Purchases',
    'cdnow.txt',
    '  00001 c-1 19970101  1  11.77\n  00002 c-2 19970112  1  12.00\n  00003 c-2 19970601  5  77.00\n',
  );
  expect(await tess.getByLabel('Between the columns').inputValue()).toBe('blanks');
  expect(await tess.getByLabel('Customer number').inputValue()).toBe('2');
  expect(await tess.getByLabel('How dates are written').inputValue()).toBe('yyyymmdd');
  await tess.getByLabel('The history ends on').fill('1998-06-30');
  await tess.getByRole('button', { name: 'Start the import' }).click();
  await tess.getByText('The import is done.').waitFor();

  await tess.getByRole('link', { name: 'Look at the customers' }).click();
  await tess.getByRole('link', { name: 'Omar Haddad' }).click();
  await tess.getByRole('table', { name: 'Purchases' }).getByText('1 Jun 1997').waitFor();
});

it('keeps nothing of a file with a bad line, and says which line and why', async () => {
  await importFile(
    tess,
    'Purchases',
    'broken.csv',
    'customer,date,pieces,value\nc-1,2026-01-03,1,10\nc-1,2026-13-03,1,10\nc-2,2026-01-04,1,-5\n',
  );
  await tess.getByRole('button', { name: 'Start the import' }).click();
  await tess.getByText('Nothing of this file was kept.').waitFor();
  const errors = tess.getByRole('table', { name: 'Lines that could not be read' });
  await errors.getByRole('rowheader', { name: '3', exact: true }).waitFor();
  await errors.getByRole('rowheader', { name: '4', exact: true }).waitFor();
});

it('invites a data scientist, who joins, previews masked rows and gets an extract', async () => {
  await importTestData(foo.admin, shopData('data-way', 150));
  await waitForWorkbench({ person: foo.admin, withinMs: 240_000 });
  const email = `dev@${foo.name}.example`;
  await tess.goto(`${addresses.crm}/settings/invitations`);
  await tess.getByLabel('E-mail address').fill(email);
  await tess.getByRole('checkbox', { name: 'Marketer' }).uncheck();
  await tess.getByRole('checkbox', { name: 'Data scientist' }).check();
  await tess.getByRole('button', { name: 'Send the invitation' }).click();
  await tess.getByText(`The invitation to ${email} is on its way.`).waitFor();

  const dev = await openPage(browser);
  const mail = await readMail({ addresses, to: email });
  await dev.goto(mail.links[0] ?? '');
  await dev.getByRole('heading', { name: `Join ${foo.name}` }).waitFor();
  await expectAccessible(dev, 'landing-invitation');
  await dev.getByLabel('Your name').fill('Dev Scientist');
  await dev.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  await dev.getByRole('button', { name: 'Join' }).click();
  await dev.getByRole('heading', { name: `Welcome to ${foo.name}` }).waitFor();

  await signInAt(dev, addresses.crm, { email, password: PASSWORD });
  await dev.getByRole('link', { name: 'Data', exact: true }).click();
  await dev.getByRole('link', { name: /Columns and preview.*Customers/ }).click();
  const preview = dev.getByRole('table', { name: 'Preview' });
  await preview.getByRole('cell').first().waitFor();
  expect(await preview.getByText(/@[a-z]+\.example/).count()).toBe(0);

  await dev.getByRole('link', { name: 'Request an extract' }).click();
  await dev.getByRole('checkbox', { name: /Purchases/ }).check();
  await dev.getByRole('button', { name: 'Request' }).click();
  await dev.getByText('Say what it is for.').waitFor();
  await dev.getByLabel('Purpose').fill('Churn model');
  await dev.getByRole('button', { name: 'Request' }).click();
  await dev.getByText('Read it in the notebook').waitFor({ timeout: 120_000 });
  await dev
    .getByText(/^s3:\/\/.*manifest\.json$/)
    .first()
    .waitFor();
}, 400_000);
