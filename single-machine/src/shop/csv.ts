import type { Shop, ShopCustomer } from './generate-shop.ts';

function cell(value: string | number | boolean): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** RFC 4180 with a header line. */
export function toCsv(
  header: readonly string[],
  rows: readonly (readonly (string | number | boolean)[])[],
): string {
  return [header, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}

export function customersCsv(customers: readonly ShopCustomer[]): string {
  return toCsv(
    ['customer_id', 'name', 'email', 'country', 'signed_up_on'],
    customers.map((c) => [c.customerId, c.name, c.email, c.country, c.signedUpOn]),
  );
}

export function purchasesCsv(purchases: Shop['purchases']): string {
  return toCsv(
    ['customer_id', 'purchased_on', 'quantity', 'value'],
    purchases.map((p) => [p.customerId, p.purchasedOn, p.quantity, p.value]),
  );
}

export function truthCsv(truth: Shop['truth']): string {
  return toCsv(
    ['customer_id', 'weekly_rate', 'drop_out_probability', 'alive'],
    truth.map((t) => [t.customerId, t.weeklyRate, t.dropOutProbability, t.alive]),
  );
}
