import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Instance } from '@atelier/single-machine';

const run = promisify(execFile);

/** What `npm run -s env -- <e-mail>` exports, as a shell reads it. */
export async function outsideEnvironment(
  instance: Instance,
  person: { readonly email: string; readonly password: string },
): Promise<Record<string, string>> {
  const { PATH = '' } = process.env;
  const { stdout: exports } = await run('npm', ['run', '-s', 'env', '--', person.email], {
    env: {
      PATH,
      HOME: process.env.HOME ?? '/',
      ATELIER_PORT: String(instance.port),
      ATELIER_HOME: instance.home,
      ATELIER_PASSWORD: person.password,
    },
  });
  // A shell without any variable of its own, so that what it has afterwards is what was exported.
  const { stdout } = await run('env', ['-i', 'sh', '-c', `${exports}\n${PATH_OF_ENV} -0`]);
  const pairs = stdout
    .split('\0')
    .filter((pair) => pair !== '')
    .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const);
  return Object.fromEntries(pairs.filter(([name]) => /^(AWS|ATELIER)_/.test(name)));
}

const PATH_OF_ENV = '/usr/bin/env';
