import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { CloudEvent, EventBus } from '@atelier/cloud/ports';
import type { Role, ServiceCaller, ServiceName } from '@atelier/contracts';
import { SERVICE_CALLERS } from '@atelier/contracts';
import type { JWK } from 'jose';
import { v7 as uuidv7 } from 'uuid';
import { createDatabase, type Database } from '../src/database.ts';
import { migrateService, schemaOf } from '../src/migrate.ts';
import { ensureServiceSchemas } from '../src/service-schema.ts';
import {
  createTokenSigner,
  createTokenVerifier,
  serviceSubject,
  type TokenSigner,
  type TokenVerifier,
  type TrustedKeys,
} from '../src/tokens.ts';

const PASSWORD = 'test';

export interface ServiceDatabases {
  readonly database: Database;
  readonly operatorDatabase: Database;
  close(): Promise<void>;
}

/** Schema, roles and migrations of one service in a test's own database. */
export const prepareServiceDatabase = async (given: {
  url: string;
  service: string;
  migrations: string;
  mounted?: Readonly<Record<string, string>>;
}): Promise<ServiceDatabases> => {
  await ensureServiceSchemas({
    adminConnectionString: given.url,
    services: { [given.service]: { app: PASSWORD, operator: PASSWORD } },
  });
  await migrateService({
    adminConnectionString: given.url,
    service: given.service,
    directory: given.migrations,
    ...(given.mounted === undefined ? {} : { mounted: given.mounted }),
  });
  const schema = schemaOf(given.service);
  const login = (role: string): Database => {
    const url = new URL(given.url);
    url.username = `${schema}_${role}`;
    url.password = PASSWORD;
    return createDatabase({ connectionString: url.toString(), schema });
  };
  const database = login('app');
  const operatorDatabase = login('operator');
  return {
    database,
    operatorDatabase,
    close: async () => {
      await database.close();
      await operatorDatabase.close();
    },
  };
};

export interface TestPerson {
  readonly tenantId: string | null;
  readonly userId: string;
  readonly roles: readonly Role[];
}

export const person = (tenantId: string | null, ...roles: Role[]): TestPerson => ({
  tenantId,
  userId: uuidv7(),
  roles,
});

/** Fresh keys of every caller, and tokens as front-door and the services sign them. */
export interface TestTokens {
  readonly trustedKeys: TrustedKeys;
  readonly privateKey: (caller: ServiceCaller) => JWK;
  signer(caller: ServiceCaller): TokenSigner;
  verifierFor(audience: ServiceName): TokenVerifier;
  asPerson(audience: ServiceName, who: TestPerson): Promise<string>;
  asService(audience: ServiceName, caller: ServiceCaller, tenantId: string | null): Promise<string>;
}

export const createTestTokens = (): TestTokens => {
  const pairs = new Map(
    SERVICE_CALLERS.map((caller) => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const kid = randomUUID();
      const asJwk = (key: typeof privateKey): JWK => ({
        ...(key.export({ format: 'jwk' }) as JWK),
        kid,
      });
      return [caller, { private: asJwk(privateKey), public: asJwk(publicKey) }] as const;
    }),
  );
  const pair = (caller: ServiceCaller) => {
    const found = pairs.get(caller);
    if (found === undefined) throw new Error(`no key for ${caller}`);
    return found;
  };
  const trustedKeys: TrustedKeys = Object.fromEntries(
    SERVICE_CALLERS.map((caller) => [caller, [pair(caller).public]]),
  );
  const signer = (caller: ServiceCaller) =>
    createTokenSigner({ caller, privateKey: pair(caller).private });
  return {
    trustedKeys,
    privateKey: (caller) => pair(caller).private,
    signer,
    verifierFor: (audience) => createTokenVerifier({ audience, trustedKeys }),
    asPerson: (audience, who) =>
      signer('front-door').sign(audience, {
        sub: who.userId,
        tenant_id: who.tenantId,
        roles: [...who.roles],
        email: `${who.userId}@example.test`,
        name: 'Test Person',
        sid: 'test',
      }),
    asService: (audience, caller, tenantId) =>
      signer(caller).sign(audience, serviceSubject(caller, tenantId)),
  };
};

/** Remembers what was published; delivers nothing. For tests of one service that only look at what it says. */
export const createRecordingEventBus = (): EventBus & { readonly published: CloudEvent[] } => {
  const published: CloudEvent[] = [];
  return {
    published,
    publish: async (events) => {
      published.push(...events);
    },
    subscribe: async () => ({ close: async () => undefined }),
  };
};
export * from './test-service.ts';
