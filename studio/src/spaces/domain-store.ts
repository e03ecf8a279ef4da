import type { CreateDomainCommandInput } from '@aws-sdk/client-sagemaker';
import type { Database } from '../database.ts';
import { resourceInUse, resourceNotFound } from './errors.ts';
import type { DomainRow } from './rows.ts';

export type Domain = DomainRow<CreateDomainCommandInput>;

export interface DomainStore {
  /** Throws `ResourceInUse` when the account has a domain of that name. */
  insert(domain: Pick<Domain, 'id' | 'accountId' | 'name' | 'settings'>): Promise<void>;
  find(accountId: string, id: string): Promise<Domain | null>;
  /** Throws `ResourceNotFound`. */
  get(accountId: string, id: string): Promise<Domain>;
  findByName(accountId: string, name: string): Promise<Domain | null>;
  list(accountId: string): Promise<readonly Domain[]>;
  /** Domains that something is still to be done for. */
  unsettled(): Promise<readonly Domain[]>;
  settle(id: string, from: Domain['status'], to: Domain['status'], reason?: string): Promise<void>;
  /** Throws `ResourceInUse` while profiles or spaces are left. */
  markDeleting(accountId: string, id: string): Promise<void>;
  remove(id: string): Promise<void>;
}

const COLUMNS = `id, account_id as "accountId", name, status, failure_reason as "failureReason", settings,
  created_at as "createdAt", modified_at as "modifiedAt"`;

export const createDomainStore = (database: Database): DomainStore => {
  const select = async (where: string, values: readonly unknown[]): Promise<Domain[]> =>
    (
      await database.query<Domain>(
        `select ${COLUMNS} from spaces.domain where ${where} order by created_at desc, id`,
        [...values],
      )
    ).rows;
  const find = async (accountId: string, id: string): Promise<Domain | null> =>
    (await select('account_id = $1 and id = $2', [accountId, id]))[0] ?? null;
  const get = async (accountId: string, id: string): Promise<Domain> => {
    const domain = await find(accountId, id);
    if (domain === null) throw resourceNotFound(`Domain [${id}]`);
    return domain;
  };

  return {
    async insert({ id, accountId, name, settings }) {
      const { rowCount } = await database.query(
        `insert into spaces.domain (id, account_id, name, status, settings) values ($1, $2, $3, 'Pending', $4)
         on conflict (account_id, name) do nothing`,
        [id, accountId, name, settings],
      );
      if (rowCount === 0) throw resourceInUse(`Domain [${name}] already exists.`);
    },
    find,
    get,
    findByName: async (accountId, name) =>
      (await select('account_id = $1 and name = $2', [accountId, name]))[0] ?? null,
    list: (accountId) => select('account_id = $1', [accountId]),
    unsettled: () => select(`status in ('Pending', 'Deleting')`, []),
    async settle(id, from, to, reason) {
      await database.query(
        `update spaces.domain set status = $3, failure_reason = $4, modified_at = now() where id = $1 and status = $2`,
        [id, from, to, reason ?? null],
      );
    },
    async markDeleting(accountId, id) {
      await get(accountId, id);
      const { rowCount } = await database.query(
        `update spaces.domain set status = 'Deleting', modified_at = now()
         where account_id = $1 and id = $2
           and not exists (select from spaces.user_profile where domain_id = $2)
           and not exists (select from spaces.space where domain_id = $2)`,
        [accountId, id],
      );
      if (rowCount === 0) {
        throw resourceInUse(
          `Unable to delete Domain [${id}] because it still has user profiles or spaces.`,
        );
      }
    },
    async remove(id) {
      await database.query('delete from spaces.domain where id = $1', [id]);
    },
  };
};
