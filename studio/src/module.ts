import type { AccountStore } from './accounts/account-store.ts';
import type { BaselineTargets } from './accounts/baseline-targets.ts';
import type { Database } from './database.ts';
import type { Authorizer, RoleSessions } from './iam/access.ts';
import type { Logger } from './logger.ts';
import type { Audit } from './wire/audit.ts';
import type { RestService, RpcService } from './wire/operation.ts';
import type { AccountSocketHandler, HostHandler } from './wire/server.ts';

/** What every part of Studio stands on. */
export interface StudioCore {
  readonly database: Database;
  /** Studio's own folder, mode 0700 where it holds secrets. */
  readonly home: string;
  /** Nominal region: `us-east-1`. */
  readonly region: string;
  /** Where Studio's API is reached from this machine: `http://127.0.0.1:8081`. */
  readonly publicUrl: string;
  readonly authorizer: Authorizer;
  readonly roleSessions: RoleSessions;
  /** For what does not come through the dispatcher, which audits every call by itself. */
  readonly audit: Pick<Audit, 'record'>;
  /** Whose audit shows what nobody can be held to. */
  readonly providerAccountId: string;
  readonly accounts: Pick<AccountStore, 'find' | 'isActive'>;
  readonly logger: Logger;
  readonly now: () => Date;
  /** Serves the API on a unix socket; keys of another account are refused there. */
  readonly listenForAccount: ListenForAccount;
}

export type ListenForAccount = (
  accountId: string,
  /** In a folder that exists and that only the host writes; who may connect is the caller's to set. */
  path: string,
) => Promise<{ close(): Promise<void> }>;

/** What one part adds to the whole; every member is optional. */
export interface StudioModule {
  /** Several modules may bring operations of one service. */
  readonly rpc?: readonly RpcService[];
  /** Asked in order of the modules; S3's module comes last. */
  readonly rest?: readonly RestService[];
  readonly spaces?: HostHandler;
  readonly accountSocket?: AccountSocketHandler;
  /** What this part makes in a new account. */
  readonly baseline?: Partial<BaselineTargets>;
  /** Ends and removes all that runs in an account that is being closed; idempotent. */
  readonly removeAccount?: (accountId: string) => Promise<void>;
  /** Adopts and resumes, once everything is composed and before requests are accepted. */
  readonly start?: () => Promise<void>;
  readonly close?: () => Promise<void>;
}
