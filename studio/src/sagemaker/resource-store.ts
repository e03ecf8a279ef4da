import { type Database, type Transaction, transaction } from '../database.ts';
import { validationError } from '../wire/errors.ts';
import type { ResourceKind } from './names.ts';

export interface ResourceKey {
  readonly accountId: string;
  readonly name: string;
}

export interface Resource<Document> extends ResourceKey {
  readonly arn: string;
  readonly status: string;
  /** Grows with every change. */
  readonly version: number;
  readonly document: Document;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
}

export interface ListQuery {
  readonly statuses?: readonly string[] | undefined;
  readonly nameContains?: string | undefined;
  readonly createdAfter?: Date | undefined;
  readonly createdBefore?: Date | undefined;
  readonly modifiedAfter?: Date | undefined;
  readonly modifiedBefore?: Date | undefined;
  readonly sortBy: 'created_at' | 'name' | 'status';
  readonly descending: boolean;
  readonly limit: number;
  readonly nextToken?: string | undefined;
}

export interface Page<Document> {
  readonly items: readonly Resource<Document>[];
  readonly nextToken: string | undefined;
}

/** Resources of one kind. The document's shape is the kind's own. */
export interface ResourceStore<Document> {
  /** False when the name is taken, or when `limit` resources of these statuses exist already. */
  create(
    resource: ResourceKey & {
      readonly arn: string;
      readonly status: string;
      readonly document: Document;
    },
    quota?: { readonly statuses: readonly string[]; readonly limit: number },
  ): Promise<'created' | 'exists' | 'over-limit'>;
  get(key: ResourceKey): Promise<Resource<Document> | null>;
  /** Reads and writes in one transaction; `change` answers null to leave it. Null when there is none or it was left. */
  change(
    key: ResourceKey,
    change: (now: Resource<Document>) => { status: string; document: Document } | null,
  ): Promise<Resource<Document> | null>;
  remove(key: ResourceKey): Promise<boolean>;
  list(accountId: string, query: ListQuery): Promise<Page<Document>>;
  withStatus(statuses: readonly string[]): Promise<readonly Resource<Document>[]>;
  ofAccount(accountId: string): Promise<readonly Resource<Document>[]>;
}

interface Row<Document> {
  readonly account_id: string;
  readonly name: string;
  readonly arn: string;
  readonly status: string;
  readonly version: string;
  readonly document: Document;
  readonly created_at: Date;
  readonly modified_at: Date;
  readonly sort_value?: string;
}

const fromRow = <Document>(row: Row<Document>): Resource<Document> => ({
  accountId: row.account_id,
  name: row.name,
  arn: row.arn,
  status: row.status,
  version: Number(row.version),
  document: row.document,
  createdAt: row.created_at,
  modifiedAt: row.modified_at,
});

const encodeToken = (value: string, name: string): string =>
  Buffer.from(JSON.stringify([value, name])).toString('base64url');

const decodeToken = (token: string): readonly [string, string] => {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(parsed)) {
      const [value, name]: readonly unknown[] = parsed;
      if (typeof value === 'string' && typeof name === 'string') return [value, name];
    }
  } catch {
    // Answered below like any other token that is not ours.
  }
  throw validationError('Invalid pagination token.');
};

const sortTypes = { created_at: 'timestamptz', name: 'text', status: 'text' } as const;

