import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestDatabase } from '@atelier/single-machine/testing';
import { Client, Pool } from 'pg';
import type { ExtractorBackend } from '../../suites/index.ts';
import { createFileSecretStore } from '../file-secret-store.ts';
import { migrateCloud } from '../migrations.ts';
import {
  createPostgresExtractor,
  type PostgresExtractor,
  type PostgresExtractorDeps,
} from '../postgres-extractor.ts';
import { type BucketServer, startBucketServer } from './bucket-server.ts';

export interface PostgresExtractorBackend extends ExtractorBackend {
  open(overrides?: Partial<PostgresExtractorDeps>): PostgresExtractor;
  readonly bucket: BucketServer;
  /** Everything that another process needs to open the extractor too. */
  readonly place: { readonly url: string; readonly folder: string; readonly secretFolder: string };
  readonly deps: Pick<PostgresExtractorDeps, 'replica' | 's3' | 'folder'>;
  readonly details: string[];
  /** Runs SQL on the primary without waiting for the replica. */
  writeOnly(sql: string): Promise<void>;
  readonly primary: PostgresExtractorDeps['replica'];
  readonly secrets: PostgresExtractorDeps['secrets'];
}

/** A real primary and replica, an extraction login without any other right, and a bucket in memory. */
export async function startExtractorBackend(): Promise<PostgresExtractorBackend> {
  const database = await startTestDatabase();
  await migrateCloud(database.url);
  const bucket = await startBucketServer();
  const folder = await mkdtemp(join(tmpdir(), 'atelier-extract-'));
  const secretFolder = join(folder, 'secrets');
  const secrets = createFileSecretStore({ directory: secretFolder });
  const pool = new Pool({ connectionString: database.url });
  pool.on('error', () => undefined);
  const replica = new Client({ connectionString: database.replicaUrl });
  replica.on('error', () => undefined);
  await replica.connect();
  const user = `extract_${randomBytes(6).toString('hex')}`;
  const secret = {
    user,
    password: randomBytes(18).toString('base64url'),
    maskingKey: randomBytes(32).toString('hex'),
  };
  await secrets.create('tenant/foo/extract', secret);
  await pool.query(`
    create role ${user} login password '${secret.password}';
    create schema suite;
    grant usage on schema suite to ${user};
    alter default privileges in schema suite grant select on tables to ${user}`);
  await database.waitForReplica();

  const details: string[] = [];
  const opened: PostgresExtractor[] = [];
  const deps = {
    replica: { host: database.host, port: database.replicaPort, database: database.name },
    s3: { region: 'eu-central-1', endpoint: bucket.endpoint, forcePathStyle: true },
    folder: join(folder, 'work'),
  };
  return {
    bucket,
    deps,
    details,
    place: { url: database.url, folder, secretFolder },
    secretRef: 'tenant/foo/extract',
    maskingKey: secret.maskingKey,
    destination: {
      bucket: 'foo-bucket',
      prefix: 'extracts/data_scientist/',
      credentialsRef: { tenantId: 'foo', purpose: 'extract' },
    },
    open(overrides = {}) {
      const extractor = createPostgresExtractor({
        ...deps,
        pool,
        secrets,
        credentialsFor: async ({ tenantId }) => ({
          accessKeyId: `key-of-${tenantId}`,
          secretAccessKey: 's',
          sessionToken: 't',
          expiration: new Date(Date.now() + 3_600_000),
        }),
        onError: (detail) => void details.push(detail),
        ...overrides,
      });
      opened.push(extractor);
      return extractor;
    },
    async write(sql) {
      await pool.query(sql);
      await database.waitForReplica();
    },
    async writeOnly(sql) {
      await pool.query(sql);
    },
    primary: { host: database.host, port: database.port, database: database.name },
    secrets,
    async activeStatements() {
      const { rows } = await replica.query(
        `select count(*)::int as n from pg_stat_activity where usename = $1 and state = 'active'`,
        [user],
      );
      return rows[0].n;
    },
    async read(key) {
      return bucket.objects.get(`foo-bucket/${key}`) ?? null;
    },
    async close() {
      await Promise.all(opened.map((extractor) => extractor.close()));
      await replica.end();
      await pool.query(`drop owned by ${user}; drop role ${user}`);
      await pool.end();
      await database.stop();
      await bucket.close();
      await rm(folder, { recursive: true });
    },
  };
}
