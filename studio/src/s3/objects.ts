import type { Caller } from '../iam/access.ts';

export interface ObjectSummary {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  readonly lastModified: Date;
}

/**
 * S3 as the rest of Studio uses it: with the authority of a role session, never beside the policies. Errors are those
 * of the wire (`NoSuchKey`, `AccessDenied`).
 */
export interface Objects {
  list(caller: Caller, bucket: string, prefix: string): AsyncIterable<ObjectSummary>;
  /** The content stays on disk until `body` has ended or was returned early, so it has to be iterated. */
  get(
    caller: Caller,
    bucket: string,
    key: string,
  ): Promise<ObjectSummary & { body: AsyncIterable<Uint8Array> }>;
  put(
    caller: Caller,
    bucket: string,
    key: string,
    body: AsyncIterable<Uint8Array>,
    options?: { contentType?: string },
  ): Promise<ObjectSummary>;
}
