import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { customersCsv, toCsv } from './csv.ts';
import { generateShop } from './generate-shop.ts';
import { namesFor } from './names.ts';
import { beta, createRandom, exponential, gamma } from './random.ts';
import { openTestData } from './test-data.ts';

const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0) / numbers.length;
const draws = (draw: () => number) => Array.from({ length: 20_000 }, draw);

test('the distributions have the means that they are named for', () => {
  const random = createRandom('means');
  expect(mean(draws(random))).toBeCloseTo(0.5, 1);
  expect(mean(draws(() => exponential(random, 4)))).toBeCloseTo(1 / 4, 1);
  expect(mean(draws(() => gamma(random, 0.6, 2)))).toBeCloseTo(0.6 / 2, 1);
  expect(mean(draws(() => gamma(random, 5, 2)))).toBeCloseTo(5 / 2, 1);
  expect(mean(draws(() => beta(random, 0.8, 3)))).toBeCloseTo(0.8 / 3.8, 1);
});

const options = { seed: 'a', size: 400, endDate: '2026-06-30' };

test('the same seed gives the same shop, another seed another', () => {
  expect(generateShop(options)).toEqual(generateShop(options));
  expect(generateShop({ ...options, seed: 'b' }).purchases).not.toEqual(
    generateShop(options).purchases,
  );
});

test('a larger shop begins with the customers of a smaller one', () => {
  const small = generateShop({ ...options, size: 10 });
  expect(generateShop(options).customers.slice(0, 10)).toEqual(small.customers);
});

test('the history keeps its end date, begins with the sign-up, and its customers are told apart', () => {
  const { customers, purchases } = generateShop(options);
  const first = new Map<string, string>();
  for (const { customerId, purchasedOn, quantity, value } of purchases) {
    if (!first.has(customerId)) first.set(customerId, purchasedOn);
    expect(purchasedOn <= options.endDate).toBe(true);
    expect(quantity).toBeGreaterThanOrEqual(1);
    expect(value).toMatch(/^\d+\.\d\d$/);
  }
  expect(new Set(customers.map(({ email }) => email)).size).toBe(customers.length);
  for (const { customerId, signedUpOn } of customers)
    expect(first.get(customerId)).toBe(signedUpOn);
});

test('who dropped out bought less recently than who is still there, so that churn can be learned', () => {
  const { purchases, truth } = generateShop({ ...options, size: 3_000 });
  const last = new Map(
    purchases.map(({ customerId, purchasedOn }) => [customerId, Date.parse(purchasedOn)]),
  );
  const count = Map.groupBy(purchases, ({ customerId }) => customerId);
  const repeaters = truth.filter(({ customerId }) => (count.get(customerId)?.length ?? 0) > 1);
  const lastOf = (alive: boolean) =>
    mean(
      repeaters.filter((t) => t.alive === alive).map(({ customerId }) => last.get(customerId) ?? 0),
    );
  expect(repeaters.filter(({ alive }) => alive).length).toBeGreaterThan(300);
  expect(repeaters.filter(({ alive }) => !alive).length).toBeGreaterThan(300);
  expect(lastOf(true) - lastOf(false)).toBeGreaterThan(30 * 86_400_000);
});

test.each([
  [{ ...options, size: 0 }, /size/],
  [{ ...options, endDate: '30.06.2026' }, /endDate/],
])('a shop that cannot be is refused by name', (wrong, message) => {
  expect(() => generateShop(wrong)).toThrow(message);
});

test('a person depends on the id and the seed alone', () => {
  const [, second] = namesFor(['0001', '0002'], 'cdnow');
  expect(namesFor(['0002'], 'cdnow')).toEqual([second]);
  expect(second?.email).toMatch(/\.0002@example\.(com|net|org)$/);
});

test('cells with separators and quotes survive', () => {
  expect(toCsv(['a', 'b'], [['x,y', 'say "z"']])).toBe('a,b\n"x,y","say ""z"""\n');
  expect(customersCsv(generateShop({ ...options, size: 1 }).customers)).toMatch(
    /^customer_id,name,email/,
  );
});

test('test data come from the folder that is named, else from beside the repository, else are generated', () => {
  const folder = mkdtempSync(join(tmpdir(), 'atelier-data-'));
  try {
    const repository = join(folder, 'repository');
    expect(openTestData({}, repository).purchaseFormat.kind).toBe('generated');

    const shared = join(folder, 'shared', 'data');
    mkdirSync(shared, { recursive: true });
    writeFileSync(
      join(shared, 'cdnow-sample.txt'),
      ' 00004 0001 19970101  2   29.33\r\n 00004 0001 19970118  2   29.73\r\n 00021 0002 19970101  3   63.34\r\n',
    );
    const beside = openTestData({}, repository);
    expect(beside.counts).toEqual({ customers: 2, purchases: 3 });
    expect(beside.customers.split('\n')[1]).toMatch(/^0001,\w+ \w+,.+\.0001@example/);
    expect(openTestData({ ATELIER_TEST_DATA: shared }, '/nowhere/repository')).toEqual(beside);
    expect(() => openTestData({ ATELIER_TEST_DATA: '/nowhere' }, repository)).toThrow(/ENOENT/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
