import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executionRoleArn } from '@atelier/account-baseline';
import type { EventBus } from '@atelier/cloud/ports';
import { createPostgresEventBus, migrateCloud } from '@atelier/cloud/single-machine';
import type { Principal, Role } from '@atelier/contracts';
import { openIdentityPool, startIdentityProvider } from '@atelier/identity-provider/testing';
import { createTestTokens, prepareServiceDatabase } from '@atelier/service-kit/testing';
import { freePort, startTestDatabase } from '@atelier/single-machine/testing';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { createFrontDoor, type FrontDoorDeps, frontDoorMigrations } from '../src/app.ts';
import { type Browser, createBrowser, type Page } from './browser.ts';
import { startFakeServices } from './fake-services.ts';

export const PASSWORD = 'correct horse battery staple';

export interface Person extends Principal {
  readonly subject: string;
}

/** STS as far as workbenches need it: keys on an address, and what it signs with them. */
const startSts = async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES384', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'sts', alg: 'ES384' };
  const server: Server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const issuer = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/sts`;
  const audience = 'http://127.0.0.1:4567';
  return {
    rules: { issuer, jwksUri: `${issuer}/jwks`, audience },
    /** As `sts:GetWebIdentityToken` answers a notebook that runs with this person's execution role. */
    sign: (
      accountId: string,
      userId: string,
      changed: {
        sub?: string;
        issuer?: string;
        audience?: string;
        key?: Parameters<SignJWT['sign']>[0];
        algorithm?: string;
        expiresIn?: number;
        accountClaim?: string;
      } = {},
    ): Promise<string> => {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({
        'https://sts.amazonaws.com/': { aws_account: changed.accountClaim ?? accountId },
      })
        .setProtectedHeader({ alg: changed.algorithm ?? 'ES384', kid: 'sts', typ: 'JWT' })
        .setIssuer(changed.issuer ?? issuer)
        .setSubject(changed.sub ?? executionRoleArn(accountId, userId))
        .setAudience(changed.audience ?? audience)
        .setIssuedAt(now - 10)
        .setExpirationTime(now + (changed.expiresIn ?? 300))
        .sign(changed.key ?? privateKey);
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};

const buildApplication = async (root: string, name: string): Promise<string> => {
  const directory = join(root, name);
  await mkdir(join(directory, 'assets'), { recursive: true });
  await writeFile(
    join(directory, 'index.html'),
    `<!doctype html><title>${name}</title><script>document.title += '!'</script><script type="module" src="/assets/main-abc123.js"></script>`,
  );
  await writeFile(join(directory, 'assets', 'main-abc123.js'), `export const name = '${name}';`);
  await writeFile(join(directory, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(join(directory, '.secret'), 'not for the web');
  return directory;
};

/** A whole front-door: real provider, real PostgreSQL, real event bus; services and STS are small real listeners. */
export const startStack = async (changed: Partial<FrontDoorDeps> = {}) => {
  const testDatabase = await startTestDatabase();
  const identityPool = await openIdentityPool(testDatabase);
  const databases = await prepareServiceDatabase({
    url: testDatabase.url,
    service: 'front-door',
    migrations: frontDoorMigrations,
  });
  await migrateCloud(testDatabase.url);
  const cloudPool = new pg.Pool({ connectionString: testDatabase.url });
  cloudPool.on('error', () => undefined);
  const eventBus: EventBus = createPostgresEventBus({ pool: cloudPool });

  const port = await freePort();
  const origins = {
    landing: `http://atelier.localhost:${port}`,
    crm: `http://crm.atelier.localhost:${port}`,
    admin: `http://admin.atelier.localhost:${port}`,
    identity: `http://id.atelier.localhost:${port}`,
    mail: `http://mail.atelier.localhost:${port}`,
  };
  const clients = (['landing', 'crm', 'admin'] as const).map((name) => ({
    clientId: `atelier-${name}`,
    clientSecret: randomBytes(16).toString('hex'),
    name,
    origin: origins[name],
  }));
  const apiAudience = `${origins.landing}/api`;
  const identity = await startIdentityProvider({
    pool: identityPool,
    issuer: origins.identity,
    clients,
    apiAudience,
  });

  const tokens = createTestTokens();
  const services = await startFakeServices(tokens);
  const sts = await startSts();
  const home = await mkdtemp(join(tmpdir(), 'atelier-front-door-'));
  const [landing, crm, admin] = await Promise.all(
    clients.map(async (client) => ({
      ...client,
      directory: await buildApplication(home, client.name),
    })),
  );
  if (landing === undefined || crm === undefined || admin === undefined) throw new Error('no apps');

  const frontDoor = await createFrontDoor({
    databaseUrl: testDatabase.urlFor('front_door_app', 'test'),
    operatorDatabaseUrl: testDatabase.urlFor('front_door_operator', 'test'),
    eventBus,
    signingKey: tokens.privateKey('front-door'),
    cookieSecret: 'a secret of this test',
    serviceAddresses: services.addresses,
    applications: [landing, crm, admin],
    passThroughs: [{ name: 'identity', origin: origins.identity, address: identity.address }],
    accessTokens: {
      issuer: origins.identity,
      audience: apiAudience,
      type: 'at+jwt',
      algorithms: ['ES256'],
      requiredClaims: {},
    },
    workbench: sts.rules,
    logLevel: 'fatal',
    ...changed,
  });
  await frontDoor.app.listen({ host: '127.0.0.1', port });

  return {
    ...{ frontDoor, origins, services, sts, identity, tokens, databases, eventBus, home, port },
    apiAudience,
    /** Somebody who can sign in, and whom user-management knows. */
    addPerson: async (
      tenantId: string | null,
      roles: readonly Role[],
      known = true,
    ): Promise<Person> => {
      const userId = uuidv7();
      const email = `${userId}@foo.example`;
      const { subject, issuer } = await identity.directory.ensureUser({ email, name: 'Somebody' });
      await identity.directory.setPassword(subject, PASSWORD);
      const principal = {
        ...{ userId, tenantId, email, name: 'Somebody', revision: 1 },
        roles: [...roles],
      };
      if (known) {
        services.people.byIdentity.set(`${issuer} ${subject}`, principal);
        services.people.byId.set(userId, principal);
      }
      return { ...principal, subject };
    },
    /** As a restart of the database does. */
    breakDatabaseConnections: async (): Promise<void> => {
      const client = new pg.Client({ connectionString: testDatabase.url });
      await client.connect();
      await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`,
      );
      await client.end();
    },
    /** Signs in as a person does; the page that he ends up on. */
    signIn: async (
      who: { email: string },
      application: 'landing' | 'crm' | 'admin' = 'crm',
      browser: Browser = createBrowser(),
      next = '/customers',
    ): Promise<{ browser: Browser; page: Page }> => {
      const form = await browser.open(
        `${origins[application]}/auth/login?next=${encodeURIComponent(next)}`,
      );
      const page = await browser.submit(form, { email: who.email, password: PASSWORD });
      return { browser, page };
    },
    close: async () => {
      await frontDoor.close();
      await identity.close();
      await Promise.all([services.close(), sts.close(), identityPool.end(), databases.close()]);
      await cloudPool.end();
      await testDatabase.stop();
      await rm(home, { recursive: true });
    },
  };
};
export type Stack = Awaited<ReturnType<typeof startStack>>;
