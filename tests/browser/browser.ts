import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

const EXECUTABLE = '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const SCREENSHOTS = join(import.meta.dirname, '../artifacts/screenshots');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
export const SCHEMES = ['light', 'dark'] as const;

/** Debian's Chromium, without a window. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });

/** A browser profile of its own, as a person at a machine of their own has. */
export const openPage = async (browser: Browser, width = 1280): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width, height: 860 }, locale: 'en-GB' });
  context.setDefaultTimeout(30_000);
  return context.newPage();
};

/** Kept as artefacts; the documentation shows them. */
export const screenshot = async (page: Page, name: string): Promise<void> => {
  await mkdir(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
};

/** Nothing for axe to object to, in light and in dark; a picture of each. */
export const expectAccessible = async (page: Page, name: string): Promise<void> => {
  for (const scheme of SCHEMES) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.locator(`html[data-mantine-color-scheme="${scheme}"]`).waitFor();
    await screenshot(page, `${name}-${scheme}`);
    const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
    expect(
      violations.map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html) })),
      `${name}, ${scheme}`,
    ).toEqual([]);
  }
};

/** Fills the provider's form, which the application leads to, and comes back. */
export const signInAt = async (
  page: Page,
  address: string,
  person: { readonly email: string; readonly password: string },
): Promise<void> => {
  await page.goto(address);
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Your account' }).waitFor();
};
