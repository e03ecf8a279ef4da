import type { CreateSpaceCommandInput } from '@aws-sdk/client-sagemaker';
import type { Database } from '../database.ts';
import { resourceInUse, resourceNotFound } from './errors.ts';
import type { SpaceRow } from './rows.ts';

export type Space = SpaceRow<CreateSpaceCommandInput>;

export interface SpaceStore {
  /** Throws `ResourceInUse` when the domain has a space of that name, whatever its letter case. */
  insert(
    space: Pick<Space, 'domainId' | 'name' | 'accountId' | 'ownerProfile' | 'homeId' | 'settings'>,
  ): Promise<void>;
  find(accountId: string, domainId: string, name: string): Promise<Space | null>;
  /** Throws `ResourceNotFound`. */
  get(accountId: string, domainId: string, name: string): Promise<Space>;
  list(accountId: string, domainId: string | null): Promise<readonly Space[]>;
  unsettled(): Promise<readonly Space[]>;
  settle(space: Space, to: Space['status'], reason?: string): Promise<void>;
  /** Throws `ResourceInUse` while an app of it lives. */
  markDeleting(space: Space): Promise<void>;
  remove(space: Space): Promise<void>;
}

const COLUMNS = `domain_id as "domainId", name, account_id as "accountId", owner_profile as "ownerProfile",
  home_id as "homeId", status, failure_reason as "failureReason", settings, created_at as "createdAt",
  modified_at as "modifiedAt"`;

export const createSpaceStore = (database: Database): SpaceStore => {
  const select = async (where: string, values: readonly unknown[]): Promise<Space[]> =>
    (
      await database.query<Space>(
        `select ${COLUMNS} from spaces.space where ${where} order by created_at desc, name`,
        [...values],
      )
    ).rows;
  const find = async (accountId: string, domainId: string, name: string): Promise<Space | null> =>
    (
      await select('account_id = $1 and domain_id = $2 and lower(name) = lower($3)', [
        accountId,
        domainId,
        name,
      ])
    )[0] ?? null;

  return {
    async insert({ domainId, name, accountId, ownerProfile, homeId, settings }) {
      const { rowCount } = await database.query(
        `insert into spaces.space (domain_id, name, account_id, owner_profile, home_id, status, settings)
         values ($1, $2, $3, $4, $5, 'Pending', $6) on conflict do nothing`,
        [domainId, name, accountId, ownerProfile, homeId, settings],
      );
      if (rowCount === 0) throw resourceInUse(`Space [${name}] already exists.`);
    },
    find,
    async get(accountId, domainId, name) {
      const space = await find(accountId, domainId, name);
      if (space === null) throw resourceNotFound(`Space [${name}]`);
      return space;
    },
    list: (accountId, domainId) =>
      select('account_id = $1 and ($2::text is null or domain_id = $2)', [accountId, domainId]),
    unsettled: () => select(`status in ('Pending', 'Deleting')`, []),
    async settle(space, to, reason) {
      await database.query(
        `update spaces.space set status = $4, failure_reason = $5, modified_at = now()
         where domain_id = $1 and name = $2 and status = $3`,
        [space.domainId, space.name, space.status, to, reason ?? null],
      );
    },
    async markDeleting(space) {
      const { rowCount } = await database.query(
        `update spaces.space set status = 'Deleting', modified_at = now()
         where domain_id = $1 and name = $2
           and not exists (
             select from spaces.app
             where domain_id = $1 and space_name = $2 and status in ('Pending', 'InService', 'Deleting'))`,
        [space.domainId, space.name],
      );
      if (rowCount === 0) {
        throw resourceInUse(
          `Unable to delete Space [${space.name}] because its app is not deleted.`,
        );
      }
    },
    async remove(space) {
      await database.query('delete from spaces.space where domain_id = $1 and name = $2', [
        space.domainId,
        space.name,
      ]);
    },
  };
};
