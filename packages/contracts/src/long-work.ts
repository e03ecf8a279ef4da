import { z } from 'zod';
import { id, timestamp } from './primitives.ts';

export const stepState = z.enum([
  'pending',
  'running',
  'waiting',
  'succeeded',
  'failed',
  'cancelled',
]);

/** One step of long work as it is shown to a person. */
export const step = z.object({
  name: z.string(),
  state: stepState,
  startedAt: timestamp.nullable(),
  tookMs: z.number().nullable(),
  expectedMs: z.number(),
  /** Why it waits or failed, and what to do; null when all is well. */
  cause: z.string().nullable(),
  remedy: z.string().nullable(),
});
export type Step = z.infer<typeof step>;

export const workState = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled']);

/** A request that was accepted durably and is being worked on. */
export const work = z.object({
  id,
  state: workState,
  /** Place in the queue, from 1; null once it runs. */
  position: z.number().int().nullable(),
  steps: z.array(step),
  createdAt: timestamp,
  updatedAt: timestamp,
});
export type Work = z.infer<typeof work>;

/** The answer to every accepted request, with status 202 and a `Location` header. */
export const accepted = z.object({ id, location: z.string() });
