import type { CreateUserProfileCommandInput } from '@aws-sdk/client-sagemaker';
import type { Database } from '../database.ts';
import { resourceInUse, resourceNotFound } from './errors.ts';
import type { ProfileRow } from './rows.ts';

export type Profile = ProfileRow<CreateUserProfileCommandInput>;

export interface ProfileStore {
  /** Throws `ResourceInUse` when the domain has a profile of that name, whatever its letter case. */
  insert(profile: Pick<Profile, 'domainId' | 'name' | 'accountId' | 'settings'>): Promise<void>;
  find(accountId: string, domainId: string, name: string): Promise<Profile | null>;
  /** Throws `ResourceNotFound`. */
  get(accountId: string, domainId: string, name: string): Promise<Profile>;
  list(accountId: string, domainId: string | null): Promise<readonly Profile[]>;
  unsettled(): Promise<readonly Profile[]>;
  settle(profile: Profile, to: Profile['status'], reason?: string): Promise<void>;
  update(profile: Profile, settings: Profile['settings']): Promise<void>;
  /** Throws `ResourceInUse` while a space belongs to it. */
  markDeleting(profile: Profile): Promise<void>;
  remove(profile: Profile): Promise<void>;
}

const COLUMNS = `domain_id as "domainId", name, account_id as "accountId", status, failure_reason as "failureReason",
  settings, created_at as "createdAt", modified_at as "modifiedAt"`;

export const createProfileStore = (database: Database): ProfileStore => {
  const select = async (where: string, values: readonly unknown[]): Promise<Profile[]> =>
    (
      await database.query<Profile>(
        `select ${COLUMNS} from spaces.user_profile where ${where} order by created_at desc, name`,
        [...values],
      )
    ).rows;
  const find = async (accountId: string, domainId: string, name: string): Promise<Profile | null> =>
    (
      await select('account_id = $1 and domain_id = $2 and lower(name) = lower($3)', [
        accountId,
        domainId,
        name,
      ])
    )[0] ?? null;

  return {
    async insert({ domainId, name, accountId, settings }) {
      const { rowCount } = await database.query(
        `insert into spaces.user_profile (domain_id, name, account_id, status, settings)
         values ($1, $2, $3, 'Pending', $4) on conflict do nothing`,
        [domainId, name, accountId, settings],
      );
      if (rowCount === 0) throw resourceInUse(`User Profile [${name}] already exists.`);
    },
    find,
    async get(accountId, domainId, name) {
      const profile = await find(accountId, domainId, name);
      if (profile === null) throw resourceNotFound(`User Profile [${name}]`);
      return profile;
    },
    list: (accountId, domainId) =>
      select('account_id = $1 and ($2::text is null or domain_id = $2)', [accountId, domainId]),
    unsettled: () => select(`status in ('Pending', 'Updating', 'Deleting')`, []),
    async settle(profile, to, reason) {
      await database.query(
        `update spaces.user_profile set status = $4, failure_reason = $5, modified_at = now()
         where domain_id = $1 and name = $2 and status = $3`,
        [profile.domainId, profile.name, profile.status, to, reason ?? null],
      );
    },
    async update(profile, settings) {
      const { rowCount } = await database.query(
        `update spaces.user_profile set status = 'Updating', settings = $3, failure_reason = null, modified_at = now()
         where domain_id = $1 and name = $2 and status in ('InService', 'Failed')`,
        [profile.domainId, profile.name, settings],
      );
      if (rowCount === 0) {
        throw resourceInUse(`User Profile [${profile.name}] is in state ${profile.status}.`);
      }
    },
    async markDeleting(profile) {
      const { rowCount } = await database.query(
        `update spaces.user_profile set status = 'Deleting', modified_at = now()
         where domain_id = $1 and name = $2
           and not exists (select from spaces.space where domain_id = $1 and owner_profile = $2)`,
        [profile.domainId, profile.name],
      );
      if (rowCount === 0) {
        throw resourceInUse(
          `Unable to delete User Profile [${profile.name}] because it still owns spaces.`,
        );
      }
    },
    async remove(profile) {
      await database.query('delete from spaces.user_profile where domain_id = $1 and name = $2', [
        profile.domainId,
        profile.name,
      ]);
    },
  };
};
