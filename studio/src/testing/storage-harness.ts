import type { AddressInfo } from 'node:net';
import { openDatabase } from '../database.ts';
import type { Caller } from '../iam/access.ts';
import { createAuthorizer } from '../iam/authorizer.ts';
import type { Role, RoleStore } from '../iam/role-store.ts';
import { createLogger } from '../logger.ts';
import { createLogs, type Logs } from '../logs/index.ts';
import { createS3, type S3 } from '../s3/index.ts';
import { createAuthenticate } from '../wire/authenticate.ts';
import { createDispatcher } from '../wire/dispatcher.ts';
import { closeServer, createStudioServer, listen } from '../wire/server.ts';

const region = 'us-east-1';

export interface TestIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly caller: Caller;
}

export interface StorageHarness {
  readonly endpoint: string;
  readonly region: string;
  readonly s3: S3;
  readonly logs: Logs;
  close(): Promise<void>;
}

/** A role session with keys; its rights are the policy documents of the role that `roles` gives by ARN. */
export function testIdentity(accountId: string, roleName: string): TestIdentity {
  return {
    accessKeyId: `ASIA${accountId}${roleName}`.toUpperCase(),
    secretAccessKey: `secret of ${roleName} in ${accountId}`,
    caller: {
      accountId,
      arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/test`,
      userId: `AROA${roleName}:test`,
      accessKeyId: `ASIA${accountId}${roleName}`.toUpperCase(),
      roleArn: `arn:aws:iam::${accountId}:role/${roleName}`,
      principalTags: {},
      sourceIdentity: null,
      sessionPolicy: null,
      expiresAt: null,
    },
  };
}

/** S3 and CloudWatch Logs behind the real wire and the real evaluation of policies, with roles from memory. */
export async function startStorage(options: {
  readonly databaseUrl: string;
  readonly folder: string;
  /** Each with the policy document of its role. */
  readonly identities: readonly (TestIdentity & { readonly policy: object })[];
  readonly now?: () => Date;
  readonly port?: number;
}): Promise<StorageHarness> {
  const now = options.now ?? (() => new Date());
  const logger = createLogger((line) => void process.stderr.write(line));
  const database = await openDatabase({ url: options.databaseUrl });

  const roleFor = (arn: string): Role | null => {
    const identity = options.identities.find(({ caller }) => caller.roleArn === arn);
    if (!identity) return null;
    const name = arn.split('/').at(-1) ?? '';
    return {
      accountId: identity.caller.accountId,
      name,
      path: '/',
      arn,
      roleId: `AROA${name}`,
      description: null,
      trustPolicy: '{}',
      boundaryArn: null,
      maxSessionSeconds: 3600,
      tags: {},
      createdAt: new Date(0),
      policies: { rights: JSON.stringify(identity.policy) },
    };
  };
  const roles = {
    findByArn: async (arn: string) => roleFor(arn),
    managedPolicy: async () => null,
  } as Pick<RoleStore, 'findByArn' | 'managedPolicy'> as RoleStore;
  const authorizer = createAuthorizer({
    roles,
    guardrails: { forAccount: async () => [] },
    organizationId: 'o-test',
    now,
  });
  const s3 = await createS3({ database, folder: options.folder, authorizer, logger, now });
  const logs = createLogs({ database, logger, now });
  const dispatch = createDispatcher({
    authenticate: createAuthenticate({
      region,
      now: () => new Date(),
      keys: {
        async lookup(accessKeyId) {
          const identity = options.identities.find((known) => known.accessKeyId === accessKeyId);
          return identity
            ? { found: true, secret: identity.secretAccessKey, caller: identity.caller }
            : { found: false, fault: 'unknown-key' };
        },
      },
    }),
    authorizer,
    audit: { record: async () => {}, list: async () => [], close: async () => {} },
    region,
    now,
    providerAccountId: '000000000000',
    logger,
    rpc: [logs.service],
    rest: [s3.service],
  });
  const server = createStudioServer(
    {
      dispatch,
      publicHandler: async () => false,
      spaces: null,
      spacesSuffix: '.studio.localhost',
      logger,
    },
    null,
  );
  await listen(server, { host: '127.0.0.1', port: options.port ?? 0 });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region,
    s3,
    logs,
    async close() {
      await closeServer(server, 0);
      await logs.close();
      await s3.close();
      await database.end();
    },
  };
}
