import { fileURLToPath } from 'node:url';
import type { UserDirectory } from '@atelier/cloud/ports';
import { userManagementOperations } from '@atelier/contracts';
import {
  createServiceApp,
  type Mailer,
  type Peers,
  type ServiceApp,
  type ServiceDeps,
} from '@atelier/service-kit';
import { handlersOf } from './handlers.ts';

export { ensureOperator } from './operators.ts';

export const SERVICE = 'user-management';
export const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));

export interface Deps extends ServiceDeps {
  readonly peers: Peers;
  readonly mail: Mailer;
  /** Null with an external identity provider. */
  readonly userDirectory: UserDirectory | null;
  readonly landingUrl: string;
}

/** Who belongs to which tenant with which roles: people, invitations, keys, and whom a proven identity stands for. */
export const createApp = (deps: Deps): ServiceApp =>
  createServiceApp({
    service: SERVICE,
    operations: userManagementOperations,
    deps,
    compose: (runtime) => ({ handlers: handlersOf({ ...deps, runtime }) }),
  });
