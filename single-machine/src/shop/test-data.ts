import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { purchasesCsv, toCsv } from './csv.ts';
import { generateShop } from './generate-shop.ts';
import { namesFor } from './names.ts';

/** Two files to import, and how to read the second. */
export interface TestData {
  /** Where it comes from, for the run to print. */
  readonly source: string;
  /** With header: customer_id, name, email. */
  readonly customers: string;
  readonly purchases: string;
  readonly purchaseFormat:
    | { readonly kind: 'cdnow'; readonly asOf: string }
    | { readonly kind: 'generated'; readonly asOf: string };
  readonly counts: { readonly customers: number; readonly purchases: number };
}

const CDNOW_FILE = 'cdnow-sample.txt';
const CDNOW_END = '1998-06-30';

/** Columns of a line: id in the full data, customer id, date (yyyymmdd), number of CDs, dollars. */
function readCdnow(file: string): TestData {
  const purchases = readFileSync(file, 'latin1');
  const lines = purchases.split('\n').filter((line) => line.trim() !== '');
  const ids = [...new Set(lines.map((line) => line.trim().split(/\s+/)[1] ?? ''))];
  return {
    source: file,
    customers: toCsv(
      ['customer_id', 'name', 'email'],
      namesFor(ids, 'cdnow').map(({ id, name, email }) => [id, name, email]),
    ),
    purchases,
    purchaseFormat: { kind: 'cdnow', asOf: CDNOW_END },
    counts: { customers: ids.length, purchases: lines.length },
  };
}

/** The files of a made-up shop. */
export function shopData(seed: string, size = 2_000): TestData {
  const endDate = '2026-06-30';
  const { customers, purchases } = generateShop({ seed, size, endDate });
  return {
    source: 'a generated shop',
    customers: toCsv(
      ['customer_id', 'name', 'email'],
      customers.map(({ customerId, name, email }) => [customerId, name, email]),
    ),
    purchases: purchasesCsv(purchases),
    purchaseFormat: { kind: 'generated', asOf: endDate },
    counts: { customers: customers.length, purchases: purchases.length },
  };
}

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * CDNOW's purchases with made-up people, from the folder `ATELIER_TEST_DATA`, else from `../shared/data` beside the
 * repository; else a generated shop. A variable that names a folder without the file is an error, not a fallback.
 */
export function openTestData(
  env: Readonly<Record<string, string | undefined>>,
  repository = REPOSITORY,
): TestData {
  const named = env.ATELIER_TEST_DATA;
  if (named) return readCdnow(join(named, CDNOW_FILE));
  const beside = join(repository, '..', 'shared', 'data', CDNOW_FILE);
  return existsSync(beside) ? readCdnow(beside) : shopData('tests');
}

/** What the first start imports: a generated shop, unless `ATELIER_TEST_DATA` names a folder with CDNOW's purchases. */
export function openStartData(env: Readonly<Record<string, string | undefined>>): TestData {
  return env.ATELIER_TEST_DATA ? openTestData(env) : shopData('foo');
}
