import type { ObjectDestination } from './object-destination.ts';

export interface ExtractColumn {
  readonly name: string;
  /** The type the file carries. */
  readonly type: 'string' | 'integer' | 'decimal' | 'double' | 'boolean' | 'date' | 'timestamp';
  /** Of a `decimal`. */
  readonly precision?: { readonly digits: number; readonly scale: number };
}

export interface ExtractDataset {
  readonly name: string;
  /** The one masked SELECT of this dataset; raw values never leave the database. */
  readonly sql: string;
  /** SHA-256 of `sql`, hexadecimal. */
  readonly sqlHash: string;
  readonly schema: readonly ExtractColumn[];
}

export interface ExtractFile {
  readonly dataset: string;
  readonly key: string;
  readonly bytes: number;
  readonly rows: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export interface ExtractSnapshot {
  /** Write-ahead log position that the snapshot saw. */
  readonly lsn: string;
  /** RFC 3339, UTC. */
  readonly takenAt: string;
}

export interface ExtractRun {
  readonly state: 'running' | 'succeeded' | 'failed' | 'cancelled';
  readonly rows: number;
  readonly bytes: number;
  readonly snapshot: ExtractSnapshot | null;
  readonly files: readonly ExtractFile[];
  /** Why it failed, and whether starting over may help (a recovery conflict: yes; a type that cannot be read: no). */
  readonly failure: { readonly cause: string; readonly retryable: boolean } | null;
}

export interface ExtractStart {
  readonly requestId: string;
  /** A new attempt never sees files of an earlier one. */
  readonly attempt: number;
  readonly datasets: readonly ExtractDataset[];
  /** Names the secret that holds the database login and the masking key of the tenant. */
  readonly secretRef: string;
  readonly destination: ObjectDestination;
}

/** Runs masked SELECTs against the replica, all in one snapshot, into files of the tenant's bucket. */
export interface Extractor {
  start(extract: ExtractStart): Promise<{ runId: string }>;
  describe(runId: string): Promise<ExtractRun>;
  /** Reaches the database backend within 2 s. */
  cancel(runId: string): Promise<void>;
}
