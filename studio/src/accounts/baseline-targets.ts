import type { BaselineBucket, BaselineDomain, BaselineLogGroup } from '@atelier/account-baseline';

/** How the parts of Studio make what the baseline describes; each is idempotent and asks for nobody's permission. */
export interface BaselineTargets {
  createBucket(accountId: string, bucket: BaselineBucket): Promise<void>;
  createDomain(accountId: string, domain: BaselineDomain): Promise<void>;
  createLogGroup(accountId: string, group: BaselineLogGroup): Promise<void>;
}
