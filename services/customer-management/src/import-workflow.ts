import type { ImportMapping } from '@atelier/contracts';
import { defineWorkflow, done, fail, type Step, type StepContext } from '@atelier/reconciler';
import type { ScopedTransaction, TenantScope, WorkContext } from '@atelier/service-kit';
import { writeAsOf } from './as-of.ts';
import { type ImportLine, type ImportRow, readImport, UnreadableFile } from './import-reader.ts';
import {
  deleteChunks,
  putCustomers,
  putFaults,
  putPurchases,
  readChunks,
  type StoredFault,
  type StoredImport,
  setRowCounts,
  unknownCustomers,
} from './import-store.ts';
import { rowId } from './row-id.ts';

export const IMPORT = 'import';

export interface ImportRequest {
  readonly kind: StoredImport['kind'];
  readonly mapping: ImportMapping;
  readonly skipRejected: boolean;
}

export type ImportMemo = Record<never, never>;

type Context = StepContext<ImportRequest, ImportMemo> & WorkContext;
type ImportStep = Step<ImportRequest, ImportMemo, WorkContext>;

const BATCH = 1000;
/** Attempts over about twenty minutes. */
const PATIENCE = 25;
/** Enough to see what is wrong with a file; the count goes on. */
const KEPT_FAULTS = 1000;

interface Outcome {
  readonly read: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly faults: readonly StoredFault[];
}

/** Undoes the transaction while its findings are kept. */
class Rejected extends Error {
  readonly outcome: Outcome;
  constructor(outcome: Outcome) {
    super(`${outcome.rejected} lines were rejected`);
    this.outcome = outcome;
  }
}

/**
 * Reads the whole file in one transaction: either everything that was read is there, or nothing. Then the scores that the
 * new data made stale are computed anew.
 */
export const importWorkflow = (deps: { rescore: (scope: TenantScope) => Promise<unknown> }) => {
  const read: ImportStep = {
    name: 'read',
    expectedMs: 3000,
    run: async (ctx) => {
      const { scope, request } = ctx;
      try {
        const outcome = await scope.transaction(async (transaction) => {
          const found = await readLines(ctx, transaction);
          if (found.rejected > 0 && !request.skipRejected) throw new Rejected(found);
          if (request.mapping.asOf !== undefined) {
            await writeAsOf(transaction, scope.tenantId, request.mapping.asOf);
          }
          await transaction.publish({
            type: 'CustomersChanged',
            version: 1,
            tenantId: scope.tenantId,
          });
          await transaction.audit({
            operation: 'import',
            resource: ctx.id,
            detail: `${found.accepted} ${request.kind}`,
          });
          await keep(transaction, ctx, found);
          await deleteChunks(transaction, scope.tenantId, ctx.id);
          return found;
        });
        return outcome.read === 0
          ? fail({
              cause: 'The file has no lines.',
              remedy: 'Choose another file.',
              retryable: false,
            })
          : done();
      } catch (error) {
        ctx.signal.throwIfAborted();
        if (error instanceof Rejected) {
          await scope.transaction((transaction) => keep(transaction, ctx, error.outcome));
          return fail({
            cause: `${error.outcome.rejected} of ${error.outcome.read} lines cannot be read; nothing was imported.`,
            remedy: 'Correct the lines that are listed, or import without them.',
            retryable: false,
          });
        }
        if (error instanceof UnreadableFile) {
          return fail({ cause: error.message, remedy: 'Correct the mapping.', retryable: false });
        }
        throw error;
      }
    },
  };

  const rescore: ImportStep = {
    name: 'scores',
    expectedMs: 1000,
    // The rows are in: what only the scores wait for must not make the import one that failed.
    maxAttempts: PATIENCE,
    run: async ({ scope }) => {
      await scope.transaction((transaction) => transaction.query('select refresh_statistics()'));
      await deps.rescore(scope);
      return done();
    },
  };

  return defineWorkflow<ImportRequest, ImportMemo, WorkContext>({
    kind: IMPORT,
    steps: [read, rescore],
    cancel: async () => done(),
  });
};

const keep = async (transaction: ScopedTransaction, ctx: Context, outcome: Outcome) => {
  const { tenantId } = ctx.scope;
  await putFaults(transaction, tenantId, ctx.id, outcome.faults);
  await setRowCounts(transaction, tenantId, ctx.id, outcome);
};

const readLines = async (ctx: Context, transaction: ScopedTransaction): Promise<Outcome> => {
  const { request, scope, signal } = ctx;
  const faults: StoredFault[] = [];
  let [read, accepted, rejected] = [0, 0, 0];
  const reject = (fault: StoredFault) => {
    rejected += 1;
    if (faults.length < KEPT_FAULTS) faults.push(fault);
  };
  const flush = async (batch: readonly Extract<ImportLine, { row: ImportRow }>[]) => {
    signal.throwIfAborted();
    accepted += await writeBatch(ctx, transaction, batch, reject);
  };
  let batch: Extract<ImportLine, { row: ImportRow }>[] = [];
  const bytes = readChunks(transaction, scope.tenantId, ctx.id);
  for await (const line of readImport(request.kind, request.mapping, bytes)) {
    read += 1;
    if ('row' in line) batch.push(line);
    else reject(line);
    if (batch.length === BATCH) {
      await flush(batch);
      batch = [];
    }
  }
  await flush(batch);
  return { read, accepted, rejected, faults };
};

/** Answers how many rows went in. */
const writeBatch = async (
  { request, tenantId, id }: Context,
  transaction: ScopedTransaction,
  batch: readonly Extract<ImportLine, { row: ImportRow }>[],
  reject: (fault: StoredFault) => void,
): Promise<number> => {
  const withIds = batch.map(({ line, row }) => ({ ...row, line, id: rowId(id, line) }));
  if (request.kind === 'customers') {
    await putCustomers(transaction, tenantId, withIds);
    return batch.length;
  }
  const unknown = await unknownCustomers(transaction, tenantId, [
    ...new Set(batch.map(({ row }) => row.customerId ?? '')),
  ]);
  const known = withIds.filter(({ line, ...row }) => {
    const { customerId = null } = row as ImportRow;
    if (customerId !== null && !unknown.has(customerId)) return true;
    reject({ line, column: 'customerId', message: `there is no customer ${customerId}` });
    return false;
  });
  await putPurchases(transaction, tenantId, request.mapping.currency, known);
  return known.length;
};
