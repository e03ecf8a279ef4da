import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccessRequest, Caller } from '../iam/access.ts';

/** What every operation gets beside its input. */
export interface OperationContext {
  readonly requestId: string;
  readonly caller: Caller;
  /** Nominal region of the signature's credential scope; resources are named in it. */
  readonly region: string;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
  /** For what only shows while the operation runs; throws `AccessDeniedException`. */
  readonly authorize: (request: AccessRequest) => Promise<void>;
}

/**
 * One operation of a JSON or query protocol service. `access` names everything the caller must be allowed to do; the
 * dispatcher evaluates it before `handle` runs, audits the call either way, and refuses an operation without `access`.
 */
export interface Operation<Input, Output> {
  /** As in the SDK: `CreateTrainingJob`. */
  readonly name: string;
  readonly access: (
    input: Input,
    context: Omit<OperationContext, 'authorize'>,
  ) => readonly AccessRequest[] | Promise<readonly AccessRequest[]>;
  readonly handle: (input: Input, context: OperationContext) => Promise<Output>;
}

/** Operations differ in their inputs; the table holds them after `operation()` has fixed each pair of types. */
// biome-ignore lint/suspicious/noExplicitAny: inputs are checked by each operation's own validator
export type AnyOperation = Operation<any, any>;

export const operation = <Input, Output>(definition: Operation<Input, Output>): AnyOperation =>
  definition;

/** A service whose operations are found by `X-Amz-Target` (JSON 1.1) or by the form field `Action` (query). */
export interface RpcService {
  readonly protocol: 'json' | 'query';
  /** IAM and signing name: `sagemaker`, `logs`, `sts`. */
  readonly name: string;
  /** JSON: what stands before the dot in `X-Amz-Target`. Query: the `Version` it answers with. */
  readonly target: string;
  readonly operations: readonly AnyOperation[];
}

/** A request whose signature was verified. The body is verified while it is read. */
export interface VerifiedRequest {
  readonly raw: IncomingMessage;
  readonly method: string;
  /** Decoded path, without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  /** The payload with aws-chunked framing removed; errors when a checksum, a chunk signature or the length is wrong. */
  readonly body: AsyncIterable<Uint8Array>;
  readonly contentLength: number | null;
  /** Checksums that the client gave in headers or trailers and that held, base64; complete once `body` has ended. */
  readonly checksums: () => Readonly<Record<string, string>>;
  readonly context: OperationContext;
}

/** A service that routes by method and path itself: S3, SageMaker Runtime. */
export interface RestService {
  /** What stands in the audit's `eventSource`. */
  readonly name: string;
  /** Service of the credential scope when it is not `name`: SageMaker Runtime signs as `sagemaker`. */
  readonly signingName?: string;
  /** Tells by method, path and headers whether a request is this service's; S3 is asked last. */
  readonly matches: (request: {
    method: string;
    path: string;
    headers: IncomingMessage['headers'];
  }) => boolean;
  readonly handle: (request: VerifiedRequest, response: ServerResponse) => Promise<void>;
  /** Writes an error in this service's own shape (REST-XML or JSON). */
  readonly renderError: (error: unknown, requestId: string, response: ServerResponse) => void;
}
