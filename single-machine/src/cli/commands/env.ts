import { stderr, stdout } from 'node:process';
import { ProblemError, type TenantRole } from '@atelier/contracts';
import { readSignIns } from '../../instance/sign-ins.ts';
import { type SignedIn, signIn } from '../../people/sign-in.ts';
import type { Command } from '../main.ts';

const KEY_SECONDS = 3_600;

/** `NAME='value'` for a POSIX shell, whatever the value holds. */
export function shellExport(name: string, value: string): string {
  return `export ${name}='${value.replaceAll("'", "'\\''")}'\n`;
}

async function apiKeyOf(person: SignedIn): Promise<string> {
  const { secret } = await person.api('user-management').createApiKey({
    body: {
      name: 'npm run env',
      roles: person.user.roles.filter((role): role is TenantRole => role !== 'platform_operator'),
      expiresInSeconds: KEY_SECONDS,
    },
    idempotencyKey: crypto.randomUUID(),
  });
  if (secret === null) throw new Error('the key was made before: its secret is shown once only');
  return secret;
}

/** Keys of the person's execution role; empty, with the reason told, when there are none. */
async function cloudVariablesOf(person: SignedIn): Promise<Record<string, string>> {
  try {
    const keys = await person.api('workbench-management').issueCredentials();
    return {
      ...(keys.endpointUrl !== null && { AWS_ENDPOINT_URL: keys.endpointUrl }),
      AWS_REGION: keys.region,
      AWS_DEFAULT_REGION: keys.region,
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_SESSION_TOKEN: keys.sessionToken,
      ATELIER_BUCKET: keys.bucket,
      ATELIER_EXECUTION_ROLE: keys.executionRoleArn,
    };
  } catch (cause) {
    if (!(cause instanceof ProblemError)) throw cause;
    stderr.write(`no AWS keys for ${person.user.email}: ${cause.message}\n`);
    return {};
  }
}

/** `<e-mail>`: shell exports to act as that person from outside for an hour. */
export const command: Command = async ([email], instance) => {
  if (email === undefined) throw new Error('say who: npm run -s env -- <e-mail>');
  const known = (await readSignIns(instance)).find((one) => one.email === email);
  const password = process.env.ATELIER_PASSWORD ?? known?.password;
  if (password === undefined) {
    throw new Error(
      `the first start did not make ${email}: give the password in the variable ATELIER_PASSWORD`,
    );
  }
  const { addresses } = instance;
  const person = await signIn({ addresses, application: 'crm', email, password });
  const variables = {
    ATELIER_URL: addresses.landing,
    ATELIER_TOKEN: await apiKeyOf(person),
    ...(await cloudVariablesOf(person)),
  };
  for (const [name, value] of Object.entries(variables)) stdout.write(shellExport(name, value));
  return 0;
};
