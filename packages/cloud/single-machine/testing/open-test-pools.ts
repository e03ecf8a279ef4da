import { startTestDatabase } from '@atelier/single-machine/testing';
import { Pool } from 'pg';
import { migrateCloud } from '../migrations.ts';

/** For tests: an empty database with the schema `cloud`, and pools into it as several processes would hold them. */
export async function openTestPools(): Promise<{ open(): Pool; close(): Promise<void> }> {
  const database = await startTestDatabase();
  await migrateCloud(database.url);
  const pools: Pool[] = [];
  return {
    open() {
      const { hostname: host, port, username: user, password, pathname } = new URL(database.url);
      const login = { host, port: Number(port), user, password: decodeURIComponent(password) };
      const pool = new Pool({ ...login, database: pathname.slice(1), max: 8 });
      pool.on('error', () => undefined);
      pools.push(pool);
      return pool;
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.end()));
      await database.stop();
    },
  };
}
