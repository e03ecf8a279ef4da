import { LRUCache } from 'lru-cache';
import { type Database, type Transaction, transaction } from '../database.ts';
import { AwsError } from '../wire/errors.ts';
import { newRoleId, parseRoleArn, roleArn } from './names.ts';

export interface Role {
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  readonly roleId: string;
  readonly description: string | null;
  readonly trustPolicy: string;
  readonly boundaryArn: string | null;
  readonly maxSessionSeconds: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  /** Inline policies by name; JSON text. */
  readonly policies: Readonly<Record<string, string>>;
}

export interface NewRole {
  readonly accountId: string;
  readonly name: string;
  readonly path: string;
  readonly description: string | null;
  readonly trustPolicy: string;
  readonly boundaryArn: string | null;
  readonly maxSessionSeconds: number;
  readonly tags: Readonly<Record<string, string>>;
}

export type RoleChange = Partial<
  Pick<NewRole, 'trustPolicy' | 'boundaryArn' | 'description' | 'maxSessionSeconds' | 'tags'>
>;

/**
 * Roles and their policies. Studio is the only writer of its database, so what is cached here stays right: every
 * write forgets the role it touched.
 */
export interface RoleStore {
  find(accountId: string, name: string): Promise<Role | null>;
  /** Throws `NoSuchEntity`. */
  get(accountId: string, name: string): Promise<Role>;
  /** By ARN; null also when the path is not the role's. */
  findByArn(arn: string): Promise<Role | null>;
  list(
    accountId: string,
    page: { pathPrefix: string; after: string; limit: number },
  ): Promise<readonly Role[]>;
  /** Throws `EntityAlreadyExists`, `LimitExceeded`. */
  create(role: NewRole): Promise<Role>;
  /** Throws `NoSuchEntity`, or `DeleteConflict` while the role has inline policies. */
  delete(accountId: string, name: string): Promise<void>;
  change(accountId: string, name: string, change: RoleChange): Promise<void>;
  /** Computes the new tags from the present ones in one transaction. */
  changeTags(
    accountId: string,
    name: string,
    change: (tags: Readonly<Record<string, string>>) => Record<string, string>,
  ): Promise<void>;
  putPolicy(accountId: string, name: string, policyName: string, document: string): Promise<void>;
  /** False when the role has no such policy. */
  deletePolicy(accountId: string, name: string, policyName: string): Promise<boolean>;
  /** Document of a managed policy (boundaries); null when there is none. */
  managedPolicy(arn: string): Promise<string | null>;
  putManagedPolicy(policy: {
    accountId: string;
    name: string;
    path: string;
    document: string;
  }): Promise<void>;
}

/** AWS's default quota. */
const maxRolesPerAccount = 1_000;

interface RoleRow {
  account_id: string;
  name: string;
  path: string;
  role_id: string;
  description: string | null;
  trust_policy: string;
  boundary_arn: string | null;
  max_session_seconds: number;
  tags: Record<string, string>;
  created_at: Date;
  policies: Record<string, string> | null;
}

const selectRoles = `
  select r.*, (
    select json_object_agg(p.policy_name, p.document) from iam_role_policies p
    where p.account_id = r.account_id and p.role_name = r.name
  ) as policies from iam_roles r`;

const toRole = (row: RoleRow): Role => ({
  accountId: row.account_id,
  name: row.name,
  path: row.path,
  arn: roleArn(row.account_id, row.path, row.name),
  roleId: row.role_id,
  description: row.description,
  trustPolicy: row.trust_policy,
  boundaryArn: row.boundary_arn,
  maxSessionSeconds: row.max_session_seconds,
  tags: row.tags,
  createdAt: row.created_at,
  policies: row.policies ?? {},
});

