import { createHash } from 'node:crypto';
import type { ExtractColumn } from '@atelier/cloud/ports';
import { escapeIdentifier } from 'pg';
import type { ColumnDefinition, DatasetDefinition } from './dataset.ts';
import { compileFilter, type FilterOperand } from './filter.ts';
import { typedLiteral } from './literal.ts';
import { maskExpression } from './mask-expression.ts';
import type { Filter } from './policy.ts';
import { type DatasetVerdict, describeRule } from './verdicts.ts';

/** Nothing is left of a dataset for this requester. */
export class NothingToExtractError extends Error {
  readonly code = 'dataset_unavailable';

  constructor(dataset: string) {
    super(`no column of ${dataset} may be extracted`);
    this.name = 'NothingToExtractError';
  }
}

export interface CompileSelect {
  readonly dataset: DatasetDefinition;
  readonly verdict: DatasetVerdict;
  /** The requester's own. It sees what the requester sees: conditions on a masked column compare masked values. */
  readonly filter?: Filter;
  /** RFC 3339. Rows that had happened and were not deleted by then; without it those not deleted now. */
  readonly asOf?: string;
  readonly limit?: number;
  readonly keyVersion: number;
  /** Where the extension pgcrypto lives; default `public`. */
  readonly pgcryptoSchema?: string;
}

export interface CompiledSelect {
  readonly sql: string;
  /** SHA-256 of `sql`, hexadecimal. */
  readonly sqlHash: string;
  readonly schema: readonly ExtractColumn[];
  /** By column, withheld ones included: the rule in words. */
  readonly masking: Readonly<Record<string, string>>;
}

/**
 * The one SELECT that gives a requester what the verdict allows. Holds no key and no text of the requester's but quoted
 * literals. Throws `InvalidFilterError` and `NothingToExtractError`.
 */
export function compileSelect({
  dataset,
  verdict,
  filter = [],
  asOf,
  limit,
  keyVersion,
  pgcryptoSchema = 'public',
}: CompileSelect): CompiledSelect {
  if (!Number.isSafeInteger(keyVersion)) throw new Error('the key version is no integer');
  const deps = { dataset, keyVersion, pgcryptoSchema };
  const definitions = new Map(dataset.columns.map((column) => [column.name, column]));
  const given = new Map<string, { column: ColumnDefinition; operand: FilterOperand }>();
  for (const { name, rule } of verdict.columns) {
    const column = definitions.get(name);
    const operand = column === undefined ? null : maskExpression(deps, column, rule);
    if (column !== undefined && operand !== null) given.set(name, { column, operand });
  }
  if (given.size === 0) throw new NothingToExtractError(dataset.name);

  const conditions = [
    ...inTime(dataset, asOf),
    ...compileFilter(verdict.rows, (name) => rawOperand(definitions.get(name))),
    ...compileFilter(filter, (name) => given.get(name)?.operand ?? 'you get no such column'),
  ];
  const columns = [...given].map(
    ([name, { operand }]) => `  ${operand.sql} as ${escapeIdentifier(name)}`,
  );
  const sql = [
    'select',
    columns.join(',\n'),
    `from ${escapeIdentifier(dataset.table.schema)}.${escapeIdentifier(dataset.table.name)}`,
    `where ${conditions.join('\n  and ')}`,
    ...(limit === undefined ? [] : [limitClause(limit)]),
  ].join('\n');

  return {
    sql,
    sqlHash: createHash('sha256').update(sql).digest('hex'),
    schema: [...given.values()].map(({ column, operand }) => extractColumn(column, operand)),
    masking: Object.fromEntries(
      verdict.columns.map(({ name, rule }) => [name, describeRule(rule)]),
    ),
  };
}

/** A policy's own conditions are put on raw values. */
const rawOperand = (column: ColumnDefinition | undefined): FilterOperand | string =>
  column === undefined
    ? 'there is no such column'
    : { sql: escapeIdentifier(column.name), type: column.type };

function inTime({ time }: DatasetDefinition, asOf: string | undefined): string[] {
  const deletedAt = escapeIdentifier(time.deletedAt);
  if (asOf === undefined) return [`(${deletedAt} is null)`];
  const instant = typedLiteral('timestamptz', asOf);
  if (instant === null) throw new Error('asOf is no RFC 3339 time');
  return [
    `(${escapeIdentifier(time.occurredAt)} <= ${instant})`,
    `(${deletedAt} is null or ${deletedAt} > ${instant})`,
  ];
}

function limitClause(limit: number): string {
  if (!Number.isSafeInteger(limit) || limit < 0) throw new Error('the limit is no row count');
  return `limit ${limit}`;
}

function extractColumn(
  { name, precision }: ColumnDefinition,
  { type }: FilterOperand,
): ExtractColumn {
  switch (type) {
    case 'text':
    case 'uuid':
      return { name, type: 'string' };
    case 'integer':
    case 'bigint':
      return { name, type: 'integer' };
    case 'numeric':
      return precision === undefined
        ? { name, type: 'string' }
        : { name, type: 'decimal', precision };
    case 'double precision':
      return { name, type: 'double' };
    case 'boolean':
      return { name, type: 'boolean' };
    case 'date':
      return { name, type: 'date' };
    case 'timestamptz':
      return { name, type: 'timestamp' };
  }
}
