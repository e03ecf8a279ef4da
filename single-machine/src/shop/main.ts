import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv, exit, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { customersCsv, purchasesCsv, truthCsv } from './csv.ts';
import { generateShop } from './generate-shop.ts';

const USAGE =
  'node single-machine/src/shop/main.ts --out <folder> [--size 1000] [--seed shop] [--end-date 2026-06-30]';

try {
  const { values } = parseArgs({
    args: argv.slice(2),
    options: {
      out: { type: 'string' },
      size: { type: 'string', default: '1000' },
      seed: { type: 'string', default: 'shop' },
      'end-date': { type: 'string', default: '2026-06-30' },
    },
  });
  if (values.out === undefined) throw new Error('--out is missing');
  const shop = generateShop({
    seed: values.seed,
    size: Number(values.size),
    endDate: values['end-date'],
  });
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, 'customers.csv'), customersCsv(shop.customers));
  writeFileSync(join(values.out, 'purchases.csv'), purchasesCsv(shop.purchases));
  writeFileSync(join(values.out, 'truth.csv'), truthCsv(shop.truth));
  stdout.write(
    `${shop.customers.length} customers and ${shop.purchases.length} purchases are in ${values.out}\n`,
  );
} catch (cause) {
  stderr.write(`${(cause as Error).message}\n${USAGE}\n`);
  exit(2);
}