export function createRoleStore(deps: { readonly database: Database }): RoleStore {
  const { database } = deps;
  const roles = new LRUCache<string, Role>({ max: 10_000 });
  const managed = new LRUCache<string, string>({ max: 1_000 });
  /** Grows with every write: what was read before one is not cached after it. */
  let writes = 0;

  async function find(accountId: string, name: string): Promise<Role | null> {
    const key = `${accountId}/${name.toLowerCase()}`;
    const known = roles.get(key);
    if (known) return known;
    const before = writes;
    const { rows } = await database.query<RoleRow>(
      `${selectRoles} where r.account_id = $1 and lower(r.name) = lower($2)`,
      [accountId, name],
    );
    const role = rows[0] ? toRole(rows[0]) : null;
    if (role && before === writes) roles.set(key, role);
    return role;
  }

  async function write(
    accountId: string,
    name: string,
    work: (client: Transaction, role: RoleRow) => Promise<unknown>,
  ): Promise<void> {
    await transaction(database, async (client) => {
      const { rows } = await client.query<RoleRow>(
        'select * from iam_roles where account_id = $1 and lower(name) = lower($2) for update',
        [accountId, name],
      );
      if (!rows[0]) throw noSuchRole(name);
      await work(client, rows[0]);
    });
    forget(accountId, name);
  }

  function forget(accountId: string, name: string): void {
    writes += 1;
    roles.delete(`${accountId}/${name.toLowerCase()}`);
  }

  async function get(accountId: string, name: string): Promise<Role> {
    const role = await find(accountId, name);
    if (!role) throw noSuchRole(name);
    return role;
  }

  return {
    find,
    get,

    async findByArn(arn) {
      const parts = parseRoleArn(arn);
      const role = parts && (await find(parts.accountId, parts.name));
      return role?.arn === arn ? role : null;
    },

    async list(accountId, { pathPrefix, after, limit }) {
      const { rows } = await database.query<RoleRow>(
        `${selectRoles} where r.account_id = $1 and starts_with(r.path, $2) and r.name > $3
         order by r.name limit $4`,
        [accountId, pathPrefix, after, limit],
      );
      return rows.map(toRole);
    },

    async create(role) {
      await transaction(database, async (client) => {
        // One at a time per account, so that the quota and the name hold.
        await client.query('select 1 from accounts where account_id = $1 for update', [
          role.accountId,
        ]);
        const { rows } = await client.query<{ total: number; same: number }>(
          `select count(*)::int as total, count(*) filter (where lower(name) = lower($2))::int as same
           from iam_roles where account_id = $1`,
          [role.accountId, role.name],
        );
        if (rows[0]?.same) {
          throw new AwsError('EntityAlreadyExists', `Role with name ${role.name} already exists.`, {
            status: 409,
          });
        }
        if ((rows[0]?.total ?? 0) >= maxRolesPerAccount) {
          throw new AwsError(
            'LimitExceeded',
            `Cannot exceed quota for RolesPerAccount: ${maxRolesPerAccount}`,
            { status: 409 },
          );
        }
        await client.query(
          `insert into iam_roles (account_id, name, path, role_id, description, trust_policy,
             boundary_arn, max_session_seconds, tags)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
          [
            role.accountId,
            role.name,
            role.path,
            newRoleId(),
            role.description,
            role.trustPolicy,
            role.boundaryArn,
            role.maxSessionSeconds,
            JSON.stringify(role.tags),
          ],
        );
      });
      forget(role.accountId, role.name);
      return get(role.accountId, role.name);
    },

    delete: (accountId, name) =>
      write(accountId, name, async (client, row) => {
        const { rowCount } = await client.query(
          'select 1 from iam_role_policies where account_id = $1 and role_name = $2',
          [accountId, row.name],
        );
        if (rowCount) {
          throw new AwsError(
            'DeleteConflict',
            'Cannot delete entity, must delete policies first.',
            {
              status: 409,
            },
          );
        }
        await client.query('delete from iam_service_keys where role_id = $1', [row.role_id]);
        await client.query('delete from iam_roles where account_id = $1 and name = $2', [
          accountId,
          row.name,
        ]);
      }),

    change: (accountId, name, change) =>
      write(accountId, name, async (client, row) => {
        const next = {
          trustPolicy: row.trust_policy,
          boundaryArn: row.boundary_arn,
          description: row.description,
          maxSessionSeconds: row.max_session_seconds,
          tags: row.tags,
          ...change,
        };
        await client.query(
          `update iam_roles set trust_policy = $3, boundary_arn = $4, description = $5,
             max_session_seconds = $6, tags = $7 where account_id = $1 and name = $2`,
          [
            accountId,
            row.name,
            next.trustPolicy,
            next.boundaryArn,
            next.description,
            next.maxSessionSeconds,
            JSON.stringify(next.tags),
          ],
        );
      }),

    changeTags: (accountId, name, change) =>
      write(accountId, name, (client, row) =>
        client.query('update iam_roles set tags = $3 where account_id = $1 and name = $2', [
          accountId,
          row.name,
          JSON.stringify(change(row.tags)),
        ]),
      ),

    putPolicy: (accountId, name, policyName, document) =>
      write(accountId, name, (client, row) =>
        client.query(
          `insert into iam_role_policies (account_id, role_name, policy_name, document)
           values ($1, $2, $3, $4)
           on conflict (account_id, role_name, policy_name) do update set document = $4`,
          [accountId, row.name, policyName, document],
        ),
      ),

    async deletePolicy(accountId, name, policyName) {
      let found = false;
      await write(accountId, name, async (client, row) => {
        const { rowCount } = await client.query(
          `delete from iam_role_policies
           where account_id = $1 and role_name = $2 and policy_name = $3`,
          [accountId, row.name, policyName],
        );
        found = rowCount === 1;
      });
      return found;
    },

    async managedPolicy(arn) {
      const known = managed.get(arn);
      if (known !== undefined) return known;
      const { rows } = await database.query<{ document: string }>(
        `select document from iam_managed_policies
         where 'arn:aws:iam::' || account_id || ':policy' || path || name = $1`,
        [arn],
      );
      const document = rows[0]?.document ?? null;
      if (document !== null) managed.set(arn, document);
      return document;
    },

    async putManagedPolicy(policy) {
      await database.query(
        `insert into iam_managed_policies (account_id, name, path, document) values ($1, $2, $3, $4)
         on conflict (account_id, name) do update set path = $3, document = $4`,
        [policy.accountId, policy.name, policy.path, policy.document],
      );
      managed.clear();
    },
  };
}

const noSuchRole = (name: string): AwsError =>
  new AwsError('NoSuchEntity', `The role with name ${name} cannot be found.`, { status: 404 });
