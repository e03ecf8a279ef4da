export {
  type CompiledSelect,
  type CompileSelect,
  compileSelect,
  NothingToExtractError,
} from './compile-select.ts';
export type {
  Classification,
  ColumnDefinition,
  ColumnType,
  DatasetDefinition,
} from './dataset.ts';
export { type FilterFault, InvalidFilterError } from './filter.ts';
export { MASKING_KEY_SETTING } from './mask-expression.ts';
export {
  type Condition,
  type DataPolicy,
  type DatasetPolicy,
  dataPolicy,
  type Filter,
  type MaskingRule,
  maskingRule,
} from './policy.ts';
export { type ColumnVerdict, type DatasetVerdict, decide, describeRule } from './verdicts.ts';
