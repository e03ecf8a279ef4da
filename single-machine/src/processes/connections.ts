import { migrateCloud } from '@atelier/cloud/single-machine';
import { createDatabase, type Database, migrateService, schemaOf } from '@atelier/service-kit';
import pg from 'pg';
import {
  CLOUD,
  databaseNames,
  type Login,
  loginOf,
  passwordUse,
  type SchemaOwner,
  STUDIO,
} from '../databases/logins.ts';
import type { Instance } from '../instance/instance.ts';
import type { Secrets } from '../instance/secrets.ts';

/** How the processes of an instance reach PostgreSQL. */
export interface Connections {
  /** URL of a role in the database `atelier`, on the primary. */
  urlOf(role: string): string;
  /** URL of the database of Studio. */
  studioUrl: string;
  databaseOf(service: SchemaOwner, login: Login): Database;
  poolOf(
    role: string,
    options?: { max?: number; schema?: SchemaOwner; on?: 'primary' | 'replica' },
  ): pg.Pool;
  /** Brings a service's schema up to date, as its owner. */
  migrate(
    service: SchemaOwner,
    directory: string,
    mounted?: Readonly<Record<string, string>>,
  ): Promise<void>;
  migrateCloud(): Promise<void>;
  close(): Promise<void>;
}

/** Services share 200 connections: an operator's work is rare, a tenant's is not. */
const MAX_CONNECTIONS: Readonly<Record<Login, number>> = { app: 8, operator: 3 };

export function createConnections(instance: Instance, secrets: Secrets): Connections {
  const closing: (() => Promise<void>)[] = [];
  const url = (
    role: string,
    password: string,
    database: string,
    on: 'primary' | 'replica' = 'primary',
  ) =>
    `postgresql://${role}:${password}@127.0.0.1:${instance.portOf(`postgres-${on}`)}/${database}`;
  const urlOf = (role: string, on?: 'primary' | 'replica') =>
    url(role, secrets.secretFor(passwordUse(role)), databaseNames.atelier, on);
  const superuserUrl = url(
    'postgres',
    secrets.secretFor('postgres/superuser'),
    databaseNames.atelier,
  );

  return {
    urlOf,
    studioUrl: url(STUDIO, secrets.secretFor(passwordUse(STUDIO)), databaseNames.studio),
    databaseOf(service, login) {
      const database = createDatabase({
        connectionString: urlOf(loginOf(service, login)),
        schema: schemaOf(service),
        maxConnections: MAX_CONNECTIONS[login],
      });
      closing.push(() => database.close());
      return database;
    },
    poolOf(role, { max = 8, schema, on } = {}) {
      const pool = new pg.Pool({
        connectionString: urlOf(role, on),
        max,
        ...(schema && { options: `-c search_path=${schemaOf(schema)}` }),
      });
      // A connection that breaks while idle (a restarted database) is replaced at the next use.
      pool.on('error', () => {});
      closing.push(() => pool.end());
      return pool;
    },
    migrate: (service, directory, mounted = {}) =>
      migrateService({ adminConnectionString: superuserUrl, service, directory, mounted }),
    migrateCloud: () => migrateCloud(urlOf(CLOUD)),
    async close() {
      await Promise.all(closing.map((close) => close()));
    },
  };
}
