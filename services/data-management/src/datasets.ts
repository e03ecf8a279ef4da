import type { ColumnVerdict, Dataset, Filter, TenantRole } from '@atelier/contracts';
import {
  type CompiledSelect,
  compileSelect,
  type DatasetDefinition,
  type DatasetVerdict,
  decide,
  InvalidFilterError,
  NothingToExtractError,
} from '@atelier/masking';
import { BusinessError } from '@atelier/service-kit';
import pg from 'pg';
import { readCatalogue } from './catalogue.ts';
import { KEY_VERSION } from './extraction-login.ts';
import { PROVIDER_POLICY } from './provider-policy.ts';
import type { Replica, ReplicaQuery } from './replica.ts';

interface Offered {
  readonly definition: DatasetDefinition;
  readonly verdict: DatasetVerdict;
}

const offeredTo = async (query: ReplicaQuery, dataRole: TenantRole): Promise<Offered[]> =>
  (await readCatalogue(query)).flatMap((definition) => {
    const verdict = decide(definition, dataRole, [PROVIDER_POLICY]);
    return verdict === null ? [] : [{ definition, verdict }];
  });

/**
 * How many rows there are, counted under the tenant's own row-level security. What the planner would estimate is made from
 * the rows of all tenants, and tells of them.
 */
const countRows = async (query: ReplicaQuery, from: string): Promise<number> => {
  const { rows } = await query<{ count: string }>(`select count(*) from ${from}`);
  return Number(rows[0]?.count ?? 0);
};

const rowsKept = ({ table, time }: DatasetDefinition): string => {
  const { escapeIdentifier: name } = pg;
  return `${name(table.schema)}.${name(table.name)} where ${name(time.deletedAt)} is null`;
};

const shown = ({ rule: _, ...verdict }: DatasetVerdict['columns'][number]): ColumnVerdict =>
  verdict;

/** What this data role gets, column by column, and how fresh the replica is. */
export const listDatasets = (
  replica: Replica,
  given: { tenantId: string; dataRole: TenantRole },
): Promise<Dataset[]> =>
  replica.read(given.tenantId, async (query) => {
    const { rows } = await query<{ at: Date | null }>(
      'select pg_last_xact_replay_timestamp() as at',
    );
    const asOf = rows[0]?.at?.toISOString() ?? null;
    const datasets: Dataset[] = [];
    for (const { definition, verdict } of await offeredTo(query, given.dataRole)) {
      datasets.push({
        name: definition.name,
        title: definition.title,
        description: definition.description,
        columns: verdict.columns.map(shown),
        estimatedRows: await countRows(query, rowsKept(definition)),
        asOf,
      });
    }
    return datasets;
  });

/** The one SELECT of a dataset for this data role. Throws `dataset_unavailable` or `invalid_request`. */
const compile = (
  offered: readonly Offered[],
  given: { name: string; filter: Filter; pointer: string; limit?: number },
): CompiledSelect => {
  const found = offered.find(({ definition }) => definition.name === given.name);
  if (found === undefined) {
    throw new BusinessError('dataset_unavailable', `There is no dataset “${given.name}” for you.`, {
      fields: [{ pointer: given.pointer, message: 'is no dataset that you may have' }],
    });
  }
  try {
    return compileSelect({
      dataset: found.definition,
      verdict: found.verdict,
      filter: given.filter.map(({ value, ...condition }) => ({
        ...condition,
        ...(value === undefined ? {} : { value }),
      })),
      keyVersion: KEY_VERSION,
      ...(given.limit === undefined ? {} : { limit: given.limit }),
    });
  } catch (error) {
    if (error instanceof InvalidFilterError) {
      throw new BusinessError('invalid_request', 'The filter cannot be applied.', {
        fields: error.faults.map(({ index, message }) => ({
          pointer: `${given.pointer}/filter/${index}`,
          message,
        })),
      });
    }
    if (error instanceof NothingToExtractError) {
      throw new BusinessError(
        'dataset_unavailable',
        `Nothing of “${given.name}” may be extracted.`,
      );
    }
    throw error;
  }
};

export interface CompiledDataset extends CompiledSelect {
  readonly name: string;
}

/** What an extract of these datasets would run, fixed at the time of the request. */
export const compileDatasets = (
  replica: Replica,
  given: {
    tenantId: string;
    dataRole: TenantRole;
    datasets: readonly { name: string; filter: Filter }[];
  },
): Promise<CompiledDataset[]> =>
  replica.read(given.tenantId, async (query) => {
    const offered = await offeredTo(query, given.dataRole);
    return given.datasets.map(({ name, filter }, index) => ({
      name,
      ...compile(offered, { name, filter, pointer: `/body/datasets/${index}` }),
    }));
  });

const PREVIEW_ROWS = 20;
/** Measured on the reference machine; told as an estimate. */
const ROWS_PER_SECOND = 250_000;
const START_SECONDS = 1;

type Cell = string | number | boolean | null;

/** Values as JSON carries them: big numbers and times as text. */
const toCell = (value: unknown): Cell => {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
};

/** Twenty rows through the very SQL that the extract would run, and what the whole would cost. */
export const previewDataset = (
  replica: Replica,
  given: { tenantId: string; dataRole: TenantRole; name: string; filter: Filter },
) =>
  replica.read(given.tenantId, async (query) => {
    const offered = await offeredTo(query, given.dataRole);
    const asked = { name: given.name, filter: given.filter, pointer: '/body' };
    const whole = compile(offered, asked);
    const { sql } = compile(offered, { ...asked, limit: PREVIEW_ROWS });
    const { rows } = await query<Record<string, unknown>>(sql);
    const cells = rows.map((row) => whole.schema.map(({ name }) => toCell(row[name])));
    const estimatedRows = await countRows(query, `(${whole.sql}) as whole`);
    const bytesPerRow = Buffer.byteLength(JSON.stringify(cells)) / Math.max(1, cells.length);
    return {
      columns: whole.schema.map(({ name, type }) => ({ name, type })),
      rows: cells,
      sqlHash: whole.sqlHash,
      estimatedRows,
      estimatedBytes: Math.round(estimatedRows * bytesPerRow),
      estimatedSeconds: Math.round((START_SECONDS + estimatedRows / ROWS_PER_SECOND) * 10) / 10,
    };
  });
