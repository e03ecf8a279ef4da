import type { Engine } from '../containers/engine.ts';
import type { Database } from '../database.ts';
import type { RoleSessions } from '../iam/access.ts';
import type { Logger } from '../logger.ts';
import type { LogWriter } from '../logs/log-writer.ts';
import type { Audit } from '../wire/audit.ts';

/** Where the homes of spaces live: each with a size of its own, owned by the account's mapped user. */
export interface HomeVolumes {
  /** Makes the volume or finds it; answers its host path. */
  create(request: { name: string; uid: number; bytes: number }): Promise<string>;
  /** Removes the volume with all that is in it; nothing when there is none. */
  remove(name: string): Promise<void>;
}

export interface SpacesDeps {
  readonly database: Database;
  readonly engine: Engine;
  readonly volumes: HomeVolumes;
  /** Host user that the account's code runs as. */
  readonly uidOf: (accountId: string) => Promise<number>;
  readonly roles: RoleSessions;
  readonly logWriter: LogWriter;
  readonly logger: Logger;
  readonly audit: Pick<Audit, 'record'>;
  /** Whose audit shows what nobody can be held to. */
  readonly providerAccountId: string;
  /** A folder of Studio's own for what spaces mount read-only: `<ATELIER_HOME>/studio/spaces`. */
  readonly home: string;
  /** The checkout's `notebook-kit`: the Python package and the example notebooks. */
  readonly notebookKit: string;
  /** Port of Studio's listener as browsers reach it; stands in addresses and cookie names. Asked when needed. */
  readonly publicPort: () => number;
  /** Bucket of the account's workbench, given to notebooks; null where there is none. */
  readonly bucketOf: (accountId: string) => Promise<string | null>;
  /** Where the button of an expired link leads; null where nothing launches notebooks. */
  readonly launchPageUrl: string | null;
  /** Named in ARNs and in the environment of notebooks. Default `us-east-1`. */
  readonly region?: string;
  readonly limits?: Partial<SpacesLimits>;
}

export interface SpacesLimits {
  /** Apps of one account at a time. */
  readonly appsPerAccount: number;
  /** Size of a home where the space does not say. */
  readonly homeBytes: number;
  /** Without a busy kernel or a used terminal for this long, an app is stopped where neither its space nor its domain says. */
  readonly idleMinutes: number;
  /** A start that takes longer has failed. */
  readonly startSeconds: number;
  /** Open connections of one session. */
  readonly connectionsPerSession: number;
  /** Body of one request. */
  readonly bodyBytes: number;
}

export const DEFAULT_LIMITS: SpacesLimits = {
  appsPerAccount: 8,
  homeBytes: 5 * 1024 ** 3,
  idleMinutes: 120,
  startSeconds: 60,
  connectionsPerSession: 128,
  bodyBytes: 64 * 1024 ** 2,
};
