import { AwsError } from '../wire/errors.ts';

/** Input of the query protocol: texts, lists and structures (`wire/query-protocol.ts`). */
export type Input = Readonly<Record<string, unknown>>;

const invalid = (message: string): AwsError => new AwsError('ValidationException', message);

const constraint = (name: string, value: string, rule: string): AwsError =>
  invalid(
    `1 validation error detected: Value '${value}' at '${name.charAt(0).toLowerCase()}${name.slice(1)}' failed to satisfy constraint: ${rule}`,
  );

export function optionalText(input: Input, name: string): string | null {
  const value = input[name];
  if (value === undefined) return null;
  if (typeof value !== 'string') throw invalid(`${name} must be a text.`);
  // PostgreSQL holds no NUL.
  if (value.includes('\0')) throw invalid(`${name} has a character that is not allowed.`);
  return value;
}

export function text(input: Input, name: string, pattern: RegExp): string {
  const value = optionalText(input, name);
  if (value === null || value === '') {
    throw constraint(name, '', 'Member must not be null');
  }
  if (!pattern.test(value)) {
    throw constraint(
      name,
      value.slice(0, 200),
      `Member must satisfy regular expression pattern: ${pattern.source}`,
    );
  }
  return value;
}

export function integer(
  input: Input,
  name: string,
  range: { readonly min: number; readonly max: number; readonly fallback: number },
): number {
  const value = optionalText(input, name);
  if (value === null) return range.fallback;
  const number = Number(value);
  if (!/^\d{1,9}$/.test(value) || number < range.min || number > range.max) {
    throw constraint(name, value, `Member must be between ${range.min} and ${range.max}`);
  }
  return number;
}

/** An empty list comes as an empty text. */
export function list(input: Input, name: string, maxLength: number): readonly unknown[] {
  const value = input[name];
  if (value === undefined || value === '') return [];
  if (!Array.isArray(value)) throw invalid(`${name} must be a list.`);
  if (value.length > maxLength) {
    throw constraint(
      name,
      `${value.length} items`,
      `Member must have length less than or equal to ${maxLength}`,
    );
  }
  return value;
}

export const texts = (input: Input, name: string, maxLength: number): readonly string[] =>
  list(input, name, maxLength).map((item) => {
    if (typeof item === 'string') return item;
    throw invalid(`${name} must be a list of texts.`);
  });

const tagKey = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const tagValue = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;

/** At most 50 tags; keys differ also when case is ignored. */
export function tags(input: Input, name = 'Tags'): Record<string, string> {
  const seen = new Set<string>();
  const entries = list(input, name, 50).map((item) => {
    const tag = (typeof item === 'object' && item !== null ? item : {}) as Input;
    const key = text(tag, 'Key', tagKey);
    const value = optionalText(tag, 'Value') ?? '';
    if (!tagValue.test(value)) throw constraint('tagValue', value.slice(0, 200), 'Invalid value');
    if (/^aws:/i.test(key)) throw invalid('System tags cannot be added/updated by requester');
    if (seen.has(key.toLowerCase())) {
      throw new AwsError(
        'InvalidInput',
        'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      );
    }
    seen.add(key.toLowerCase());
    return [key, value] as const;
  });
  return Object.fromEntries(entries);
}

export const tagList = (
  values: Readonly<Record<string, string>>,
): { Key: string; Value: string }[] =>
  Object.entries(values).map(([Key, Value]) => ({ Key, Value }));
