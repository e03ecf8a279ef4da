import {
  type ImportMapping,
  type ImportView,
  MAX_IMPORT_BYTES,
  ProblemError,
} from '@atelier/contracts';
import { until } from '@atelier/single-machine/journey';
import { beforeAll, describe, expect, test } from 'vitest';
import { openStack } from '../harness/stack.ts';
import { newTenant, type TestTenant } from '../harness/tenants.ts';

const stack = openStack();
let foo: TestTenant;

const mapping = {
  separator: 'comma',
  header: true,
  columns: { customerId: 'id', purchasedOn: 'day', quantity: 'pieces', value: 'price' },
} satisfies Partial<ImportMapping>;

beforeAll(async () => {
  foo = await newTenant(stack, 'imports');
  const customers = await importText('customers', 'id,name\n1,One\n2,Two\n', {
    ...mapping,
    columns: { customerId: 'id', name: 'name' },
  });
  expect(customers.state).toBe('succeeded');
});

async function importText(
  kind: 'customers' | 'purchases',
  text: string,
  body: Parameters<ReturnType<typeof api>['startImport']>[0]['body'],
): Promise<ImportView> {
  const bytes = new TextEncoder().encode(text);
  const { id } = await announce(kind, bytes.length);
  const params = { importId: id };
  await api().uploadImportFile({ params, body: bytes });
  await api().startImport({ params, body });
  return until({
    what: 'the import',
    ask: () => api().getImport({ params }),
    done: ({ state }) => state === 'succeeded' || state === 'failed',
    withinMs: 60_000,
  });
}

const api = () => foo.admin.api('customer-management');

const announce = (kind: 'customers' | 'purchases', bytes: number) =>
  api().createImport({
    body: { kind, fileName: `${kind}.csv`, bytes },
    idempotencyKey: crypto.randomUUID(),
  });

/** What stands in the CRM: a rejected file may not change it. */
async function standing() {
  const { items, total } = await api().listCustomers({ query: { limit: 200 } });
  return { total, purchases: items.map(({ purchases, value }) => [purchases, value.amount]) };
}

const refused = async (call: Promise<unknown>) =>
  call.then(
    () => null,
    (error: unknown) => {
      if (error instanceof ProblemError) return error.problem;
      throw error;
    },
  );

describe('a line that cannot be read', () => {
  const good = '1,2020-01-01,1,10.00';
  test.each([
    ['a broken date', '1,2020-02-30,1,10.00', 'purchasedOn', 'is no date of the form yyyy-mm-dd'],
    ['a negative value', '1,2020-01-01,1,-10.00', 'value', 'is negative'],
    ['a negative quantity', '1,2020-01-01,-1,10.00', 'quantity', 'is negative'],
    ['a quantity of nothing', '1,2020-01-01,0,10.00', 'quantity', 'is zero'],
    ['words for a number', '1,2020-01-01,1,ten', 'value', 'is no number'],
    ['no such customer', '9,2020-01-01,1,10.00', 'customerId', 'there is no customer 9'],
    ['a line cut short', '1,2020-01-01', 'quantity', 'is missing'],
    ['a control character', '1\u0007,2020-01-01,1,10.00', 'customerId', 'has control characters'],
  ])('%s is named by line and column, and nothing is kept', async (_, line, column, message) => {
    const before = await standing();
    const view = await importText('purchases', `id,day,pieces,price\n${good}\n${line}\n`, mapping);
    expect(view).toMatchObject({ state: 'failed', rows: { read: 2, rejected: 1 } });
    const { items } = await api().listImportErrors({ params: { importId: view.id } });
    expect(items).toEqual([{ line: 3, column, message: expect.stringContaining(message) }]);
    expect(await standing()).toEqual(before);
  });

  test('is left out when that is wanted', async () => {
    const view = await importText('purchases', `id,day,pieces,price\n${good}\n1,never,1,1\n`, {
      ...mapping,
      skipRejected: true,
    });
    expect(view).toMatchObject({ state: 'succeeded', rows: { accepted: 1, rejected: 1 } });
  });
});

describe('a file that does not fit', () => {
  test('a column that is not there is named', async () => {
    const before = await standing();
    const view = await importText('purchases', 'id,date,pieces,price\n1,2020-01-01,1,1\n', mapping);
    expect(view.state).toBe('failed');
    expect(view.work?.steps[0]?.cause).toMatch(/no column .day/);
    expect(await standing()).toEqual(before);
  });

  test('an empty file and a picture are told apart from rows', async () => {
    const before = await standing();
    const empty = await importText('purchases', 'id,day,pieces,price\n', mapping);
    expect(empty).toMatchObject({ state: 'failed' });
    const picture = await importText('purchases', '\u0089PNG\r\n\u001a\n\u0000\u0000', mapping);
    expect(picture).toMatchObject({ state: 'failed' });
    expect(await standing()).toEqual(before);
  });

  test('a mapping without a field that is needed is refused at once, by its name', async () => {
    const { id } = await announce('purchases', 10);
    const params = { importId: id };
    await api().uploadImportFile({ params, body: new TextEncoder().encode('id,day\n1,2') });
    const columns = { customerId: 'id', purchasedOn: 'day' };
    const told = await refused(api().startImport({ params, body: { ...mapping, columns } }));
    expect(told?.status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify(told)).toContain('quantity');
  });

  test('one over the limit is refused when announced, and when sent', async () => {
    expect(await refused(announce('purchases', MAX_IMPORT_BYTES + 1))).toMatchObject({
      status: 400,
      errors: [{ pointer: '/body/bytes' }],
    });
    const { id } = await announce('purchases', 10);
    const response = await foo.admin.fetch(`/api/customer-management/imports/${id}/file`, {
      method: 'PUT',
      headers: {
        'content-type': 'application/octet-stream',
        'content-length': String(MAX_IMPORT_BYTES + 1),
        // The bytes that were announced never come: the connection is of no further use.
        connection: 'close',
      },
      signal: AbortSignal.timeout(10_000),
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: 'payload_too_large' });
    expect(await api().getImport({ params: { importId: id } })).toMatchObject({
      state: 'awaiting_file',
    });
  });
});

describe('a dataset that nobody has', () => {
  test('can neither be previewed nor extracted, and nothing is queued', async () => {
    const data = foo.admin.api('data-management');
    const preview = data.previewDataset({ params: { dataset: 'salaries' }, body: {} });
    expect(await refused(preview)).toMatchObject({ status: 404, code: 'dataset_unavailable' });
    const request = data.requestExtract({
      body: { datasets: [{ name: 'salaries' }], purpose: 'Curiosity' },
      idempotencyKey: crypto.randomUUID(),
    });
    expect(await refused(request)).toMatchObject({ code: 'dataset_unavailable' });
    expect((await data.listExtracts()).items).toEqual([]);
  });
});
