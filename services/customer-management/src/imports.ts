import type { ImportMapping, ImportView } from '@atelier/contracts';
import { BusinessError, type LongWork, notFound, type TenantScope } from '@atelier/service-kit';
import { IMPORT_FIELDS } from './import-fields.ts';
import { sampleFile } from './import-reader.ts';
import {
  deleteChunks,
  findImport,
  insertImport,
  markReceived,
  putChunk,
  type StoredImport,
  setMapping,
} from './import-store.ts';
import type { ImportMemo, ImportRequest } from './import-workflow.ts';

export interface ImportDeps {
  readonly work: LongWork<ImportRequest, ImportMemo>;
}

const CHUNK_BYTES = 1024 * 1024;
const SAMPLE_BYTES = 16 * 1024;

const mustFind = async (scope: TenantScope, id: string): Promise<StoredImport> => {
  const stored = await scope.transaction((transaction) =>
    findImport(transaction, scope.tenantId, id),
  );
  if (stored === null) throw notFound('import');
  return stored;
};

/**
 * One import with its progress. The work is read before the row: what a step wrote before it ended is then never missed.
 * Throws `not_found`.
 */
export const readImportView = async (
  deps: ImportDeps,
  scope: TenantScope,
  id: string,
): Promise<ImportView> => {
  const view = await deps.work.requests.get({ tenantId: scope.tenantId, id });
  const work = view === null ? null : await deps.work.show(view);
  const stored = await mustFind(scope, id);
  return {
    id: stored.id,
    kind: stored.kind,
    fileName: stored.fileName,
    bytes: stored.receivedBytes ?? stored.announcedBytes,
    state: work?.state ?? (stored.receivedBytes === null ? 'awaiting_file' : 'awaiting_mapping'),
    sample: stored.sample,
    mapping: stored.mapping,
    rows: stored.rows,
    work,
    createdAt: stored.createdAt,
  };
};

export const announceImport = async (
  deps: ImportDeps,
  scope: TenantScope,
  given: { id: string; kind: 'customers' | 'purchases'; fileName: string; bytes: number },
): Promise<ImportView> => {
  await scope.transaction((transaction) => insertImport(transaction, scope.tenantId, given));
  return readImportView(deps, scope, given.id);
};

const mustAwait = async (deps: ImportDeps, scope: TenantScope, id: string) => {
  const stored = await mustFind(scope, id);
  if ((await deps.work.requests.get({ tenantId: scope.tenantId, id })) !== null) {
    throw new BusinessError('conflict', 'This import has started; begin another one.');
  }
  return stored;
};

/** Keeps the file; a second upload replaces the first, and a broken one leaves nothing. */
export const receiveFile = async (
  deps: ImportDeps,
  scope: TenantScope,
  given: { id: string; body: AsyncIterable<Uint8Array> },
): Promise<ImportView> => {
  const stored = await mustAwait(deps, scope, given.id);
  await scope.transaction(async (transaction) => {
    await deleteChunks(transaction, scope.tenantId, given.id);
    let bytes = 0;
    let number = 0;
    let beginning: Uint8Array | null = null;
    for await (const chunk of inChunks(given.body, CHUNK_BYTES)) {
      beginning ??= chunk.subarray(0, SAMPLE_BYTES);
      await putChunk(transaction, scope.tenantId, given.id, number, chunk);
      bytes += chunk.byteLength;
      number += 1;
    }
    if (bytes !== stored.announcedBytes) {
      throw new BusinessError(
        'import_invalid',
        `${stored.announcedBytes} bytes were announced, ${bytes} came; send the file again.`,
      );
    }
    const sample = await sampleFile(beginning ?? new Uint8Array());
    await markReceived(transaction, scope.tenantId, given.id, { bytes, sample });
  });
  return readImportView(deps, scope, given.id);
};

async function* inChunks(body: AsyncIterable<Uint8Array>, size: number): AsyncIterable<Buffer> {
  let pending: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of body) {
    pending.push(piece);
    bytes += piece.byteLength;
    if (bytes < size) continue;
    yield Buffer.concat(pending);
    pending = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(pending);
}

/** Starts the reading once the mapping names every field that is needed and no other. */
export const startImport = async (
  deps: ImportDeps,
  scope: TenantScope,
  given: { id: string; mapping: ImportMapping; skipRejected: boolean },
): Promise<ImportView> => {
  const stored = await mustAwait(deps, scope, given.id);
  if (stored.receivedBytes === null) {
    throw new BusinessError('import_file_missing', 'Send the file first.');
  }
  mustFit(stored.kind, given.mapping);
  await scope.transaction((transaction) =>
    setMapping(transaction, scope.tenantId, given.id, given.mapping),
  );
  await deps.work.requests.submit({
    tenantId: scope.tenantId,
    id: given.id,
    request: { kind: stored.kind, mapping: given.mapping, skipRejected: given.skipRejected },
  });
  return readImportView(deps, scope, given.id);
};

const mustFit = (kind: StoredImport['kind'], mapping: ImportMapping): void => {
  const fields = IMPORT_FIELDS[kind];
  const faults = [
    ...fields
      .filter(({ name, required }) => required && mapping.columns[name] === undefined)
      .map(({ name }) => ({ pointer: `/body/columns/${name}`, message: 'is not mapped' })),
    ...Object.entries(mapping.columns)
      .filter(([name]) => !fields.some((field) => field.name === name))
      .map(([name]) => ({
        pointer: `/body/columns/${name}`,
        message: `is no field of ${kind}; these are: ${fields.map((field) => field.name).join(', ')}`,
      })),
    ...Object.entries(mapping.columns)
      .filter(([, column]) => typeof column === 'string' && !mapping.header)
      .map(([name]) => ({
        pointer: `/body/columns/${name}`,
        message: 'must be a number, since the file has no header',
      })),
  ];
  if (faults.length > 0) {
    throw new BusinessError('import_invalid', 'The mapping does not fit.', { fields: faults });
  }
};

export const cancelImport = async (
  deps: ImportDeps,
  scope: TenantScope,
  id: string,
): Promise<ImportView> => {
  await mustFind(scope, id);
  const key = { tenantId: scope.tenantId, id };
  if ((await deps.work.requests.get(key)) === null) {
    throw new BusinessError('not_cancellable', 'The import has not started.');
  }
  await deps.work.requests.cancel(key);
  return readImportView(deps, scope, id);
};
