import type { Extract, ImportMapping, ImportView } from '@atelier/contracts';
import type { SignedIn } from '../people/sign-in.ts';
import type { TestData } from '../shop/test-data.ts';
import { failureOf } from './tenant.ts';
import { until } from './until.ts';

interface ImportOptions {
  readonly person: SignedIn;
  readonly kind: 'customers' | 'purchases';
  readonly fileName: string;
  readonly content: string;
  readonly mapping: Partial<ImportMapping> &
    Pick<ImportMapping, 'separator' | 'header' | 'columns'>;
  readonly signal?: AbortSignal | undefined;
}

/** Uploads a file to the CRM and returns once its rows are there. */
export async function importFile(options: ImportOptions): Promise<ImportView> {
  const api = options.person.api('customer-management');
  const bytes = new TextEncoder().encode(options.content);
  const { id } = await api.createImport({
    body: { kind: options.kind, fileName: options.fileName, bytes: bytes.length },
    idempotencyKey: crypto.randomUUID(),
  });
  const params = { importId: id };
  await api.uploadImportFile({ params, body: bytes });
  await api.startImport({ params, body: options.mapping });
  const view = await until({
    what: `the import of ${options.fileName}`,
    ask: () => api.getImport({ params }),
    done: ({ state }) => state === 'succeeded' || state === 'failed' || state === 'cancelled',
    withinMs: 120_000,
    signal: options.signal,
  });
  if (view.state !== 'succeeded') {
    const { items } = await api.listImportErrors({ params, query: { limit: 1 } });
    const first = items[0];
    throw new Error(
      `${options.fileName} was not imported: ${first ? `line ${first.line}: ${first.message}` : failureOf(view.work)}`,
    );
  }
  return view;
}

/** Imports both files of a data set: CDNOW's, or a shop's. */
export async function importTestData(
  person: SignedIn,
  data: TestData,
  signal?: AbortSignal,
): Promise<void> {
  await importFile({
    person,
    kind: 'customers',
    fileName: 'customers.csv',
    content: data.customers,
    mapping: {
      separator: 'comma',
      header: true,
      columns: { customerId: 'customer_id', name: 'name', email: 'email' },
    },
    signal,
  });
  const { kind, asOf } = data.purchaseFormat;
  await importFile({
    person,
    kind: 'purchases',
    fileName: kind === 'cdnow' ? 'cdnow.txt' : 'purchases.csv',
    content: data.purchases,
    mapping:
      kind === 'cdnow'
        ? {
            separator: 'blanks',
            header: false,
            columns: { customerId: 2, purchasedOn: 3, quantity: 4, value: 5 },
            dateFormat: 'yyyymmdd',
            asOf,
          }
        : {
            separator: 'comma',
            header: true,
            columns: {
              customerId: 'customer_id',
              purchasedOn: 'purchased_on',
              quantity: 'quantity',
              value: 'value',
            },
            asOf,
          },
    signal,
  });
}

/** Requests an extract of customers and purchases and returns once its manifests are published. */
export async function extractForChurn(person: SignedIn, signal?: AbortSignal): Promise<Extract> {
  const api = person.api('data-management');
  const { id } = await api.requestExtract({
    body: { datasets: [{ name: 'customers' }, { name: 'purchases' }], purpose: 'Churn model' },
    idempotencyKey: crypto.randomUUID(),
  });
  const extract = await until({
    what: 'the extract',
    ask: () => api.getExtract({ params: { extractId: id } }),
    done: ({ state }) => ['succeeded', 'failed', 'cancelled'].includes(state),
    withinMs: 120_000,
    signal,
  });
  if (extract.state !== 'succeeded') {
    throw new Error(
      `the extract ended as ${extract.state}: ${extract.cause ?? 'no cause was given'}`,
    );
  }
  return extract;
}
