import type { Classification, ColumnDefinition, ColumnType, DatasetDefinition } from './dataset.ts';
import {
  type DataPolicy,
  type DatasetPolicy,
  type Filter,
  type MaskingRule,
  tighter,
} from './policy.ts';

/** What one requester gets of a column. */
export interface ColumnVerdict {
  readonly name: string;
  readonly type: ColumnType;
  readonly description: string;
  readonly classification: Classification | null;
  readonly verdict: 'as is' | 'masked' | 'withheld';
  /** How it is masked or why it is withheld. */
  readonly reason: string | null;
  readonly rule: MaskingRule;
}

export interface DatasetVerdict {
  readonly columns: readonly ColumnVerdict[];
  /** Conditions that the policies put on the rows. */
  readonly rows: Filter;
}

/**
 * What the policies together give a data role of a dataset: of each column the tightest rule, of the rows those that
 * all policies allow. Null when a policy does not give the dataset to the role. Policies: the provider's first.
 */
export function decide(
  dataset: DatasetDefinition,
  dataRole: string,
  policies: readonly [DataPolicy, ...DataPolicy[]],
): DatasetVerdict | null {
  const given: DatasetPolicy[] = [];
  for (const { roles } of policies) {
    const policy = lookUp(lookUp(roles, dataRole)?.datasets, dataset.name);
    if (policy === undefined) return null;
    given.push(policy);
  }
  return {
    columns: dataset.columns.map((column) => columnVerdict(column, given)),
    rows: given.flatMap(({ rows }) => rows ?? []),
  };
}

function columnVerdict(
  column: ColumnDefinition,
  policies: readonly DatasetPolicy[],
): ColumnVerdict {
  const { name, type, description, classification } = column;
  const rule = fitting(column, policies.map((policy) => ruleFor(column, policy)).reduce(tighter));
  return { name, type, description, classification, ...explain(rule), rule };
}

function ruleFor({ name, classification }: ColumnDefinition, policy: DatasetPolicy): MaskingRule {
  if (classification === null) {
    return { rule: 'withhold', why: 'nobody has classified this column yet' };
  }
  const rule = lookUp(policy.columns, name) ?? policy.byClassification[classification];
  return rule ?? { rule: 'withhold', why: `the policy gives no ${classification} columns` };
}

/** A rule that cannot be applied must not let the raw value through. */
function fitting(column: ColumnDefinition, rule: MaskingRule): MaskingRule {
  const isDate = column.type === 'date' || column.type === 'timestamptz';
  const fits =
    (rule.rule !== 'truncateDate' || isDate) && (rule.rule !== 'partial' || column.type === 'text');
  if (fits) return rule;
  return { rule: 'withhold', why: `the policy’s rule does not fit the type ${column.type}` };
}

function explain(rule: MaskingRule): Pick<ColumnVerdict, 'verdict' | 'reason'> {
  if (rule.rule === 'asIs') return { verdict: 'as is', reason: null };
  if (rule.rule === 'withhold') return { verdict: 'withheld', reason: rule.why };
  return { verdict: 'masked', reason: describeRule(rule) };
}

/** The rule in words, for people and for manifests. */
export function describeRule(rule: MaskingRule): string {
  switch (rule.rule) {
    case 'asIs':
      return 'as is';
    case 'withhold':
      return `withheld: ${rule.why}`;
    case 'pseudonym':
      return 'replaced by a keyed pseudonym that joins with the tenant’s other datasets';
    case 'truncateDate':
      return `cut to the ${rule.unit}`;
    case 'partial':
      return describePartial(rule);
  }
}

function describePartial(rule: Extract<MaskingRule, { rule: 'partial' }>): string {
  switch (rule.of) {
    case 'characters':
      return `all but the first ${rule.keepStart} and last ${rule.keepEnd} characters hidden`;
    case 'email':
      return rule.keepDomain
        ? 'all but the first character and the domain hidden'
        : 'all but the first character hidden';
    case 'phone':
      return `all but the last ${rule.keepEnd} digits hidden`;
  }
}

/** A role or a column may be called like something every object has. */
function lookUp<Value>(of: Readonly<Record<string, Value>> | undefined, name: string) {
  return of !== undefined && Object.hasOwn(of, name) ? of[name] : undefined;
}
