import type { CreateAppCommandInput } from '@aws-sdk/client-sagemaker';
import { type Database, transaction } from '../database.ts';
import { resourceInUse, resourceLimitExceeded, resourceNotFound } from './errors.ts';
import type { AppRow } from './rows.ts';

export type App = AppRow<CreateAppCommandInput>;

export interface AppKey {
  readonly accountId: string;
  readonly domainId: string;
  readonly spaceName: string;
  readonly name: string;
}

export interface AppStore {
  /** Throws `ResourceInUse` while one of that name lives, `ResourceLimitExceeded` over `limit` apps of the account. */
  insert(
    app: Omit<AppKey, never> &
      Pick<App, 'startId' | 'ownerProfile' | 'settings' | 'token' | 'credentialsToken'>,
    limit: number,
  ): Promise<void>;
  /** The latest start of an app; throws `ResourceNotFound`. */
  get(key: AppKey): Promise<App>;
  byStart(startId: string): Promise<App | null>;
  byCredentialsToken(token: string): Promise<App | null>;
  /** The latest start of every app, newest first; ended ones for a day. */
  list(filter: {
    accountId: string;
    domainId?: string | undefined;
    spaceName?: string | undefined;
  }): Promise<readonly App[]>;
  /** Apps of every account that run or are on their way. */
  live(): Promise<readonly App[]>;
  /** False when it is not in one of the states `from` any more. */
  move(
    startId: string,
    from: readonly App['status'][],
    to: App['status'],
    reason?: string | null,
  ): Promise<boolean>;
  touch(startId: string, at: Date): Promise<void>;
}

const COLUMNS = `start_id as "startId", domain_id as "domainId", space_name as "spaceName", account_id as "accountId",
  owner_profile as "ownerProfile", name, status, failure_reason as "failureReason", settings, token,
  credentials_token as "credentialsToken", created_at as "createdAt", in_service_at as "inServiceAt",
  last_activity_at as "lastActivityAt", ended_at as "endedAt"`;

const LIVE = `status in ('Pending', 'InService', 'Deleting')`;

export const createAppStore = (database: Database): AppStore => {
  const select = async (tail: string, values: readonly unknown[]): Promise<App[]> =>
    (await database.query<App>(`select ${COLUMNS} from spaces.app ${tail}`, [...values])).rows;

  return {
    async insert(app, limit) {
      await transaction(database, async (client) => {
        // Two starts at once must not both see room under the limit.
        await client.query('select pg_advisory_xact_lock(hashtext($1))', [
          `spaces.app ${app.accountId}`,
        ]);
        const live = await client.query<{ count: string; taken: boolean }>(
          `select count(*), coalesce(bool_or(domain_id = $2 and space_name = $3 and name = $4), false) as taken
           from spaces.app where account_id = $1 and ${LIVE}`,
          [app.accountId, app.domainId, app.spaceName, app.name],
        );
        const { count, taken } = live.rows[0] ?? { count: '0', taken: false };
        if (taken) throw resourceInUse(`App [${app.name}] already exists.`);
        if (Number(count) >= limit) {
          throw resourceLimitExceeded(
            `The account-level service limit 'Studio JupyterLab Apps' is ${limit} Apps, with current utilization of ` +
              `${count} Apps and a request delta of 1 Apps. Stop an app and try again.`,
          );
        }
        await client.query(
          `insert into spaces.app (start_id, domain_id, space_name, account_id, owner_profile, name, status, settings,
             token, credentials_token) values ($1, $2, $3, $4, $5, $6, 'Pending', $7, $8, $9)`,
          [
            app.startId,
            app.domainId,
            app.spaceName,
            app.accountId,
            app.ownerProfile,
            app.name,
            app.settings,
            app.token,
            app.credentialsToken,
          ],
        );
      });
    },
    async get({ accountId, domainId, spaceName, name }) {
      const [app] = await select(
        `where account_id = $1 and domain_id = $2 and space_name = $3 and name = $4
         order by created_at desc limit 1`,
        [accountId, domainId, spaceName, name],
      );
      if (app === undefined) throw resourceNotFound(`App [${name}]`);
      return app;
    },
    byStart: async (startId) => (await select('where start_id = $1', [startId]))[0] ?? null,
    byCredentialsToken: async (token) =>
      (await select(`where credentials_token = $1 and ${LIVE}`, [token]))[0] ?? null,
    list: ({ accountId, domainId, spaceName }) =>
      select(
        `where start_id in (
           select distinct on (domain_id, space_name, name) start_id from spaces.app
           where account_id = $1 and ($2::text is null or domain_id = $2) and ($3::text is null or space_name = $3)
           order by domain_id, space_name, name, created_at desc)
           and (ended_at is null or ended_at > now() - interval '1 day')
         order by created_at desc`,
        [accountId, domainId ?? null, spaceName ?? null],
      ),
    live: () => select(`where ${LIVE} order by created_at`, []),
    async move(startId, from, to, reason) {
      const { rowCount } = await database.query(
        `update spaces.app set status = $3, failure_reason = coalesce($4, failure_reason),
           in_service_at = case when $3 = 'InService' then now() else in_service_at end,
           last_activity_at = case when $3 = 'InService' then now() else last_activity_at end,
           ended_at = case when $3 in ('Failed', 'Deleted') then now() else ended_at end
         where start_id = $1 and status = any($2)`,
        [startId, from, to, reason ?? null],
      );
      return rowCount === 1;
    },
    async touch(startId, at) {
      await database.query(
        `update spaces.app set last_activity_at = greatest(last_activity_at, $2) where start_id = $1`,
        [startId, at],
      );
    },
  };
};
