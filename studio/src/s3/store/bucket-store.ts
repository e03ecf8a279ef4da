import type { Database } from '../../database.ts';
import { bucketNotEmpty, noSuchBucket } from '../s3-errors.ts';
import { isForeignKeyViolation } from './postgres-errors.ts';

export interface Bucket {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly createdAt: Date;
  /** JSON text as it was put. */
  readonly policy: string | null;
}

export interface BucketStore {
  /** Throws `NoSuchBucket`. */
  get(name: string): Promise<Bucket>;
  /** False when the name is taken, by whomever. */
  create(bucket: Omit<Bucket, 'policy'>): Promise<boolean>;
  /** Throws `BucketNotEmpty`. */
  delete(name: string): Promise<void>;
  ofAccount(
    accountId: string,
    page: { prefix: string; after: string; limit: number },
  ): Promise<Bucket[]>;
  setPolicy(name: string, policy: string | null): Promise<void>;
  getLifecycle(name: string): Promise<unknown>;
  setLifecycle(name: string, lifecycle: unknown): Promise<void>;
  withLifecycle(): Promise<{ name: string; lifecycle: unknown }[]>;
}

interface BucketRow {
  name: string;
  account_id: string;
  region: string;
  created_at: Date;
  policy: string | null;
}

const fromRow = (row: BucketRow): Bucket => ({
  name: row.name,
  accountId: row.account_id,
  region: row.region,
  createdAt: row.created_at,
  policy: row.policy,
});

const columns = 'name, account_id, region, created_at, policy';

export function createBucketStore(deps: {
  database: Database;
  /** Called after uploads may have gone with their bucket. */
  onGarbage: () => void;
}): BucketStore {
  const { database } = deps;
  return {
    async get(name) {
      // A name with U+0000 cannot exist, and PostgreSQL refuses to be asked.
      if (name.includes('\0')) throw noSuchBucket(name);
      const { rows } = await database.query<BucketRow>({
        name: 's3-bucket',
        text: `select ${columns} from s3.bucket where name = $1`,
        values: [name],
      });
      const [row] = rows;
      if (!row) throw noSuchBucket(name);
      return fromRow(row);
    },

    async create(bucket) {
      const { rowCount } = await database.query(
        `insert into s3.bucket (name, account_id, region, created_at) values ($1, $2, $3, $4)
         on conflict (name) do nothing`,
        [bucket.name, bucket.accountId, bucket.region, bucket.createdAt],
      );
      return rowCount === 1;
    },

    async delete(name) {
      try {
        await database.query('delete from s3.bucket where name = $1', [name]);
      } catch (error) {
        throw isForeignKeyViolation(error) ? bucketNotEmpty(name) : error;
      }
      deps.onGarbage();
    },

    async ofAccount(accountId, { prefix, after, limit }) {
      const { rows } = await database.query<BucketRow>(
        `select ${columns} from s3.bucket
         where account_id = $1 and starts_with(name, $2) and name collate "C" > $3
         order by name collate "C" limit $4`,
        [accountId, prefix, after, limit],
      );
      return rows.map(fromRow);
    },

    async setPolicy(name, policy) {
      await database.query('update s3.bucket set policy = $2 where name = $1', [name, policy]);
    },

    async getLifecycle(name) {
      const { rows } = await database.query<{ lifecycle: unknown }>(
        'select lifecycle from s3.bucket where name = $1',
        [name],
      );
      return rows[0]?.lifecycle ?? null;
    },

    async setLifecycle(name, lifecycle) {
      await database.query('update s3.bucket set lifecycle = $2 where name = $1', [
        name,
        lifecycle === null ? null : JSON.stringify(lifecycle),
      ]);
    },

    async withLifecycle() {
      const { rows } = await database.query<{ name: string; lifecycle: unknown }>(
        'select name, lifecycle from s3.bucket where lifecycle is not null',
      );
      return rows;
    },
  };
}
