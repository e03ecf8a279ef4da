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
  /** Read from the database so far. */
  readonly rows: number;
  readonly bytes: number;
  readonly snapshot: ExtractSnapshot | null;
  readonly files: readonly ExtractFile[];
  /** Why it failed, and whether starting over may help (a recovery conflict: yes; a type that cannot be read: no). */
  readonly failure: { readonly cause: string; readonly retryable: boolean } | null;
}

/** What an extraction connects with: the tenant's login on the replica and the key of its pseudonyms. */
export interface ExtractSecret {
  readonly user: string;
  readonly password: string;
  /** At least 32 letters and digits; given to the connection as the setting `atelier.masking_key`. */
  readonly maskingKey: string;
}

export interface ExtractStart {
  readonly requestId: string;
  /** A new attempt never sees files of an earlier one. */
  readonly attempt: number;
  readonly datasets: readonly ExtractDataset[];
  /** Names the secret of the shape `ExtractSecret`. */
  readonly secretRef: string;
  readonly destination: ObjectDestination;
}

/**
 * Runs masked SELECTs against the replica, all in one snapshot, into Parquet files of the tenant's bucket. A file's key
 * is `<prefix><dataset>/<request>/part-<attempt>-<number>.parquet`.
 */
export interface Extractor {
  /** Starting the same attempt again answers with its run. */
  start(extract: ExtractStart): Promise<{ runId: string }>;
  /** A run whose process has died, or that is unknown, is `failed` and retryable. */
  describe(runId: string): Promise<ExtractRun>;
  /** Reaches the database backend within 2 s. */
  cancel(runId: string): Promise<void>;
}
