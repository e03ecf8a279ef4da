import { describeBaseline, json } from '@atelier/account-baseline';
import type { Database } from '../database.ts';
import type { RoleStore } from '../iam/role-store.ts';
import type { BaselineTargets } from './baseline-targets.ts';
import { putRole } from './iam-writer.ts';

export interface Baseline {
  /** Makes or completes everything a tenant account holds; may run again. */
  apply(accountId: string): Promise<void>;
  /** Records that the account's stack cannot be worked with, as a StackSet operation may end. */
  markInoperable(accountId: string, reason: string): Promise<void>;
}

/** What the StackSet is on AWS: the same description, applied by Studio, with the same states to look at. */
export function createBaseline(deps: {
  readonly database: Database;
  readonly roles: RoleStore;
  readonly targets: Partial<BaselineTargets>;
  readonly providerAccountId: string;
  readonly region: string;
}): Baseline {
  const { roles, targets } = deps;
  const describe = (accountId: string) =>
    describeBaseline({
      accountId,
      providerAccountId: deps.providerAccountId,
      region: deps.region,
    });

  async function record(
    accountId: string,
    state: { status: string; detailed: string; reason?: string },
  ): Promise<void> {
    await deps.database.query(
      `insert into stack_instances (account_id, stack_id, status, detailed_status, reason, baseline_version)
       values ($1, $2, $3, $4, $5, $6)
       on conflict (account_id) do update
       set status = $3, detailed_status = $4, reason = $5, baseline_version = $6`,
      [
        accountId,
        `arn:aws:cloudformation:${deps.region}:${accountId}:stack/StackSet-atelier-account-baseline/${accountId}`,
        state.status,
        state.detailed,
        state.reason ?? null,
        describe(accountId).version,
      ],
    );
  }

  return {
    async apply(accountId) {
      const baseline = describe(accountId);
      await record(accountId, { status: 'OUTDATED', detailed: 'RUNNING' });
      for (const { name, document } of baseline.managedPolicies) {
        await roles.putManagedPolicy({ accountId, name, path: '/', document: json(document) });
      }
      for (const role of baseline.roles) await putRole(roles, accountId, role);
      await targets.createBucket?.(accountId, baseline.bucket);
      for (const group of baseline.logGroups) await targets.createLogGroup?.(accountId, group);
      await targets.createDomain?.(accountId, baseline.domain);
      await record(accountId, { status: 'CURRENT', detailed: 'SUCCEEDED' });
    },

    markInoperable: (accountId, reason) =>
      record(accountId, { status: 'INOPERABLE', detailed: 'INOPERABLE', reason }),
  };
}
