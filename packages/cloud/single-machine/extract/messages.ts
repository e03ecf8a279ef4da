import type {
  ExtractDataset,
  ExtractFile,
  ExtractSecret,
  ExtractSnapshot,
} from '../../ports/index.ts';

/** Temporary AWS credentials; `expiration` makes the SDK ask again in time. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Where the files go; no endpoint means AWS. */
export interface S3Place {
  readonly region: string;
  readonly endpoint?: string;
  readonly forcePathStyle?: boolean;
}

/** Where the replica listens. */
export interface ReplicaPlace {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

export interface ExtractJob {
  readonly runId: string;
  readonly datasets: readonly (ExtractDataset & { readonly key: string })[];
  readonly bucket: string;
  readonly secret: ExtractSecret;
  readonly replica: ReplicaPlace;
  readonly s3: S3Place;
  /** An empty folder for the child alone. */
  readonly folder: string;
  readonly maxRunMs: number;
}

export interface ExtractFailure {
  /** For people; holds no data of the tenant. */
  readonly cause: string;
  readonly retryable: boolean;
}

export type ToChild =
  | { readonly type: 'job'; readonly job: ExtractJob }
  | { readonly type: 'credentials'; readonly credentials: Credentials | null }
  | { readonly type: 'cancel' };

export type FromChild =
  | { readonly type: 'ready' }
  | { readonly type: 'backend'; readonly pid: number; readonly snapshot: ExtractSnapshot }
  | { readonly type: 'progress'; readonly rows: number; readonly bytes: number }
  | { readonly type: 'credentials' }
  | { readonly type: 'done'; readonly files: readonly ExtractFile[] }
  | { readonly type: 'failed'; readonly failure: ExtractFailure; readonly detail: string };
