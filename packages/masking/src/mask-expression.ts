import { escapeIdentifier, escapeLiteral } from 'pg';
import {
  type ColumnDefinition,
  type ColumnType,
  type DatasetDefinition,
  pseudonymDomainOf,
} from './dataset.ts';
import type { FilterOperand } from './filter.ts';
import type { MaskingRule } from './policy.ts';

/** The connection's setting that holds the tenant's masking key; it never stands in SQL. */
export const MASKING_KEY_SETTING = 'atelier.masking_key';

/** 128 bits, so that two of a billion values collide with a chance of 1 in 10²⁰. */
const PSEUDONYM_DIGITS = 32;

const DOMAIN = /^[\w.-]{1,128}$/;

export interface MaskDeps {
  readonly dataset: DatasetDefinition;
  readonly keyVersion: number;
  /** Where the extension pgcrypto lives. */
  readonly pgcryptoSchema: string;
}

/** What leaves the database in place of a column; null when it is withheld. NULL stays NULL under every rule. */
export function maskExpression(
  deps: MaskDeps,
  column: ColumnDefinition,
  rule: MaskingRule,
): FilterOperand | null {
  const raw = escapeIdentifier(column.name);
  switch (rule.rule) {
    case 'withhold':
      return null;
    case 'asIs':
      return { sql: readable(deps.dataset, column, raw), type: column.type };
    case 'truncateDate':
      return {
        sql: truncated(column.type, readable(deps.dataset, column, raw), rule.unit),
        type: column.type,
      };
    case 'pseudonym':
      return { sql: pseudonym(deps, column, raw), type: 'text' };
    case 'partial':
      return { sql: partial(raw, rule), type: 'text' };
  }
}

/** Files cannot carry years before 1 or after 9999, nor infinity: such a row stops the extract rather than become wrong. */
function readable(
  dataset: DatasetDefinition,
  { name, type }: ColumnDefinition,
  raw: string,
): string {
  if (type !== 'date' && type !== 'timestamptz') return raw;
  // Cast from the row, so that the planner does not evaluate it beforehand; the value itself is not told.
  const fault = escapeLiteral(`${dataset.name}.${name} has a date outside the years 1 to 9999`);
  const refuse = `(left(${raw}::text, 0) || ${fault})::${type}`;
  const last = type === 'date' ? '9999-12-31' : '9999-12-31 23:59:59.999999+00';
  const first = type === 'date' ? '0001-01-01' : '0001-01-01 00:00:00+00';
  const within = `${raw} between '${first}'::${type} and '${last}'::${type}`;
  return `case when ${raw} is null or ${within} then ${raw} else ${refuse} end`;
}

const truncated = (type: ColumnType, readableSql: string, unit: string): string =>
  type === 'date'
    ? `date_trunc('${unit}', (${readableSql})::timestamp)::date`
    : `date_trunc('${unit}', ${readableSql}, 'UTC')`;

/** HMAC-SHA-256 over key version, domain and canonical value. An absent or empty key gives an error or NULL, no hash. */
function pseudonym(
  { dataset, keyVersion, pgcryptoSchema }: MaskDeps,
  column: ColumnDefinition,
  raw: string,
): string {
  const domain = pseudonymDomainOf(dataset, column);
  if (!DOMAIN.test(domain)) throw new Error(`${domain} is no name of a pseudonym domain`);
  const message = `'v${keyVersion}:${domain}:' || ${canonical(column, raw)}`;
  const key = `nullif(current_setting('${MASKING_KEY_SETTING}'), '')`;
  const hmac = `${escapeIdentifier(pgcryptoSchema)}.hmac(${message}, ${key}, 'sha256')`;
  return `left(encode(${hmac}, 'hex'), ${PSEUDONYM_DIGITS})`;
}

/** One form for what is meant to be one value. ASCII alone changes case, which every system does alike. */
function canonical({ type, form }: ColumnDefinition, raw: string): string {
  if (type !== 'text') return `${raw}::text`;
  const trimmed = `btrim(${raw}, E' \\t\\n\\r')`;
  return form === 'email'
    ? `translate(${trimmed}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')`
    : trimmed;
}

/** Three stars whatever was hidden: its length would tell something. */
function partial(raw: string, rule: Extract<MaskingRule, { rule: 'partial' }>): string {
  switch (rule.of) {
    case 'characters': {
      const { keepStart, keepEnd } = rule;
      const ends = `left(${raw}, ${keepStart}) || '***' || right(${raw}, ${keepEnd})`;
      return `case when length(${raw}) > ${keepStart + keepEnd} then ${ends} else '***' || left(${raw}, 0) end`;
    }
    case 'email': {
      const domain = rule.keepDomain ? `substring(${raw} from '[^@]*$')` : `'***'`;
      return `case when strpos(${raw}, '@') > 1 then left(${raw}, 1) || '***@' || ${domain} else '***' || left(${raw}, 0) end`;
    }
    case 'phone': {
      const digits = `regexp_replace(${raw}, '[^0-9]', '', 'g')`;
      const enough = rule.keepEnd + 4;
      return `case when length(${digits}) >= ${enough} then '***' || right(${digits}, ${rule.keepEnd}) else '***' || left(${raw}, 0) end`;
    }
  }
}
