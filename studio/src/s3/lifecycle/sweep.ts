import type { S3Core } from '../core.ts';
import { keyBytes } from '../store/stored-object.ts';
import type { LifecycleRule } from './rules.ts';

const dayMs = 86_400_000;
const batch = 1_000;

/** Objects put before this are due: so many whole days, counted up to the last midnight. */
const putBefore = (now: Date, days: number): Date =>
  new Date(Math.floor(now.getTime() / dayMs) * dayMs - days * dayMs);

/**
 * Removes a batch of what a rule says; the object's row is looked at in the statement that deletes it, so that one that
 * was just replaced stays.
 */
async function expireBatch(
  core: S3Core,
  bucket: string,
  rule: LifecycleRule,
  before: Date,
): Promise<number> {
  const prefix = keyBytes(rule.prefix);
  const { rowCount } = await core.database.query(
    `delete from s3.object o where o.bucket = $1 and o.key in (
       select key from s3.object
       where bucket = $1 and substring(key for $3) = $2 and modified_at < $4
         and ($5::bigint is null or bytes > $5) and ($6::bigint is null or bytes < $6)
         and tags::jsonb @> $7::jsonb
       order by key limit $8
     ) and o.modified_at < $4`,
    [
      bucket,
      prefix,
      prefix.length,
      before,
      rule.largerThanBytes,
      rule.smallerThanBytes,
      JSON.stringify(rule.tags),
      batch,
    ],
  );
  return rowCount ?? 0;
}

function dueBefore(rule: LifecycleRule, now: Date): Date | null {
  if (rule.expirationDays !== null) return putBefore(now, rule.expirationDays);
  if (rule.expirationDate !== null && new Date(rule.expirationDate) <= now) return now;
  return null;
}

/** Applies every bucket's rules once; returns how many objects and uploads went. */
export async function sweepLifecycle(core: S3Core): Promise<number> {
  const now = core.now();
  let removed = 0;
  for (const { name, lifecycle } of await core.buckets.withLifecycle()) {
    for (const rule of lifecycle as readonly LifecycleRule[]) {
      if (!rule.enabled) continue;
      if (rule.abortAfterDays !== null) {
        const before = putBefore(now, rule.abortAfterDays);
        removed += await core.uploads.abortOlder(name, rule.prefix, before);
      }
      const before = dueBefore(rule, now);
      for (let count = batch; before && count === batch; ) {
        count = await expireBatch(core, name, rule, before);
        removed += count;
      }
    }
  }
  return removed;
}
