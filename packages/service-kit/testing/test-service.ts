import {
  createPostgresQueue,
  createPostgresStateStore,
  migrateCloud,
} from '@atelier/cloud/single-machine';
import {
  type Client,
  createClient,
  type Operation,
  type ServiceCaller,
  type ServiceName,
} from '@atelier/contracts';
import { startTestDatabase, type TestDatabase } from '@atelier/single-machine/testing';
import pg from 'pg';
import type { LongWorkDeps } from '../src/long-work.ts';
import type { ServiceApp, ServiceDeps } from '../src/service-app.ts';
import {
  createRecordingEventBus,
  createTestTokens,
  prepareServiceDatabase,
  type TestPerson,
  type TestTokens,
} from './index.ts';

type Operations = Readonly<Record<string, Operation>>;

/** One service over a real PostgreSQL, asked through its real HTTP application. */
export interface TestService<Ops extends Operations> {
  readonly testDatabase: TestDatabase;
  readonly tokens: TestTokens;
  readonly eventBus: ReturnType<typeof createRecordingEventBus>;
  readonly served: ServiceApp;
  as(who: TestPerson): Client<Ops>;
  asService(caller: ServiceCaller, tenantId: string | null): Client<Ops>;
  anonymous: Client<Ops>;
  stop(): Promise<void>;
}

const injectFetch =
  (served: ServiceApp): typeof fetch =>
  async (input, init) => {
    const body = init?.body;
    const response = await served.app.inject({
      method: (init?.method ?? 'GET') as 'GET',
      url: String(input),
      headers: init?.headers as Record<string, string>,
      ...(body === undefined || body === null ? {} : { payload: body as string | Buffer }),
    });
    const empty = response.statusCode === 204;
    return new Response(empty ? null : new Uint8Array(response.rawPayload), {
      status: response.statusCode,
      headers: response.headers as Record<string, string>,
    });
  };

export const startTestService = async <Ops extends Operations>(given: {
  service: ServiceName;
  migrations: string;
  mounted?: Readonly<Record<string, string>>;
  operations: Ops;
  createApp: (
    deps: ServiceDeps & LongWorkDeps,
    more: { testDatabase: TestDatabase },
  ) => ServiceApp | Promise<ServiceApp>;
}): Promise<TestService<Ops>> => {
  const testDatabase = await startTestDatabase();
  await migrateCloud(testDatabase.url);
  const databases = await prepareServiceDatabase({ ...given, url: testDatabase.url });
  const pool = new pg.Pool({ connectionString: testDatabase.url, max: 6 });
  pool.on('error', () => undefined);
  const tokens = createTestTokens();
  const eventBus = createRecordingEventBus();
  const served = await given.createApp(
    {
      database: databases.database,
      operatorDatabase: databases.operatorDatabase,
      verifyToken: tokens.verifierFor(given.service),
      tenantCredentials: () => async () => {
        throw new Error('this test has no cloud');
      },
      eventBus,
      logLevel: process.env.TEST_LOG_LEVEL ?? 'silent',
      stateStore: createPostgresStateStore({ pool }),
      workQueue: (kind) => createPostgresQueue({ pool, name: kind, maxDeliveries: 5 }),
    },
    { testDatabase },
  );
  await served.app.ready();
  const client = (token: () => Promise<string> | null) =>
    createClient(given.operations, {
      baseUrl: '',
      fetch: injectFetch(served),
      headers: async () => {
        const value = await token();
        return value === null ? {} : { authorization: `Bearer ${value}` };
      },
    });
  return {
    testDatabase,
    tokens,
    eventBus,
    served,
    as: (who) => client(() => tokens.asPerson(given.service, who)),
    asService: (caller, tenantId) =>
      client(() => tokens.asService(given.service, caller, tenantId)),
    anonymous: client(() => null),
    stop: async () => {
      await served.close();
      await databases.close();
      await pool.end();
      await testDatabase.stop();
    },
  };
};

/** The stable code of the refusal that `call` ends in; fails when it succeeds. */
export const refusalOf = async (call: Promise<unknown>): Promise<string> => {
  const failure = await call.then(
    () => null,
    (error: unknown) => error,
  );
  if (failure === null) return 'succeeded';
  if (failure instanceof Error && 'problem' in failure) {
    return (failure.problem as { code: string }).code;
  }
  throw failure;
};