export const createResourceStore = <Document>(
  database: Database,
  kind: ResourceKind,
  changed: (arn: string) => void,
): ResourceStore<Document> => {
  const where = 'where account_id = $1 and kind = $2 and name = $3';

  const overLimit = async (
    client: Transaction,
    accountId: string,
    quota: { readonly statuses: readonly string[]; readonly limit: number },
  ): Promise<boolean> => {
    // Two creations at once must count each other.
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `sagemaker/${kind}/${accountId}`,
    ]);
    const { rows } = await client.query<{ n: number }>(
      `select count(*)::int as n from sagemaker.resource
       where account_id = $1 and kind = $2 and status = any($3)`,
      [accountId, kind, quota.statuses],
    );
    return (rows[0]?.n ?? 0) >= quota.limit;
  };

  return {
    create: ({ accountId, name, arn, status, document }, quota) =>
      transaction(database, async (client) => {
        const { rowCount: present } = await client.query(
          `select 1 from sagemaker.resource ${where}`,
          [accountId, kind, name],
        );
        if ((present ?? 0) > 0) return 'exists';
        if (quota !== undefined && (await overLimit(client, accountId, quota))) return 'over-limit';
        const { rowCount } = await client.query(
          `insert into sagemaker.resource (account_id, kind, name, arn, status, document)
           values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
          [accountId, kind, name, arn, status, JSON.stringify(document)],
        );
        return rowCount === 1 ? 'created' : 'exists';
      }),

    async get({ accountId, name }) {
      const { rows } = await database.query<Row<Document>>(
        `select * from sagemaker.resource ${where}`,
        [accountId, kind, name],
      );
      return rows[0] === undefined ? null : fromRow(rows[0]);
    },

    async change({ accountId, name }, change) {
      const after = await transaction(database, async (client) => {
        const { rows } = await client.query<Row<Document>>(
          `select * from sagemaker.resource ${where} for update`,
          [accountId, kind, name],
        );
        const next = rows[0] === undefined ? null : change(fromRow(rows[0]));
        if (next === null) return null;
        const { rows: written } = await client.query<Row<Document>>(
          `update sagemaker.resource set status = $4, document = $5, version = version + 1,
             modified_at = clock_timestamp() ${where} returning *`,
          [accountId, kind, name, next.status, JSON.stringify(next.document)],
        );
        return written[0] === undefined ? null : fromRow(written[0]);
      });
      if (after !== null) changed(after.arn);
      return after;
    },

    async remove({ accountId, name }) {
      const { rows } = await database.query<{ arn: string }>(
        `delete from sagemaker.resource ${where} returning arn`,
        [accountId, kind, name],
      );
      for (const { arn } of rows) changed(arn);
      return rows.length > 0;
    },

    async list(accountId, query) {
      const { sortBy, descending, limit } = query;
      const [afterValue, afterName] =
        query.nextToken === undefined ? [null, null] : decodeToken(query.nextToken);
      const { rows } = await database.query<Row<Document>>(
        `select *, ${sortBy}::text as sort_value from sagemaker.resource
         where account_id = $1 and kind = $2
           and ($3::text[] is null or status = any($3))
           and ($4::text is null or position(lower($4) in lower(name)) > 0)
           and ($5::timestamptz is null or created_at >= $5)
           and ($6::timestamptz is null or created_at <= $6)
           and ($7::timestamptz is null or modified_at >= $7)
           and ($8::timestamptz is null or modified_at <= $8)
           and ($9::text is null
             or (${sortBy}, name) ${descending ? '<' : '>'} ($9::${sortTypes[sortBy]}, $10::text))
         order by ${sortBy} ${descending ? 'desc' : 'asc'}, name ${descending ? 'desc' : 'asc'}
         limit $11`,
        [
          accountId,
          kind,
          query.statuses ?? null,
          query.nameContains ?? null,
          query.createdAfter ?? null,
          query.createdBefore ?? null,
          query.modifiedAfter ?? null,
          query.modifiedBefore ?? null,
          afterValue,
          afterName,
          limit + 1,
        ],
      );
      const shown = rows.slice(0, limit);
      const last = shown.at(-1);
      return {
        items: shown.map(fromRow),
        nextToken:
          rows.length > limit && last !== undefined
            ? encodeToken(last.sort_value ?? '', last.name)
            : undefined,
      };
    },

    async withStatus(statuses) {
      const { rows } = await database.query<Row<Document>>(
        'select * from sagemaker.resource where kind = $1 and status = any($2) order by created_at',
        [kind, statuses],
      );
      return rows.map(fromRow);
    },

    async ofAccount(accountId) {
      const { rows } = await database.query<Row<Document>>(
        'select * from sagemaker.resource where account_id = $1 and kind = $2',
        [accountId, kind],
      );
      return rows.map(fromRow);
    },
  };
};
