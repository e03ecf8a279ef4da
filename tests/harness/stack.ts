import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Instance,
  loadInstance,
  readStatus,
  type StackAddress,
  type Status,
} from '@atelier/single-machine';
import { type SignedIn, signIn } from '@atelier/single-machine/people';
import { inject } from 'vitest';

/** The instance that this run's tests talk to, from outside. */
export interface Stack {
  readonly instance: Instance;
  /** Addresses, sign-ins and processes, as `npm run status` tells them. */
  status(): Promise<Status>;
  /** The platform operator. */
  signInOperator(): Promise<SignedIn>;
  /** What a process has logged so far. */
  logOf(process: string): Promise<string>;
}

/** The instance that the files of a run share. */
export const openStack = (): Stack => openStackAt(inject('stack'));

export function openStackAt({ port, home }: StackAddress): Stack {
  const instance = loadInstance({ ATELIER_PORT: String(port), ATELIER_HOME: home });
  return {
    instance,
    status: () => readStatus(instance),
    async signInOperator() {
      const { signIns } = await readStatus(instance);
      const operator = signIns.find(({ tenant }) => tenant === null);
      if (!operator) throw new Error('the instance has no operator');
      return signIn({ addresses: instance.addresses, application: 'admin', ...operator });
    },
    logOf: (process) => readFile(join(home, 'logs', `${process}.log`), 'utf8'),
  };
}
