import { type Database, transaction } from '../database.ts';
import { validationError } from '../wire/errors.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

const TAGS_MAX = 50;

/** Tags of every SageMaker resource, by ARN. */
export interface TagStore {
  /** Throws `ValidationException` past 50 tags, changing nothing. */
  add(accountId: string, arn: string, tags: readonly Tag[]): Promise<void>;
  of(arn: string): Promise<readonly Tag[]>;
  remove(arn: string, keys: readonly string[]): Promise<void>;
  removeAll(arn: string): Promise<void>;
}

export const createTagStore = (database: Database): TagStore => ({
  add: (accountId, arn, tags) =>
    transaction(database, async (client) => {
      for (const { Key, Value } of tags) {
        await client.query(
          `insert into sagemaker.tag (account_id, arn, key, value) values ($1, $2, $3, $4)
           on conflict (arn, key) do update set value = excluded.value`,
          [accountId, arn, Key, Value],
        );
      }
      const { rows } = await client.query<{ n: number }>(
        'select count(*)::int as n from sagemaker.tag where arn = $1',
        [arn],
      );
      if ((rows[0]?.n ?? 0) > TAGS_MAX) {
        throw validationError(`A resource can have at most ${TAGS_MAX} tags.`);
      }
    }),
  async of(arn) {
    const { rows } = await database.query<{ key: string; value: string }>(
      'select key, value from sagemaker.tag where arn = $1 order by key',
      [arn],
    );
    return rows.map(({ key, value }) => ({ Key: key, Value: value }));
  },
  async remove(arn, keys) {
    await database.query('delete from sagemaker.tag where arn = $1 and key = any($2)', [arn, keys]);
  },
  async removeAll(arn) {
    await database.query('delete from sagemaker.tag where arn = $1', [arn]);
  },
});
