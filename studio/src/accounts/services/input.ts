import { AwsError } from '../../wire/errors.ts';

/** How a service names a request that says something impossible. */
export type InvalidCode =
  | 'InvalidParametersException'
  | 'InvalidInputException'
  | 'ValidationError';

const invalid = (code: InvalidCode, message: string): AwsError => new AwsError(code, message);

export function requiredText(
  value: unknown,
  name: string,
  code: InvalidCode,
  maxLength = 512,
): string {
  if (typeof value !== 'string' || value === '') throw invalid(code, `${name} is missing.`);
  if (value.length > maxLength) {
    throw invalid(code, `${name} is longer than ${maxLength} characters.`);
  }
  if (value.includes('\0')) throw invalid(code, `${name} has a character that is not allowed.`);
  return value;
}

export const optionalText = (value: unknown, name: string, code: InvalidCode): string | null =>
  value === undefined || value === null || value === '' ? null : requiredText(value, name, code);

export function pageSize(value: unknown, max: number, code: InvalidCode): number {
  if (value === undefined || value === null || value === '') return max;
  const size = Number(value);
  if (!Number.isInteger(size) || size < 1 || size > max) {
    throw invalid(code, `The page size must be between 1 and ${max}.`);
  }
  return size;
}
