import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { policy } from '@atelier/account-baseline';
import { putRole } from '../accounts/iam-writer.ts';
import { organization } from '../accounts/organization.ts';
import { createStudio } from '../app.ts';
import { openDatabase } from '../database.ts';
import { createLogger } from '../logger.ts';
import { listen } from '../wire/server.ts';
import { composeStorage } from './storage-parts.ts';

/**
 * A Studio with S3 and logs in a process of its own, to be killed. Arguments: database URL, home, account (one is made
 * when it is missing). Prints one line of JSON once it serves: endpoint, account and keys that may do everything.
 */
const [url, home, account] = process.argv.slice(2);
if (!url || !home) throw new Error('usage: storage-process <database url> <home> [<account>]');
const studio = await createStudio({
  database: await openDatabase({ url }),
  home,
  region: 'us-east-1',
  publicUrl: 'http://127.0.0.1',
  events: async () => {},
  logger: createLogger((line) => void process.stderr.write(line)),
  services: [],
  async compose(core) {
    const { modules } = await composeStorage(core, {
      folder: join(home, 's3'),
      now: () => new Date(),
    });
    return modules;
  },
});
await listen(studio.server, { host: '127.0.0.1', port: 0 });

async function newAccount(): Promise<string> {
  const { accountId } = await studio.accounts.create({
    name: randomUUID(),
    email: `${randomUUID()}@accounts.test`,
    kind: 'tenant',
    organizationalUnitId: organization.units.workbenches.id,
    createdBy: 'test',
  });
  await putRole(studio.roles, accountId, {
    name: 'owner',
    path: '/',
    description: 'Made by a test.',
    trust: policy({ Effect: 'Deny', Principal: '*', Action: ['sts:AssumeRole'] }),
    policies: { all: policy({ Effect: 'Allow', Action: ['*'], Resource: ['*'] }) },
    boundaryArn: null,
    maxSessionSeconds: 3_600,
    tags: {},
  });
  return accountId;
}

const accountId = account ?? (await newAccount());
const keys = await studio.sessions.issue({
  role: await studio.roles.get(accountId, 'owner'),
  sessionName: 'test',
  tags: {},
  transitiveTagKeys: [],
  sourceIdentity: null,
  sessionPolicy: null,
  seconds: 3_600,
});
const { port } = studio.server.address() as AddressInfo;
process.stdout.write(
  `${JSON.stringify({ endpoint: `http://127.0.0.1:${port}`, accountId, keys })}\n`,
);
