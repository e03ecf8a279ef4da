import type { z } from 'zod';

/** Every fault of the environment at once, so that nobody repairs it one restart at a time. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Pure: reads nothing but `environment`. Throws `ConfigurationError` naming each variable that is missing or wrong. */
export const readEnvironment = <Schema extends z.ZodType>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<z.output<Schema>> => {
  const read = schema.safeParse(environment);
  if (read.success) return Object.freeze(read.data);
  const faults = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigurationError(`The environment is not usable:\n  ${faults.join('\n  ')}`);
};
