import type { ColumnType } from './dataset.ts';
import { typedLiteral } from './literal.ts';
import type { Condition, Filter } from './policy.ts';

export interface FilterFault {
  /** Place of the condition in the filter, from 0. */
  readonly index: number;
  readonly message: string;
}

/** A filter cannot be applied; tells every fault. */
export class InvalidFilterError extends Error {
  readonly code = 'invalid_filter';
  readonly faults: readonly FilterFault[];

  constructor(faults: readonly FilterFault[]) {
    super(faults.map(({ index, message }) => `condition ${index + 1}: ${message}`).join('; '));
    this.name = 'InvalidFilterError';
    this.faults = faults;
  }
}

/** What a condition may be put on: an SQL expression of a type. */
export interface FilterOperand {
  readonly sql: string;
  readonly type: ColumnType;
}

/** SQL comparisons, in parentheses. Throws `InvalidFilterError`. */
export function compileFilter(
  filter: Filter,
  operandOf: (column: string) => FilterOperand | string,
): string[] {
  const faults: FilterFault[] = [];
  const conditions = filter.map((condition, index) => {
    const operand = operandOf(condition.column);
    const compiled = typeof operand === 'string' ? operand : compileCondition(condition, operand);
    if (typeof compiled === 'string') faults.push({ index, message: compiled });
    return typeof compiled === 'string' ? '' : compiled.sql;
  });
  if (faults.length > 0) throw new InvalidFilterError(faults);
  return conditions;
}

/** The condition in SQL, or what is wrong with it. */
function compileCondition(
  { operator, value }: Condition,
  { sql, type }: FilterOperand,
): { sql: string } | string {
  switch (operator) {
    case 'is null':
    case 'is not null':
      return value === undefined ? { sql: `(${sql} ${operator})` } : `${operator} takes no value`;
    case 'in':
      return Array.isArray(value) ? compileIn(value, { sql, type }) : 'in takes a list of values';
    default: {
      const literal = typedLiteral(type, value);
      if (literal === null) return `not a value of type ${type}`;
      return { sql: `(${sql} ${operator === '!=' ? '<>' : operator} ${literal})` };
    }
  }
}

function compileIn(
  values: readonly unknown[],
  { sql, type }: FilterOperand,
): { sql: string } | string {
  if (values.length === 0) return { sql: '(false)' };
  const literals = values.map((value) => typedLiteral(type, value));
  if (literals.includes(null)) return `not all are values of type ${type}`;
  return { sql: `(${sql} in (${literals.join(', ')}))` };
}
