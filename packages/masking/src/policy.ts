import { z } from 'zod';

const dateUnits = ['day', 'week', 'month', 'quarter', 'year'] as const;

const partial = z.discriminatedUnion('of', [
  /** Only the ends of a text. */
  z
    .object({
      rule: z.literal('partial'),
      of: z.literal('characters'),
      keepStart: z.int().min(0).max(20),
      keepEnd: z.int().min(0).max(20),
    })
    .strict(),
  /** First character and, if wanted, the domain: a rare domain identifies. */
  z
    .object({ rule: z.literal('partial'), of: z.literal('email'), keepDomain: z.boolean() })
    .strict(),
  /** The last digits. */
  z
    .object({
      rule: z.literal('partial'),
      of: z.literal('phone'),
      keepEnd: z.int().min(0).max(4),
    })
    .strict(),
]);

/** What happens to a column on its way out. */
export const maskingRule = z.discriminatedUnion('rule', [
  z.object({ rule: z.literal('asIs') }).strict(),
  z.object({ rule: z.literal('withhold'), why: z.string().min(1).max(200) }).strict(),
  /** Keyed and the same for the same value: joins within a tenant, never across tenants. */
  z.object({ rule: z.literal('pseudonym') }).strict(),
  partial,
  z.object({ rule: z.literal('truncateDate'), unit: z.enum(dateUnits) }).strict(),
]);
export type MaskingRule = z.infer<typeof maskingRule>;

const classification = z.enum(['identifier', 'personal', 'sensitive', 'free text', 'plain']);

/** A typed condition; never SQL text. */
const condition = z
  .object({
    column: z.string().max(63),
    operator: z.enum(['=', '!=', '<', '<=', '>', '>=', 'in', 'is null', 'is not null']),
    value: z
      .union([
        z.string().max(1000),
        z.number(),
        z.boolean(),
        z.array(z.union([z.string().max(1000), z.number()])).max(1000),
      ])
      .optional(),
  })
  .strict();
export type Condition = z.infer<typeof condition>;
/** All conditions must hold. */
export type Filter = readonly Condition[];

const datasetPolicy = z
  .object({
    byClassification: z.partialRecord(classification, maskingRule),
    /** Goes before the classification's rule. */
    columns: z.record(z.string(), maskingRule).optional(),
    /** Rows that the role may have at all; judged on raw values. */
    rows: z.array(condition).max(20).optional(),
  })
  .strict();
export type DatasetPolicy = z.infer<typeof datasetPolicy>;

/** What may leave, by data role and dataset. What is not mentioned may not. */
export const dataPolicy = z
  .object({
    version: z.int().min(1),
    roles: z.record(z.string(), z.object({ datasets: z.record(z.string(), datasetPolicy) })),
  })
  .strict();
export type DataPolicy = z.infer<typeof dataPolicy>;

const strictness = { asIs: 0, truncateDate: 1, partial: 1, pseudonym: 2, withhold: 3 } as const;

/** The stricter of two rules; of two that cannot be compared the first, which is the provider's. */
export function tighter(first: MaskingRule, second: MaskingRule): MaskingRule {
  if (first.rule === 'truncateDate' && second.rule === 'truncateDate') {
    return dateUnits.indexOf(second.unit) > dateUnits.indexOf(first.unit) ? second : first;
  }
  return strictness[second.rule] > strictness[first.rule] ? second : first;
}
