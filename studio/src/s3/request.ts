import type { AccessRequest, Caller } from '../iam/access.ts';
import type { Xml } from './xml.ts';

/** Who acts, and how his rights are asked for: through the wire, which audits it, or for a job. */
export interface Actor {
  readonly caller: Caller;
  /** Throws `AccessDeniedException`. */
  readonly authorize: (request: AccessRequest) => Promise<void>;
  readonly isAllowed: (request: AccessRequest) => Promise<boolean>;
}

/** In lower case; what was not sent is not there. */
export type Headers = Readonly<Record<string, string | undefined>>;

export interface S3Request extends Actor {
  readonly method: string;
  /** Empty for operations on the service. */
  readonly bucket: string;
  /** Empty for operations on a bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: AsyncIterable<Uint8Array>;
  readonly contentLength: number | null;
  /** Those given and found right, by header name; complete once the body has ended. */
  readonly checksums: () => Readonly<Record<string, string>>;
  readonly region: string;
}

export interface StreamedBody {
  readonly bytes: number;
  readonly stream: () => AsyncIterable<Uint8Array>;
  /** Called once, also when nothing was read. */
  readonly release: () => void;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Xml | string | StreamedBody;
}

export type S3Operation = (request: S3Request) => Promise<Answer>;
