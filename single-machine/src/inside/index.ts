import { join } from 'node:path';
import { createFileSecretStore } from '@atelier/cloud/single-machine';
import { SCHEMA_OWNERS } from '../databases/logins.ts';
import type { Instance } from '../instance/instance.ts';
import { openSecrets, type Secrets } from '../instance/secrets.ts';
import { type AwsConfig, createPlatform } from '../processes/platform.ts';

export { CLOUD, databaseNames, loginOf, SCHEMA_OWNERS, STUDIO } from '../databases/logins.ts';

/** Schemas that hold services' tables, as SQL spells them. */
export const serviceSchemas: readonly string[] = SCHEMA_OWNERS.map((owner) =>
  owner.replaceAll('-', '_'),
);

/** Who signs in where, in PostgreSQL. */
export interface DatabaseLogin {
  readonly user: string;
  readonly password: string;
  readonly on?: 'primary' | 'replica';
  readonly database?: string;
}

/** What whoever holds an instance's secrets can do: for tests that attack it from behind its own doors. */
export interface Inside {
  readonly secrets: Secrets;
  readonly serviceAddresses: Readonly<Record<string, string>>;
  urlOf(login: DatabaseLogin): string;
  /** By a role of the platform's own: its password is derived. */
  urlOfRole(role: string, on?: 'primary' | 'replica'): string;
  superuserUrl(database?: string): string;
  /** The login of a tenant's extracts. */
  extractionLogin(tenantId: string): Promise<{ user: string; password: string }>;
  /** Keys that Studio made at its first start: of a service, or `studio-operator`. */
  awsConfigOf(name: string): Promise<AwsConfig>;
  close(): Promise<void>;
}

export async function openInside(instance: Instance): Promise<Inside> {
  const secrets = await openSecrets(instance);
  const platform = createPlatform({ instance, secrets });
  const store = createFileSecretStore({ directory: join(instance.home, 'secret-store') });
  const urlOf: Inside['urlOf'] = ({ user, password, on = 'primary', database = 'atelier' }) =>
    `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${instance.portOf(`postgres-${on}`)}/${database}`;
  return {
    secrets,
    serviceAddresses: platform.serviceAddresses,
    urlOf,
    urlOfRole: (user, on = 'primary') =>
      urlOf({ user, password: secrets.secretFor(`postgres/${user}`), on }),
    superuserUrl: (database = 'atelier') =>
      urlOf({ user: 'postgres', password: secrets.secretFor('postgres/superuser'), database }),
    async extractionLogin(tenantId) {
      const login = await store.get<{ user: string; password: string }>(
        `tenant/${tenantId}/extract`,
      );
      if (login === null) throw new Error(`tenant ${tenantId} has no extraction login`);
      return { user: login.user, password: login.password };
    },
    awsConfigOf: (name) => platform.awsConfigOf(name),
    close: () => platform.close(),
  };
}
