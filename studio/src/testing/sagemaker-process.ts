import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { putRole } from '../accounts/iam-writer.ts';
import { organization } from '../accounts/organization.ts';
import { createStudio } from '../app.ts';
import { openDatabase } from '../database.ts';
import { createLogger } from '../logger.ts';
import { listen } from '../wire/server.ts';
import { composeSageMaker, executionTrust, type SageMakerParts } from './sagemaker-studio.ts';
import { allowAll } from './test-studio.ts';

/**
 * Studio with jobs and endpoints in a process of its own, to be killed. Prints who may call it once it serves; the next
 * process over the same folder prints the same. Arguments: database URL, folder, port.
 */
const [databaseUrl, home, portText] = process.argv.slice(2);
if (!databaseUrl || !home || !portText) {
  throw new Error('usage: sagemaker-process <database url> <folder> <port>');
}
const port = Number(portText);
const database = await openDatabase({ url: databaseUrl });
const made: SageMakerParts[] = [];
const studio = await createStudio({
  database,
  home,
  region: 'us-east-1',
  publicUrl: `http://127.0.0.1:${port}`,
  events: () => Promise.resolve(),
  logger: createLogger((line) => process.stderr.write(line)),
  compose: async (core) => {
    const parts = await composeSageMaker(core, home);
    made.push(parts);
    return parts.modules;
  },
});

const firstStart = async (): Promise<string> => {
  const { accountId } = await studio.accounts.create({
    name: 'killed',
    email: 'killed@accounts.test',
    kind: 'tenant',
    organizationalUnitId: organization.units.workbenches.id,
    createdBy: 'test',
  });
  const bucket = `test-${accountId}`;
  await made[0]?.s3.buckets.ensureBucket({ name: bucket, accountId, region: 'us-east-1' });
  await putRole(studio.roles, accountId, {
    name: 'Execution',
    path: '/',
    description: 'Made by a test.',
    trust: executionTrust,
    policies: { test: allowAll },
    boundaryArn: null,
    maxSessionSeconds: 43_200,
    tags: {},
  });
  const role = await studio.roles.get(accountId, 'Execution');
  const keys = await studio.sessions.issue({
    role,
    sessionName: 'test',
    tags: {},
    transitiveTagKeys: [],
    sourceIdentity: null,
    sessionPolicy: null,
    seconds: 3600,
  });
  return JSON.stringify({ accountId, bucket, roleArn: role.arn, keys });
};

const file = join(home, 'tenant.json');
if (!existsSync(file)) writeFileSync(file, await firstStart());
await listen(studio.server, { host: '127.0.0.1', port });
process.stdout.write(`${readFileSync(file, 'utf8')}\n`);
