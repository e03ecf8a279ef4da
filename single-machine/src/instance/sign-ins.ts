import type { Instance } from './instance.ts';
import { readJson, writePrivateJson } from './private-file.ts';

/** A person whom the first start made, for trying the product out. */
export interface SignIn {
  /** Name of the tenant; null for the platform operator. */
  readonly tenant: string | null;
  readonly role: string;
  readonly email: string;
  readonly password: string;
}

const signInFile = (instance: Instance) => instance.path('secrets', 'sign-ins.json');

export async function readSignIns(instance: Instance): Promise<SignIn[]> {
  return (await readJson<SignIn[]>(signInFile(instance))) ?? [];
}

/** Adds people, or replaces those of the same e-mail. */
export async function addSignIns(instance: Instance, added: readonly SignIn[]): Promise<void> {
  const emails = new Set(added.map(({ email }) => email));
  const kept = (await readSignIns(instance)).filter(({ email }) => !emails.has(email));
  await writePrivateJson(signInFile(instance), [...kept, ...added]);
}
