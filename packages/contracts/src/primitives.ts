import { z } from 'zod';

export const id = z.uuid();

/** RFC 3339, UTC. */
export const timestamp = z.iso.datetime();

export const calendarDate = z.iso.date();

export const emailAddress = z.email().max(254);

export const money = z.object({
  /** Decimal string: `29.33`. */
  amount: z.string().regex(/^-?\d+(\.\d+)?$/),
  /** ISO 4217. */
  currency: z.string().length(3),
});

/** One line of text that a person typed: no control characters, trimmed, not empty. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
    .regex(/^[^\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]*$/, 'has control characters');

export const cursorQuery = z.object({
  cursor: z.string().max(2000).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const listOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
