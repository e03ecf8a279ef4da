import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeBaseline, json, type PolicyDocument, policy } from '@atelier/account-baseline';
import type { CloudEvent } from '@atelier/cloud/ports';
import { freePort, startTestDatabase } from '@atelier/single-machine/testing';
import { v7 as uuidv7 } from 'uuid';
import { putRole } from '../accounts/iam-writer.ts';
import { organization } from '../accounts/organization.ts';
import { createStudio, type Studio, type StudioDeps } from '../app.ts';
import { type Database, openDatabase } from '../database.ts';
import type { TemporaryKeys } from '../iam/access.ts';
import { createLogger, type Logger, silentLogger } from '../logger.ts';
import { listen } from '../wire/server.ts';

export interface TestKeys extends TemporaryKeys {
  readonly accountId: string;
  readonly roleArn: string;
}

export interface TestStudio {
  readonly studio: Studio;
  readonly database: Database;
  readonly home: string;
  readonly port: number;
  /** Pass as `endpoint` to an SDK client. */
  readonly url: string;
  /** Events that Studio sent to the world so far. */
  readonly events: readonly CloudEvent[];
  /** A tenant account with the baseline's roles, boundary and guardrails; no bucket and no domain. */
  createAccount(): Promise<string>;
  /** Keys of a new role (or of `role`, made at its first use) with exactly this policy. */
  createKeys(options: {
    readonly accountId: string;
    readonly permissions: PolicyDocument;
    readonly name?: string;
    readonly path?: string;
    readonly trust?: PolicyDocument;
    readonly tags?: Readonly<Record<string, string>>;
    readonly seconds?: number;
  }): Promise<TestKeys>;
  stop(): Promise<void>;
}

/** A policy that allows everything: for tests of something else than permissions. */
export const allowAll: PolicyDocument = policy({ Effect: 'Allow', Action: ['*'], Resource: ['*'] });

/** Studio on a free port over a database of its own. `STUDIO_TEST_LOG=1` shows its log. */
export async function startTestStudio(
  options: Partial<Pick<StudioDeps, 'compose' | 'now' | 'services' | 'events'>> = {},
): Promise<TestStudio> {
  const testDatabase = await startTestDatabase();
  const database = await openDatabase({ url: testDatabase.url });
  const home = await mkdtemp(join(tmpdir(), 'atelier-studio-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const events: CloudEvent[] = [];
  const studio = await createStudio({
    database,
    home,
    region: 'us-east-1',
    publicUrl: url,
    events: async (event) => {
      events.push(event);
    },
    logger: testLogger(),
    compose: async () => [],
    ...options,
  });
  await listen(studio.server, { host: '127.0.0.1', port });
  const providerAccountId = studio.platform.providerAccountId;

  return {
    studio,
    database,
    home,
    port,
    url,
    events,

    async createAccount() {
      const name = uuidv7();
      const { accountId } = await studio.accounts.create({
        name,
        email: `${name}@accounts.test`,
        kind: 'tenant',
        organizationalUnitId: organization.units.workbenches.id,
        createdBy: `test/${name}`,
      });
      const baseline = describeBaseline({ accountId, providerAccountId, region: 'us-east-1' });
      for (const managed of baseline.managedPolicies) {
        await studio.roles.putManagedPolicy({
          accountId,
          name: managed.name,
          path: '/',
          document: json(managed.document),
        });
      }
      for (const role of baseline.roles) await putRole(studio.roles, accountId, role);
      return accountId;
    },

    async createKeys({ accountId, permissions, name = `test-${uuidv7()}`, ...more }) {
      const nobody = policy({ Effect: 'Deny', Principal: '*', Action: ['sts:AssumeRole'] });
      await putRole(studio.roles, accountId, {
        name,
        path: more.path ?? '/',
        description: 'Made by a test.',
        trust: more.trust ?? nobody,
        policies: { test: permissions },
        boundaryArn: null,
        maxSessionSeconds: 43_200,
        tags: more.tags ?? {},
      });
      const role = await studio.roles.get(accountId, name);
      const keys = await studio.sessions.issue({
        role,
        sessionName: 'test',
        tags: {},
        transitiveTagKeys: [],
        sourceIdentity: null,
        sessionPolicy: null,
        seconds: more.seconds ?? 3_600,
      });
      return { ...keys, accountId, roleArn: role.arn };
    },

    async stop() {
      await studio.close();
      await database.end();
      await testDatabase.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

const testLogger = (): Logger =>
  process.env.STUDIO_TEST_LOG ? createLogger((line) => process.stderr.write(line)) : silentLogger;
