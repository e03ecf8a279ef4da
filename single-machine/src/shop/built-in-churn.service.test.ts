import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { customerChurn } from '@atelier/model-slots';
import { buildWorkbenchImage } from '@atelier/studio/image';
import { expect, test } from 'vitest';
import { toCsv } from './csv.ts';
import { generateShop } from './generate-shop.ts';
import { openTestData } from './test-data.ts';

interface PythonAnswer {
  readonly features: readonly string[];
  readonly customers: Readonly<
    Record<string, { values: (number | null)[]; probability: number | null }>
  >;
}

const notebookKit = fileURLToPath(new URL('../../../notebook-kit', import.meta.url));
const COLUMNS = ['customer_id', 'purchased_on', 'quantity', 'amount'];

/** The notebook kit's own answer for a file, by the Python of the workbench image. */
const askPython = async (purchases: string, asOf: string): Promise<PythonAnswer> => {
  const folder = await mkdtemp(join(tmpdir(), 'atelier-kit-'));
  try {
    const { store, reference } = await buildWorkbenchImage();
    await writeFile(join(folder, 'purchases.csv'), purchases);
    await writeFile(
      join(folder, 'containers.conf'),
      '[containers]\ndefault_ulimits=["nofile=4096:4096","nproc=1024:1024"]\n' +
        '[engine]\nruntime="runc"\ncgroup_manager="cgroupfs"\nevents_logger="none"\n',
    );
    const { stdout } = await promisify(execFile)(
      'podman',
      [
        ...['--root', join(folder, 'root'), '--runroot', join(folder, 'run')],
        ...['--storage-driver', 'overlay', '--storage-opt', `additionalimagestore=${store}`],
        ...['run', '--rm', '--pull=never', '--network=none', '--read-only', '--user=0'],
        ...['--volume', `${notebookKit}/atelier:/opt/atelier/kit/atelier:ro`],
        ...['--volume', `${folder}/purchases.csv:/data/purchases.csv:ro`],
        ...[reference, 'python', '-B', '-m', 'atelier', '/data/purchases.csv', asOf],
      ],
      {
        env: { ...process.env, CONTAINERS_CONF: join(folder, 'containers.conf') },
        maxBuffer: 64 * 1024 ** 2,
      },
    );
    return JSON.parse(stdout) as PythonAnswer;
  } finally {
    await promisify(execFile)('umount', [join(folder, 'root', 'overlay')]).catch(() => {});
    await rm(folder, { recursive: true, force: true });
  }
};

const compare = async (purchases: string, asOf: string): Promise<number> => {
  const python = await askPython(purchases, asOf);
  expect(python.features).toEqual(customerChurn.features.map(({ name }) => name));
  const customers = Object.values(python.customers);
  const fit = await customerChurn.builtIn.fit(customers.map(({ values }) => values));
  if (fit === null) throw new Error('there is nothing to fit');
  const differences = customers.map(({ values, probability }) =>
    Math.abs(customerChurn.builtIn.probability(fit, values) - (probability ?? Number.NaN)),
  );
  expect(differences.length).toBeGreaterThan(1000);
  return Math.max(...differences);
};

test('the built-in churn model and the notebook kit agree to 1e-6 on the test data', async () => {
  const data = openTestData(process.env);
  const [header, ...rest] = data.purchases.trim().split('\n');
  const rows =
    data.purchaseFormat.kind === 'cdnow'
      ? [header ?? '', ...rest].map((line) => {
          const [, customer = '', day = '', quantity = '', value = ''] = line.trim().split(/\s+/);
          return [customer, day.replace(/(....)(..)(..)/, '$1-$2-$3'), quantity, value];
        })
      : rest.map((line) => line.split(','));
  expect(await compare(toCsv(COLUMNS, rows), data.purchaseFormat.asOf)).toBeLessThan(1e-6);
});

test('the built-in churn model and the notebook kit agree to 1e-6 on a generated shop', async () => {
  const { purchases } = generateShop({ seed: 'agreement', size: 1_500, endDate: '2026-06-30' });
  const rows = purchases.map((p) => [p.customerId, p.purchasedOn, p.quantity, p.value]);
  expect(await compare(toCsv(COLUMNS, rows), '2026-06-30')).toBeLessThan(1e-6);
});
