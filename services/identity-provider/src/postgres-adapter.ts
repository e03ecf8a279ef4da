import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Pool } from 'pg';

interface Row {
  readonly payload: AdapterPayload;
  readonly consumed: number | null;
}

/** What oidc-provider keeps, in PostgreSQL. What has expired is as good as gone, swept or not. */
export const createPostgresAdapter =
  ({ pool }: { pool: Pool }) =>
  (model: string): Adapter => {
    const find = async (column: 'id' | 'uid' | 'user_code', value: string) => {
      const { rows } = await pool.query<Row>(
        `select payload, extract(epoch from consumed_at)::int as consumed
           from identity_provider.provider_state
          where model = $1 and ${column} = $2 and (expires_at is null or expires_at > now())`,
        [model, value],
      );
      const row = rows[0];
      if (row === undefined) return undefined;
      return row.consumed === null ? row.payload : { ...row.payload, consumed: row.consumed };
    };
    return {
      find: (id) => find('id', id),
      findByUid: (uid) => find('uid', uid),
      findByUserCode: (userCode) => find('user_code', userCode),
      upsert: async (id, payload, expiresIn) => {
        await pool.query(
          `insert into identity_provider.provider_state (model, id, payload, expires_at)
           values ($1, $2, $3, now() + make_interval(secs => $4))
           on conflict (model, id) do update set payload = excluded.payload, expires_at = excluded.expires_at`,
          [model, id, payload, expiresIn ?? null],
        );
      },
      consume: async (id) => {
        await pool.query(
          'update identity_provider.provider_state set consumed_at = now() where model = $1 and id = $2',
          [model, id],
        );
      },
      destroy: async (id) => {
        await pool.query(
          'delete from identity_provider.provider_state where model = $1 and id = $2',
          [model, id],
        );
      },
      revokeByGrantId: async (grantId) => {
        await pool.query('delete from identity_provider.provider_state where grant_id = $1', [
          grantId,
        ]);
      },
    };
  };

/** Removes what has expired. */
export const sweepProviderState = async (pool: Pool): Promise<void> => {
  await pool.query('delete from identity_provider.provider_state where expires_at < now()');
  await pool.query('delete from identity_provider.sign_in_failures where window_ends_at < now()');
};
