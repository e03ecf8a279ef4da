import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '@atelier/single-machine/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { pythonEnvironment } from '../testing/python-environment.ts';
import { type StorageStudio, startStorageStudio } from '../testing/storage-studio.ts';
import { allowAll, type TestKeys } from '../testing/test-studio.ts';

const run = promisify(execFile);
const scripts = fileURLToPath(new URL('../../../tests/clients', import.meta.url));

/** Two environments, since the CLI pins a botocore of its own. */
const sdk = ['boto3==1.44.8', 'moto[server]==5.2.5', 'pyarrow==26.0.1'];
const cli = ['awscli==1.46.3'];

let storage: StorageStudio;
let keys: TestKeys;
let sdkBin: string;
let cliBin: string;
let peer: ChildProcess;
let peerUrl: string;

beforeAll(async () => {
  [sdkBin, cliBin] = await Promise.all([pythonEnvironment(sdk), pythonEnvironment(cli)]);
  storage = await startStorageStudio(() => new Date());
  const accountId = await storage.studio.createAccount();
  ({ keys } = await storage.identity(accountId, allowAll));
  const port = await freePort();
  peerUrl = `http://127.0.0.1:${port}`;
  peer = spawn(join(sdkBin, 'moto_server'), ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
  });
  await vi.waitFor(() => fetch(peerUrl), { timeout: 30_000, interval: 200 });
}, 300_000);

afterAll(async () => {
  peer.kill('SIGKILL');
  await once(peer, 'exit');
  await storage.stop();
});

/** The last line of a script that ended well; otherwise what it printed is the failure. */
async function lastLine(script: string, ...words: readonly string[]): Promise<string> {
  const { stdout } = await run(join(sdkBin, 'python'), [join(scripts, script), ...words], {
    maxBuffer: 64 << 20,
  }).catch((error: Error & { stdout: string; stderr: string }) => {
    throw new Error(`${error.stdout}\n${error.stderr}`, { cause: error });
  });
  return stdout.trimEnd().split('\n').at(-1) ?? '';
}

const studioArguments = (prefix: string): string[] => [
  `--${prefix}endpoint=${storage.studio.url}`,
  `--${prefix}access-key=${keys.accessKeyId}`,
  `--${prefix}secret-key=${keys.secretAccessKey}`,
  `--${prefix}session-token=${keys.sessionToken}`,
];

test('boto3 gets the same answers as from the peer, known differences excepted', async () => {
  const summary = await lastLine(
    's3_differential.py',
    ...studioArguments('studio-'),
    `--peer-endpoint=${peerUrl}`,
    '--peer-access-key=any',
    '--peer-secret-key=any',
  );
  expect(summary).toMatch(/^1\d\d passed, 0 failed$/);
}, 300_000);

test('boto3 transfers, the AWS CLI and pyarrow work as they are', async () => {
  const summary = await lastLine(
    's3_programs.py',
    ...studioArguments(''),
    `--aws=${join(cliBin, 'aws')}`,
  );
  expect(summary).toMatch(/^\d+ passed, 0 failed$/);
}, 300_000);
