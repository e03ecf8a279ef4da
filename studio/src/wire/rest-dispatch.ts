import type { IncomingMessage } from 'node:http';
import type { Logger } from '../logger.ts';
import {
  AuthenticationError,
  authenticationErrorFor,
  type ErrorFlavour,
} from './authentication-error.ts';
import { type CallDeps, type CallOptions, openCall } from './call.ts';
import { AwsError } from './errors.ts';
import { once } from './http-request.ts';
import type { RestService } from './operation.ts';
import { openPayload } from './payload.ts';
import { decodePath } from './sigv4.ts';

export type RestDispatch = (
  options: Omit<CallOptions, 'service'>,
  service: RestService,
  body: {
    readonly raw: IncomingMessage;
    /** As it comes. */
    readonly stream: () => AsyncIterable<Uint8Array>;
    /** Whole, for signatures that need its hash first. */
    readonly collect: () => Promise<Buffer>;
  },
) => Promise<void>;

/** Authenticates, hands over, audits; the service routes, authorises and answers itself. */
export function createRestDispatch(deps: CallDeps & { readonly logger: Logger }): RestDispatch {
  return async (options, service, body) => {
    const { head, response } = options;
    const signingName = service.signingName ?? service.name;
    const flavour: ErrorFlavour = signingName === 's3' ? 's3' : 'json';
    const call = openCall(deps, { ...options, service: service.name });
    response.setHeader('x-amz-request-id', call.requestId);
    response.setHeader('x-amzn-requestid', call.requestId);
    try {
      let collected: Buffer | null = null;
      const authentication = await call.authenticate(signingName, async () => {
        collected = await body.collect();
        return collected;
      });
      const payload = openPayload({
        source: collected ? once(collected) : body.stream(),
        headers: head.headers,
        payloadHash: authentication.payloadHash,
        signing: authentication.signing,
        // CompleteMultipartUpload's checksum headers speak of the object, not of the list of parts it sends.
        verifyChecksums: !(head.method === 'POST' && head.query.has('uploadId')),
      });
      const context = call.context(authentication);
      const path = decodePath(head.rawPath);
      call.describe({ parameters: { path, query: Object.fromEntries(head.query) } });
      await service.handle(
        {
          raw: body.raw,
          method: head.method,
          path,
          query: head.query,
          headers: Object.fromEntries(head.headers),
          body: payload.body,
          contentLength: payload.contentLength,
          checksums: payload.checksums,
          context,
        },
        response,
      );
      if (call.checks === 0 && response.statusCode < 400) {
        deps.logger.error('a request was answered without having been authorised', {
          requestId: call.requestId,
          service: service.name,
          method: head.method,
        });
      }
      await call.record(statusError(response.statusCode));
    } catch (thrown) {
      const error =
        thrown instanceof AuthenticationError ? authenticationErrorFor(thrown, flavour) : thrown;
      const known = error instanceof AwsError;
      if (!known || error.status >= 500) {
        deps.logger.error('a request failed', {
          requestId: call.requestId,
          service: service.name,
          error: thrown,
        });
      }
      await call.record(
        known
          ? { code: error.code, message: error.message }
          : { code: 'InternalFailure', message: '' },
      );
      if (response.headersSent) response.destroy();
      else service.renderError(error, call.requestId, response);
    }
  };
}

/** A service may answer a refusal itself instead of throwing it (HEAD has no body to render). */
const statusError = (status: number): { code: string; message: string } | null =>
  status < 400 ? null : { code: status === 404 ? 'NotFound' : `Status${status}`, message: '' };
