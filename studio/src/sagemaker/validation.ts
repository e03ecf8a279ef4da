import { z } from 'zod';
import { AwsError, validationError } from '../wire/errors.ts';
import { namePattern } from './names.ts';

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** `inputDataConfig.1.member.channelName`: how Amazon writes a path. */
const memberPath = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `${part + 1}.member` : lowerFirst(String(part))))
    .join('.');

const valueAt = (input: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined,
    input,
  );

const shown = (value: unknown): string => {
  if (value === undefined || value === null) return 'null';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};

/** Amazon's words for a constraint; null for what is no constraint but a wrong type. */
const constraint = (issue: z.core.$ZodIssue, value: unknown): string | null => {
  if (value === undefined || value === null) return 'Member must not be null';
  switch (issue.code) {
    case 'too_big':
      return issue.origin === 'number'
        ? `Member must have value less than or equal to ${issue.maximum}`
        : `Member must have length less than or equal to ${issue.maximum}`;
    case 'too_small':
      return issue.origin === 'number'
        ? `Member must have value greater than or equal to ${issue.minimum}`
        : `Member must have length greater than or equal to ${issue.minimum}`;
    case 'invalid_format':
      return `Member must satisfy regular expression pattern: ${'pattern' in issue ? String(issue.pattern).replace(/^\/|\/u?$/gu, '') : issue.format}`;
    case 'invalid_value':
      return `Member must satisfy enum value set: [${issue.values.map(String).join(', ')}]`;
    case 'custom':
      return issue.message;
    default:
      return null;
  }
};

/** Reads a request; throws `ValidationException` naming every fault as Amazon does. Members unknown here are dropped. */
export const read = <Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.output<Schema> => {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => {
    const value = valueAt(input, issue.path);
    const broken = constraint(issue, value);
    if (broken === null) {
      throw new AwsError(
        'SerializationException',
        `The member '${memberPath(issue.path)}' has the wrong type.`,
      );
    }
    return `Value '${shown(value)}' at '${memberPath(issue.path)}' failed to satisfy constraint: ${broken}`;
  });
  throw validationError(
    `${faults.length} validation error${faults.length === 1 ? '' : 's'} detected: ${faults.join('; ')}`,
  );
};

export const resourceName = z.string().max(63).regex(namePattern);

export const roleArn = z
  .string()
  .min(20)
  .max(2048)
  .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/u);

export const s3Uri = z
  .string()
  .max(1024)
  .regex(/^(https|s3):\/\/([^/]+)\/?(.*)$/u);

export const tagList = z
  .array(
    z.object({
      Key: z
        .string()
        .min(1)
        .max(128)
        .regex(/^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/u),
      Value: z
        .string()
        .max(256)
        .regex(/^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/u),
    }),
  )
  .max(50);

/** Environment of a container. */
export const environment = z
  .record(
    z
      .string()
      .max(512)
      .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/u),
    z.string().max(4096),
  )
  .refine((entries) => Object.keys(entries).length <= 100, {
    message: 'Member must have length less than or equal to 100',
  });

const time = z.number().transform((seconds) => new Date(seconds * 1000));

/** Members that all List operations share. */
export const listing = <const Sort extends readonly [string, ...string[]]>(sorts: Sort) =>
  z.object({
    NextToken: z.string().max(8192).optional(),
    MaxResults: z.number().int().min(1).max(100).optional(),
    NameContains: z
      .string()
      .max(63)
      .regex(/^[a-zA-Z0-9-]+$/u)
      .optional(),
    CreationTimeAfter: time.optional(),
    CreationTimeBefore: time.optional(),
    LastModifiedTimeAfter: time.optional(),
    LastModifiedTimeBefore: time.optional(),
    SortBy: z.enum(sorts).optional(),
    SortOrder: z.enum(['Ascending', 'Descending']).optional(),
  });

/** The part of a store's query that all List operations read alike. */
export const filters = (input: Omit<z.output<ReturnType<typeof listing>>, 'SortBy'>) => ({
  nameContains: input.NameContains,
  createdAfter: input.CreationTimeAfter,
  createdBefore: input.CreationTimeBefore,
  modifiedAfter: input.LastModifiedTimeAfter,
  modifiedBefore: input.LastModifiedTimeBefore,
  limit: input.MaxResults ?? 10,
  nextToken: input.NextToken,
});
